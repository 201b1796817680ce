"""One call to Zoom's API: with the token, its one renewal, and lists read page by page."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from adapters.traffic.held_back import held_back
from adapters.zoom.answers import body_of, failure_of, is_token_trouble
from adapters.zoom.tokens import Token, ZoomTokens
from domain.language import _
from domain.ports import Refused, Unavailable, Unknown

Failure = Refused | Unavailable | Unknown
# Raised before any byte of a request left.
NOT_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
PAGE_SIZE = 300
MOST_PAGES = 200
# A limit per second within a list is waited out; anything longer is the caller's to plan.
SHORT_WAIT, PATIENCE = 3.0, 3


def segment(identity: str) -> str:
    """Return a meeting's id or uuid as one segment of a path.

    A uuid may hold "/" and must then be encoded twice; always encoding twice is accepted, too.
    """
    return quote(quote(identity, safe=""), safe="")


class ZoomApi:
    """Asks, and says what came of it."""

    def __init__(self, client: httpx.AsyncClient, tokens: ZoomTokens) -> None:
        self.client = client
        self.tokens = tokens

    async def ask(
        self, method: str, path: str, *, params: Mapping[str, str | int] | None = None, json: Any = None
    ) -> httpx.Response | Unavailable | Unknown:
        """Make one call; a token that is turned away is renewed once. Silence after it may have left is Unknown."""
        token = await self.tokens.get()
        if isinstance(token, Unavailable):
            return token
        answer = await self._once(token, method, path, params, json)
        if not isinstance(answer, httpx.Response) or not is_token_trouble(answer):
            return answer
        self.tokens.drop(token)
        renewed = await self.tokens.get()
        return renewed if isinstance(renewed, Unavailable) else await self._once(renewed, method, path, params, json)

    async def _once(
        self, token: Token, method: str, path: str, params: Mapping[str, str | int] | None, json: Any
    ) -> httpx.Response | Unavailable | Unknown:
        headers = {"Authorization": f"Bearer {token.value}"}
        try:
            return await self.client.request(
                method, self._base(token) + path, params=params, json=json, headers=headers
            )
        except NOT_CONNECTED as error:
            return held_back(error) or Unavailable(
                _("Zoom could not be reached ({error}).", error=type(error).__name__)
            )
        except httpx.HTTPError as error:
            return Unknown(_("Zoom fell silent ({error}).", error=type(error).__name__))

    def _base(self, token: Token) -> str:
        """Return the region's address where the token names one of Zoom's own; else what is set."""
        ours = str(self.client.base_url).rstrip("/")
        region = urlsplit(token.api_url)
        if self.client.base_url.host == "api.zoom.us" and is_zooms(region.scheme, region.hostname or ""):
            return f"https://{region.hostname}/v2"
        return ours

    async def listed(
        self, path: str, key: str, params: Mapping[str, str | int] | None = None
    ) -> list[dict[str, Any]] | httpx.Response | Failure:
        """Return the entries of all pages; an answer that is no success comes back as it is."""
        entries: list[dict[str, Any]] = []
        cursor = ""
        for _page in range(MOST_PAGES):
            asked = {**(params or {}), "page_size": PAGE_SIZE, **({"next_page_token": cursor} if cursor else {})}
            answer = await self._patiently(path, asked)
            if not isinstance(answer, httpx.Response) or answer.status_code != 200:
                return answer
            body = body_of(answer)
            found = body.get(key)
            if not isinstance(found, list):
                return Unknown(_("Zoom's answer could not be read."))
            entries += [entry for entry in found if isinstance(entry, dict)]
            if not (cursor := str(body.get("next_page_token") or "")):
                return entries
        return Unknown(_("Zoom's list does not end."))

    async def _patiently(self, path: str, params: Mapping[str, str | int]) -> httpx.Response | Unavailable | Unknown:
        for _again in range(PATIENCE):
            answer = await self.ask("GET", path, params=params)
            if not isinstance(answer, httpx.Response) or answer.status_code != 429:
                return answer
            failure = failure_of(answer)
            wait = failure.retry_after if isinstance(failure, Unavailable) else None
            if wait is None or wait > SHORT_WAIT:
                return answer
            await asyncio.sleep(wait)
        return answer


def is_zooms(scheme: str, host: str) -> bool:
    """Say whether an address is one of Zoom's own, safe to be given a token."""
    return scheme == "https" and (host == "zoom.us" or host.endswith(".zoom.us"))
