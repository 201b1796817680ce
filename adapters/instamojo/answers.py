"""What an answer of Instamojo means for us: may it be asked again, who has to mend what, or is it simply no."""

from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from adapters.traffic.held_back import held_back
from domain.language import _
from domain.ports import CannotTell, Refused, Unavailable, Unknown

MAX_WAIT = 900.0
# Only a person can mend a bad key or an account that is not verified, so asking every few seconds helps nobody.
HOUSE_WAIT = 300.0
# Raised before any byte of a request left.
NOT_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)

Failure = Refused | Unavailable | Unknown


def silence(error: httpx.HTTPError) -> Unavailable | Unknown:
    """Return what it means that no answer came: nothing left the house, or nobody knows."""
    if held := held_back(error):
        return held
    name = type(error).__name__
    if isinstance(error, NOT_CONNECTED):
        return Unavailable(_("Instamojo could not be reached ({error}).", error=name))
    return Unknown(_("Instamojo fell silent ({error}).", error=name))


def body_of(response: httpx.Response) -> dict[str, Any]:
    """Return the answer's JSON object; anything else, like a gateway's HTML, counts as an empty one."""
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def succeeded(response: httpx.Response, body: dict[str, Any]) -> bool:
    return response.is_success and body.get("success") is True


def failure_of(response: httpx.Response, body: dict[str, Any]) -> Failure:
    """Return what an answer means that is not the one hoped for."""
    status = response.status_code
    if reason := _house_reason(status, body):
        return Unavailable(reason, retry_after=HOUSE_WAIT)
    if status == 429:
        return Unavailable(_("Instamojo asks us to slow down."), retry_after=_retry_after(response))
    if status == 503:
        return Unavailable(_("Instamojo is out of service for the moment."), retry_after=_retry_after(response))
    if status == 408:
        return Unavailable(_("The request did not reach Instamojo in time."))
    if status >= 500 or not body:
        # Whatever answered, the request may have been carried out before: it has to be looked up.
        return Unknown(_("Instamojo gave no clear answer ({status}).", status=status))
    if response.is_success and body.get("success") is not False:
        return Unknown(_("Instamojo answered {status}, but not what was asked.", status=status))
    return Refused(_("Instamojo refused it: {message}", message=message_of(body) or str(status)))


def cannot_tell(response: httpx.Response, body: dict[str, Any]) -> CannotTell:
    """Return why a question found no answer."""
    return CannotTell(failure_of(response, body).reason)


def malformed() -> CannotTell:
    return CannotTell(_("Instamojo's answer could not be read."))


def message_of(body: dict[str, Any]) -> str:
    """Return Instamojo's words: its message is one text, or lists of texts by field."""
    message = body.get("message")
    if not isinstance(message, dict):
        return str(message or "")[:300]
    parts = (f"{field}: {' '.join(map(str, _as_list(texts)))}" for field, texts in message.items())
    return " ".join(parts)[:300]


def fields_at_fault(response: httpx.Response, body: dict[str, Any]) -> set[str]:
    """Return the fields a refusal complains of; none where it is about something else."""
    message = body.get("message")
    return set(message) if response.status_code == 400 and isinstance(message, dict) else set()


def _house_reason(status: int, body: dict[str, Any]) -> str:
    if status == 401:
        return _("Instamojo turned our key away. Check INSTAMOJO_API_KEY and INSTAMOJO_AUTH_TOKEN.")
    if status == 403:
        said = message_of(body)
        return _("Instamojo does not let our account do this until its papers are approved. It says: {said}", said=said)
    if (status in (404, 405) and not body) or 300 <= status < 400:
        return _("This address is not Instamojo's ({status}). Check INSTAMOJO_BASE_URL.", status=status)
    return ""


def _retry_after(response: httpx.Response) -> float | None:
    said = response.headers.get("Retry-After", "")
    if said.isascii() and said.isdigit():
        return min(max(float(said), 1.0), MAX_WAIT)
    try:
        # Both times by Instamojo's own clock: ours may be wrong.
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(response.headers.get("Date", ""))
        return min(max(wait.total_seconds(), 1.0), MAX_WAIT)
    except (ValueError, TypeError):
        return None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
