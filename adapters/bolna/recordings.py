"""The sound of a call, by way of a link that Bolna signs for a day: what is kept is the call's id, never the link."""

from urllib.parse import urljoin

import httpx

from adapters.bolna.answers import body_of, cannot_tell, silence
from domain.language import _
from domain.ports import CannotTell, Missing
from domain.ports.voice import Recording

MOST_HOPS = 3
MOST_BYTES = 64 * 1024 * 1024


async def fetch(client: httpx.AsyncClient, url: str) -> Recording | Missing | CannotTell:
    """Return the file behind a recording's address. The key goes to Bolna's own host alone.

    Whether Bolna wants the key there, and whether it redirects, is undocumented: both ways are gone.
    """
    for _hop in range(MOST_HOPS + 1):
        answer = await _asked(client, url)
        if not isinstance(answer, httpx.Response):
            return answer
        if not answer.has_redirect_location:
            return _recording(answer)
        try:
            url = urljoin(url, answer.headers["Location"])
        except ValueError:
            return _unsafe()
    return CannotTell(_("Bolna sent us from one address to the next for this recording."))


async def _asked(client: httpx.AsyncClient, url: str) -> httpx.Response | CannotTell:
    try:
        address = httpx.URL(url)
        request = client.build_request("GET", address, headers={"Accept": "*/*"})
    except (httpx.InvalidURL, ValueError):
        return _unsafe()
    if not _is_bolnas(client, address):
        if address.scheme not in ("https", client.base_url.scheme) or (address.port or 0) > 65_535:
            return _unsafe()
        del request.headers["Authorization"]
    try:
        answer = await client.send(request, stream=True)
        return await _read(answer)
    except httpx.HTTPError as error:
        return CannotTell(silence(error).reason)


async def _read(answer: httpx.Response) -> httpx.Response | CannotTell:
    content = bytearray()
    try:
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > MOST_BYTES:
                return CannotTell(_("This recording is too large."))
    finally:
        await answer.aclose()
    kept = {name: answer.headers[name] for name in ("Content-Type", "Location") if name in answer.headers}
    return httpx.Response(answer.status_code, headers=kept, content=bytes(content), request=answer.request)


def _recording(answer: httpx.Response) -> Recording | Missing | CannotTell:
    if answer.status_code in (404, 410):
        return Missing()
    media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not answer.is_success:
        return cannot_tell(answer, body_of(answer))
    # Buckets often hand their files out as octet-stream; a page or JSON is no recording.
    if media_type.startswith(("text/", "application/json")) or not answer.content:
        return CannotTell(_("Bolna's answer is no recording."))
    is_audio = media_type.startswith("audio/")
    return Recording(media_type if is_audio else _guessed(answer.content), answer.content)


def _guessed(content: bytes) -> str:
    return "audio/wav" if content[:4] == b"RIFF" else "audio/ogg" if content[:4] == b"OggS" else "audio/mpeg"


def _unsafe() -> CannotTell:
    return CannotTell(_("Bolna names an address for this recording that is not safe."))


def _is_bolnas(client: httpx.AsyncClient, there: httpx.URL) -> bool:
    base = client.base_url
    return (there.scheme, there.host, there.port) == (base.scheme, base.host, base.port)
