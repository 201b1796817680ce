"""Takes out of an exchange what nobody may read later: credentials, links that open something, and what was written.

What is not known to be harmless is masked: headers by a list of those that may stay, fields by names that tell of secrets
or of content, values by their look. Last, every credential of the settings is struck out wherever it stands.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import httpx
import msgspec

from adapters.quiet_paths import quiet_path
from adapters.traffic.exchange import Exchange

MASK = "•••"
MOST_TEXT = 8_000
# A secret shorter than this would strike out ordinary words; none of the providers' is.
LEAST_SECRET = 6
_PLAIN_HEADERS = re.compile(
    r"accept|accept-encoding|allow|age|cache-control|connection|content-[a-z]+|date|host|keep-alive|range|retry-after"
    r"|server|transfer-encoding|user-agent|vary|via|x-message-id|x-request-id|x-zm-trackingid"
    r"|x-ratelimit-(category|limit|remaining|reset|type)"
)
# Compared with all but letters and digits left out: api_key, apiKey and X-Api-Key are one.
_SECRET_NAME = re.compile(
    r"pass(word|code|wd|phrase)|pwd|secret|token|apikey|authoriz|^auth|auth$|^salt|salt$|signature|credential|private"
    r"|starturl|cookie|session|otp$|^otp|^pin$|^mac$|^hash|assertion|^tk$|^zak$|^sig$|^key$"
)
# What a message says, or fills a template with. Only its length is kept.
_CONTENT_NAME = re.compile(
    r"^(content|contents|html|text|plain|body|caption|templateparams|dynamictemplatedata|substitutions|userdata"
    r"|recipientdata|transcript|summary|extracteddata|customextractions|media|attachments|agenda|headers|sections"
    r"|location|buttons|paramsfallbackvalue|carouselcards|attributes|agentdata|contextdetails|retrieveddata"
    r"|agentextraction|rawtranscript|messages?text)$"
)
# An error's words are the point of the log; in what we ask the same name holds what is written to somebody.
_CONTENT_IN_REQUESTS = frozenset(("message", "description"))
_OPAQUE = re.compile(
    r"\b(?:SG\.|bn-|sk_|pk_|key-|Bearer\s+|Basic\s+)[\w.+/=-]{8,}|\beyJ[\w-]{8,}\.[\w.-]+|(?<![\w-])[\w-]{40,}(?![\w-])"
)
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+")
_HOOK = re.compile(r"(/webhooks/[\w-]+/)[^/?#]+")


class Redaction:
    """Knows the credentials of this house, each in the forms it takes on the wire."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if len(secret) >= LEAST_SECRET}
        forms = {
            form for secret in known for form in (_base64(secret), secret, quote(secret, safe=""), _in_json(secret))
        }
        # The longest first: one may be a part of another.
        self._known = sorted(forms, key=len, reverse=True)

    def row(self, exchange: Exchange) -> dict[str, Any]:
        """Return the exchange as a row of `provider_requests`."""
        headers, url = exchange.request.headers, exchange.request.url
        own = "" if exchange.is_elsewhere else f"{url.scheme}://{url.netloc.decode()}"
        path = address(str(url)).removeprefix(own)
        return {
            "provider": exchange.provider,
            "at": exchange.at.isoformat(),
            "method": exchange.request.method,
            "path": self._struck(path)[:500],
            "outcome": exchange.outcome,
            "status": exchange.status,
            "error": exchange.error,
            "duration_ms": round(exchange.duration_ms, 2),
            "request_headers": self._headers(headers),
            "request_body": self._body(
                exchange.request_body, exchange.request_bytes, headers.get("Content-Type", ""), is_request=True
            ),
            "request_bytes": exchange.request_bytes,
            "response_headers": self._headers(exchange.response_headers),
            "response_body": self._body(
                exchange.response_body,
                exchange.response_bytes,
                exchange.response_headers.get("Content-Type", ""),
                is_request=False,
            ),
            "response_bytes": exchange.response_bytes,
        }

    def _headers(self, headers: httpx.Headers) -> dict[str, str]:
        return {
            name: self._struck(value)[:300] if _PLAIN_HEADERS.fullmatch(name) else MASK
            for name, value in headers.items()
        }

    def _body(self, body: bytes | None, size: int, media_type: str, *, is_request: bool) -> str:
        if not size:
            return ""
        kind = media_type.partition(";")[0].strip().lower()
        text = _read(body, kind, is_request) if body is not None else None
        if text is None:
            return f"({size:,} bytes{f' of {kind}' if kind else ''}, not kept)"
        text = self._struck(text)
        return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}… (cut)"

    def _struck(self, text: str) -> str:
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, MASK)
        return text


def address(url: str) -> str:
    """Return an address without its tokens: in the path, behind a webhook's name, in the query."""
    parts = urlsplit(url)
    path = _HOOK.sub(rf"\g<1>{MASK}", quiet_path(parts.path))
    query = "&".join(f"{name}={MASK if _is_secret(name) else _plain(value)}" for name, value in parse_qsl(parts.query))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, query, ""))


def masked(value: Any, *, is_request: bool, name: str = "") -> Any:
    """Return JSON data with its secrets masked and what was written replaced by its length."""
    if _is_secret(name) and value not in (None, "", True, False):
        return MASK
    if _is_content(name, is_request) and value:
        return _measured(value)
    if isinstance(value, dict):
        return {_plain(str(key)): masked(item, is_request=is_request, name=str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, is_request=is_request, name=name) for item in value]
    if isinstance(value, str):
        return value if _squeezed(name).endswith("id") and not _ADDRESS.match(value) else _plain(value)
    return value


def _measured(value: Any) -> Any:
    """Keep the shape and the sizes of what was written, and none of its words."""
    if isinstance(value, dict):
        return {str(key)[:60]: _measured(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_measured(item) for item in value]
    return f"({len(value):,} characters)" if isinstance(value, str) else value if value is None else MASK


def _read(body: bytes, kind: str, is_request: bool) -> str | None:
    if kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        return _json({name: masked(value, is_request=is_request, name=name) for name, value in pairs})
    try:
        return _json(masked(msgspec.json.decode(body), is_request=is_request))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    # A gateway's page says little, and a file nothing, to a person.
    return _plain(body.decode("utf-8", "replace")[:500]) if kind.startswith("text/") and not is_request else None


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _plain(text: str) -> str:
    return _OPAQUE.sub(MASK, _ADDRESS.sub(lambda found: address(found[0]), text))


@lru_cache(4096)
def _is_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(_squeezed(name)))


@lru_cache(4096)
def _is_content(name: str, is_request: bool) -> bool:
    squeezed = _squeezed(name)
    return bool(_CONTENT_NAME.match(squeezed)) or (is_request and squeezed in _CONTENT_IN_REQUESTS)


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _in_json(secret: str) -> str:
    return msgspec.json.encode(secret)[1:-1].decode()


def _base64(secret: str) -> str:
    return b64encode(secret.encode()).decode().rstrip("=")
