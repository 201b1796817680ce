"""The bytes of a recording's file, from any place on. Tokens go to Zoom and the set address alone, wherever it leads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from adapters.zoom.api import ZoomApi, is_zooms
from adapters.zoom.tokens import Token
from domain.language import _
from domain.ports import Unavailable
from domain.ports.meetings import DownloadFailed

HOPS = 5
CHUNK = 64 * 1024
# A large file may pause on its way, a server that says nothing for this long is gone.
TIMEOUT = httpx.Timeout(60.0, connect=5.0, pool=10.0)


async def downloaded(api: ZoomApi, url: str, start: int, token: str) -> AsyncIterator[bytes]:
    """Yield the file from ``start`` on. Raises DownloadFailed when it does not come, or not whole."""
    try:
        async with _opened(api, url, start, token) as response:
            async for chunk in _from(response, start):
                yield chunk
    except httpx.HTTPError as error:
        raise DownloadFailed(_("The recording stopped on its way ({error}).", error=type(error).__name__)) from None


@asynccontextmanager
async def _opened(api: ZoomApi, url: str, start: int, token: str) -> AsyncIterator[httpx.Response]:
    address = _checked(url)
    if not _is_trusted(api, address):
        raise DownloadFailed(_("This is not an address of Zoom's."), is_final=True)
    response = await _granted(api, address, start, token)
    try:
        if _is_refused(response):
            # Not authorised and deleted look alike: a page instead of the file, with any status.
            reason = _("Zoom does not give the file: it was deleted, or our app may not read it.")
            raise DownloadFailed(reason, is_final=True)
        if response.status_code not in (200, 206, 416):
            raise DownloadFailed(_("Zoom does not give the file now ({status}).", status=response.status_code))
        yield response
    finally:
        await response.aclose()


async def _granted(api: ZoomApi, address: httpx.URL, start: int, token: str) -> httpx.Response:
    """Ask with the file's own token, and where that does not serve, with the account's, renewed once."""
    if token:
        response = await _reached(api, address, start, token)
        if not _is_refused(response):
            return response
        await response.aclose()
    own = await _own_token(api)
    response = await _reached(api, address, start, own.value)
    if response.status_code == 401:
        await response.aclose()
        api.tokens.drop(own)
        response = await _reached(api, address, start, (await _own_token(api)).value)
    return response


async def _own_token(api: ZoomApi) -> Token:
    token = await api.tokens.get()
    if isinstance(token, Unavailable):
        raise DownloadFailed(token.reason)
    return token


async def _reached(api: ZoomApi, address: httpx.URL, start: int, bearer: str) -> httpx.Response:
    for _hop in range(HOPS):
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        if _is_trusted(api, address):
            headers["Authorization"] = f"Bearer {bearer}"
        request = api.client.build_request("GET", address, headers=headers, timeout=TIMEOUT)
        response = await api.client.send(request, stream=True)
        if not response.has_redirect_location:
            return response
        await response.aclose()
        address = _checked(response.headers["Location"], address)
        if address.scheme != "https" and not _is_trusted(api, address):
            raise DownloadFailed(_("Zoom leads to an address that is not secure."), is_final=True)
    raise DownloadFailed(_("Zoom leads from one address to the next without end."))


async def _from(response: httpx.Response, start: int) -> AsyncIterator[bytes]:
    """Yield the body from ``start`` on, whether the server skipped what is before it or not."""
    if response.status_code == 416:
        return
    # Ranges are not documented for these files: the whole file may come all the same.
    skip = max(start - _begins_at(response), 0)
    async for chunk in response.aiter_bytes(CHUNK):
        if skip < len(chunk):
            yield chunk[skip:]
        skip = max(skip - len(chunk), 0)


def _begins_at(response: httpx.Response) -> int:
    begins = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(begins) if response.status_code == 206 and begins.isdigit() else 0


def _is_refused(response: httpx.Response) -> bool:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return response.status_code in (401, 403, 404, 410) or (is_page and response.status_code < 500)


def _is_trusted(api: ZoomApi, address: httpx.URL) -> bool:
    ours = api.client.base_url
    same = (address.scheme, address.host, address.port) == (ours.scheme, ours.host, ours.port)
    return same or is_zooms(address.scheme, address.host)


def _checked(url: str, beside: httpx.URL | None = None) -> httpx.URL:
    try:
        return beside.join(url) if beside else httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise DownloadFailed(_("This is not an address of Zoom's."), is_final=True) from None
