"""Where requests and tokens go when Zoom is the live one: its region, its file hosts, and no further."""

from contextlib import asynccontextmanager

import httpx

from adapters.settings import Settings
from adapters.zoom import client_for, meeting_provider

LIVE = {
    "GURUDESK_ZOOM_MODE": "live",
    "ZOOM_ACCOUNT_ID": "account",
    "ZOOM_CLIENT_ID": "client",
    "ZOOM_CLIENT_SECRET": "very-secret",
    "ZOOM_WEBHOOK_SECRET_TOKEN": "hook",
}


class World(httpx.AsyncBaseTransport):
    """Answers for every host, and remembers who was given which authorization."""

    def __init__(self, api_url: str, leads_to: str = "") -> None:
        self.api_url, self.leads_to = api_url, leads_to
        self.asked: list[tuple[str, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((str(request.url), request.headers.get("Authorization", "")))
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600, "api_url": self.api_url})
        if request.url.path.startswith("/rec/") and self.leads_to:
            return httpx.Response(302, headers={"Location": self.leads_to})
        if request.url.path.startswith("/v2/"):
            return httpx.Response(200, json={"id": 1})
        return httpx.Response(200, content=b"bytes", headers={"Content-Type": "video/mp4"})


@asynccontextmanager
async def live(world: World):
    settings = Settings(_env_file=None, **LIVE)
    async with client_for(settings, world) as client:
        yield meeting_provider(settings, client, None)


async def test_the_live_zoom_is_asked_in_its_region():
    for told, asked in (
        ("https://eu01api.zoom.us", "https://eu01api.zoom.us/v2/meetings/1"),
        ("", "https://api.zoom.us/v2/meetings/1"),
        ("https://zoom.us.evil.test", "https://api.zoom.us/v2/meetings/1"),
        ("http://api.zoom.us", "https://api.zoom.us/v2/meetings/1"),
    ):
        world = World(told)
        async with live(world) as meetings:
            await meetings.get("1")
        assert [address for address, _ in world.asked] == ["https://zoom.us/oauth/token", asked]


async def test_a_file_may_lie_with_another_host_which_gets_no_token():
    world = World("", "https://store.example/file?signature=x")
    async with live(world) as meetings:
        chunks = [chunk async for chunk in meetings.download("https://us06web.zoom.us/rec/download/x")]
    assert b"".join(chunks) == b"bytes"
    assert world.asked[1:] == [
        ("https://us06web.zoom.us/rec/download/x", "Bearer t"),
        ("https://store.example/file?signature=x", ""),
    ]
