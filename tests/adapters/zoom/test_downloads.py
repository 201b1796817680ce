"""The bytes of a recording: from any place on, with the token that serves, and to nobody else's address."""

import pytest

from domain.ports.meetings import DownloadFailed
from tests.adapters.zoom.conftest import Answer

BYTES = bytes(range(256)) * 40


def address(provider, path="/rec/download/x"):
    return f"http://127.0.0.1:{provider.port}{path}"


async def whole(meetings, url, start=0, token=""):
    return b"".join([chunk async for chunk in meetings.download(url, start, token)])


async def test_a_file_comes_over_a_redirect(provider, meetings):
    provider.will(302, b"", Location="/store/x")
    provider.will(200, BYTES, Content_Type="video/mp4")
    assert await whole(meetings, address(provider)) == BYTES
    assert provider.path() == "/store/x"
    assert provider.bearer() == "token-1"


async def test_a_token_never_goes_to_another_host(provider, meetings):
    provider.will(302, b"", Location=f"http://localhost:{provider.port}/store")
    with pytest.raises(DownloadFailed) as failed:
        await whole(meetings, address(provider))
    assert failed.value.is_final
    for url in (
        "http://zoom.us/rec/x",
        "https://zoom.us.evil.test/x",
        "https://evil.test/x",
        "file:///etc/passwd",
        "x",
    ):
        with pytest.raises(DownloadFailed):
            await whole(meetings, url)
    assert len(provider.requests) == 1


async def test_a_download_goes_on_where_it_stopped_whether_ranges_are_kept_or_not(provider, meetings):
    provider.will(
        206, BYTES[4000:], Content_Type="video/mp4", Content_Range=f"bytes 4000-{len(BYTES) - 1}/{len(BYTES)}"
    )
    provider.will(200, BYTES, Content_Type="video/mp4")
    provider.will(416, b"", Content_Range=f"bytes */{len(BYTES)}")
    assert await whole(meetings, address(provider), 4000) == BYTES[4000:]
    assert "range: bytes=4000-" in provider.requests[0][0].lower()
    assert await whole(meetings, address(provider), 4000) == BYTES[4000:]
    assert await whole(meetings, address(provider), len(BYTES)) == b""


async def test_the_files_own_token_is_tried_first_and_the_accounts_after(provider, meetings):
    provider.will(200, b"<html>", Content_Type="text/html; charset=utf-8")
    provider.will(401, b"")
    provider.will(200, BYTES, Content_Type="audio/mp4")
    assert await whole(meetings, address(provider), token="file-token") == BYTES
    assert [provider.bearer(number) for number in range(3)] == ["file-token", "token-1", "token-2"]


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [
        (Answer(200, b"<html>", {"Content-Type": "text/html"}), True),
        (Answer(404, b"{}"), True),
        (Answer(503, b"<html>", {"Content-Type": "text/html"}), False),
        (Answer(429, b"{}"), False),
        (Answer(200, BYTES[:100], {"Content-Type": "video/mp4", "Content-Length": "200"}), False),
    ],
)
async def test_what_is_not_the_whole_file_fails(provider, meetings, answer, is_final):
    provider.answers = [answer]
    with pytest.raises(DownloadFailed) as failed:
        await whole(meetings, address(provider))
    assert failed.value.is_final is is_final
    assert "token-" not in failed.value.reason


async def test_addresses_that_lead_in_a_circle_end(provider, meetings):
    for _ in range(9):
        provider.will(302, b"", Location="/rec/download/x")
    with pytest.raises(DownloadFailed):
        await whole(meetings, address(provider))
    assert len(provider.requests) == 5
