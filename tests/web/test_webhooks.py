"""What providers post: signed, it is stored once and answered; anything else changes nothing and is counted."""

import asyncio
import json
import logging
import time

import pytest

from adapters.aisensy.signature import sign
from adapters.provider_settings import SANDBOX_VALUES
from adapters.sandbox.zoom.webhooks import signed_headers
from domain.work import SYSTEM
from tests.fixtures._replays import told_again

AISENSY_SECRET = SANDBOX_VALUES["AISENSY_WEBHOOK_SECRET"]
BOLNA_TOKEN = SANDBOX_VALUES["BOLNA_WEBHOOK_TOKEN"]
ZOOM_SECRET = SANDBOX_VALUES["ZOOM_WEBHOOK_SECRET_TOKEN"]
BODY = json.dumps(
    {
        "id": "e1",
        "topic": "message.created",
        "created_at": "2030-01-01T10:00:00Z",
        "data": {
            "message": {
                "id": "m1",
                "messageId": "wamid.1",
                "sender": "USER",
                "phone_number": "919812300555",
                "message_type": "TEXT",
                "message_content": {"text": "Hello"},
            }
        },
    }
).encode()
HINT = json.dumps({"id": "call-1", "status": "completed"}).encode()
ZOOM_EVENT = json.dumps(
    {"event": "meeting.started", "event_ts": 1, "payload": {"object": {"id": "85", "uuid": "u==", "topic": "UX"}}}
).encode()


async def kept(services):
    async with services.database.work(SYSTEM) as work:
        return [tuple(row) for row in await work.rows("select provider, kind, outcome from webhook_events order by id")]


async def turned_away(services):
    async with services.database.work(SYSTEM) as work:
        rows = await work.rows("select provider, reason, count from webhook_rejections order by provider, reason")
        return [tuple(row) for row in rows]


def aisensy(client, body, signature):
    return client.post("/webhooks/aisensy", content=body, headers={"X-AiSensy-Signature": signature})


async def test_a_signed_message_is_kept_once_however_often_it_comes(client, services):
    answers = await asyncio.gather(*(aisensy(client, BODY, sign(AISENSY_SECRET, BODY)) for _copy in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert await kept(services) == [("aisensy", "message", "")]


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY, "0" * 64),
        (BODY, ""),
        (BODY, sign("", BODY)),
        (BODY.replace(b"Hello", b"Hallo"), sign(AISENSY_SECRET, BODY)),
        (BODY, sign("another secret", BODY)),
    ],
)
async def test_a_forged_message_changes_nothing_and_is_counted(client, services, body, signature):
    assert (await aisensy(client, body, signature)).status_code == 401
    assert await kept(services) == []
    assert await turned_away(services) == [("aisensy", "unsigned", 1)]


async def test_what_is_signed_but_no_json_is_turned_away(client, services):
    assert (await aisensy(client, b"{", sign(AISENSY_SECRET, b"{"))).status_code == 400
    assert await turned_away(services) == [("aisensy", "malformed", 1)]


async def test_a_message_written_anew_with_the_same_content_is_the_same_message(client, services):
    await aisensy(client, BODY, sign(AISENSY_SECRET, BODY))
    pretty = json.dumps(json.loads(BODY), indent=2).encode()
    assert (await aisensy(client, pretty, sign(AISENSY_SECRET, BODY))).status_code == 401
    await aisensy(client, pretty, sign(AISENSY_SECRET, pretty))
    assert len(await kept(services)) == 1


async def test_a_flood_of_forgeries_is_counted_up_to_a_limit_and_fills_nothing(client, services):
    for _forgery in range(70):
        await aisensy(client, BODY, "0" * 64)
    ((provider, reason, count),) = await turned_away(services)
    assert (provider, reason) == ("aisensy", "unsigned")
    assert count == 60


async def test_what_tells_nothing_new_is_noted_in_the_log(client, services, caplog):
    signature, zoom_headers = sign(AISENSY_SECRET, BODY), signed_headers(ZOOM_SECRET, ZOOM_EVENT)
    with caplog.at_level(logging.INFO, "web.webhooks.replays"):
        for _copy in range(2):
            await aisensy(client, BODY, signature)
            await client.post("/webhooks/zoom", content=ZOOM_EVENT, headers=zoom_headers)
            await client.post(f"/webhooks/bolna/{BOLNA_TOKEN}", content=HINT)
            assert len(told_again(caplog)) == 3 * _copy
    assert told_again(caplog) == [
        f"a webhook for {one} told nothing new: 0 of 1" for one in ("aisensy", "zoom", "bolna")
    ]


@pytest.mark.parametrize("path", ["sendgrid", "aisensy", "instamojo", "zoom", f"bolna/{BOLNA_TOKEN}"])
async def test_ten_megabytes_are_refused(client, services, path):
    assert (await client.post(f"/webhooks/{path}", content=b"x" * 10_000_000)).status_code == 413
    assert await kept(services) == []


async def test_who_knows_the_address_of_bolna_leaves_a_hint_and_nothing_else(client, services):
    for _copy in range(3):
        assert (await client.post(f"/webhooks/bolna/{BOLNA_TOKEN}", content=HINT)).status_code == 200
    assert await kept(services) == [("bolna", "completed", "")]
    assert (await client.post("/webhooks/bolna/guessed", content=HINT)).status_code == 401
    assert (await client.post(f"/webhooks/bolna/{BOLNA_TOKEN}", content=b'{"a": 1}')).status_code == 400
    assert await turned_away(services) == [("bolna", "malformed", 1), ("bolna", "unsigned", 1)]


async def test_zoom_is_proved_our_address_and_its_events_are_kept(client, services):
    check = json.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}).encode()
    answer = await client.post("/webhooks/zoom", content=check, headers=signed_headers(ZOOM_SECRET, check))
    assert (answer.status_code, answer.json()["plainToken"]) == (200, "abc")
    for _copy in range(2):
        headers = signed_headers(ZOOM_SECRET, ZOOM_EVENT)
        assert (await client.post("/webhooks/zoom", content=ZOOM_EVENT, headers=headers)).status_code == 200
    assert await kept(services) == [("zoom", "meeting.started", "")]


async def test_a_stale_or_forged_zoom_event_changes_nothing(client, services, monkeypatch):
    lately = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: lately - 3600)
        stale = signed_headers(ZOOM_SECRET, ZOOM_EVENT)
    for headers in (stale, signed_headers("another", ZOOM_EVENT), {}):
        assert (await client.post("/webhooks/zoom", content=ZOOM_EVENT, headers=headers)).status_code == 401
    assert await kept(services) == []
    assert await turned_away(services) == [("zoom", "unsigned", 3)]


async def test_admins_see_what_was_turned_away(as_admin, services):
    assert "Webhooks turned away" not in (await as_admin.get("/admin/errors")).text
    await aisensy(as_admin, BODY, "0" * 64)
    page = (await as_admin.get("/admin/errors")).text
    assert "Webhooks turned away" in page
    assert "AiSensy" in page
