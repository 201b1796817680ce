"""SendGrid's event webhook over HTTP: what is not SendGrid's, not lately or not as it was signed changes nothing."""

import json
import logging
import time

import pytest

from adapters.sandbox.sendgrid.signing import signed_headers
from domain.messaging.outbox import plan_email
from domain.messaging.webhooks import apply_events
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA

PATH = "/webhooks/sendgrid"
KINDS = ["processed", "deferred", "delivered", "open", "click"]


@pytest.fixture
async def delivery_id(database, cast):
    """An e-mail that has left."""
    async with database.work(SYSTEM) as work:
        found = await plan_email(work, kind="welcome", to=ASHA.email, key="k", person_id=ASHA.id)
        await work.run("update deliveries set state = 'sent'")
        await work.run(
            "insert into email_logs (delivery_id, to_email, from_email, subject, created_at, updated_at)"
            " values (%(id)s, %(to)s, 'us@x.test', 'Welcome', %(now)s, %(now)s)",
            id=found,
            to=ASHA.email,
            now=work.now,
        )
        return found


def events(delivery_id, kinds):
    return [
        {
            "email": ASHA.email, "event": kind, "timestamp": 1767600764 + KINDS.index(kind), "sg_event_id": f"event-{kind}",
            "sg_message_id": "A1b2.recvd-1", "delivery_id": str(delivery_id), "url": "https://x.test/",
        }
        for kind in kinds
    ]  # fmt: skip


def body_of(found):
    return b"[" + b",\r\n".join(json.dumps(one).encode() for one in found) + b"]\r\n"


async def post(client, body, headers=None, signed_at=None):
    signed = signed_headers(body, int(time.time()) if signed_at is None else signed_at) if headers is None else headers
    return await client.post(PATH, content=body, headers={"Content-Type": "application/json", **signed})


async def state_of(database):
    async with database.work(SYSTEM) as work:
        while await apply_events(work):
            pass
        log = await work.row(
            "select state, opens, clicks, delivered_at, opened_at, clicked_at, history from email_logs"
        )
        return log, await work.value("select count(*) from webhook_events")


def forged(body):
    headers = signed_headers(body, int(time.time()))
    name = next(name for name in headers if "Signature" in name)
    return headers | {name: signed_headers(b"other", int(time.time()))[name]}


CASES = {
    "unsigned": lambda body: (body, {}),
    "forged": lambda body: (body, forged(body)),
    "stale": lambda body: (body, signed_headers(body, int(time.time()) - 25 * 3600)),
    "from the future": lambda body: (body, signed_headers(body, int(time.time()) + 3600)),
    "written anew": lambda body: (json.dumps(json.loads(body)).encode(), signed_headers(body, int(time.time()))),
    "without its last line break": lambda body: (body[:-2], signed_headers(body, int(time.time()))),
    "under another moment": lambda body: (
        body,
        signed_headers(body, int(time.time())) | {"X-Twilio-Email-Event-Webhook-Timestamp": str(int(time.time()) - 1)},
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_sendgrid_did_not_sign_changes_nothing_and_is_logged(client, database, delivery_id, caplog, case):
    caplog.set_level(logging.WARNING)
    body, headers = CASES[case](body_of(events(delivery_id, KINDS)))
    assert (await post(client, body, headers)).status_code == 401
    log, stored = await state_of(database)
    assert (log.state, log.history, stored) == ("sending", [], 0)
    assert "turned away: unsigned" in caplog.text


async def test_a_replay_changes_nothing_more_and_is_noted_in_the_log(client, database, delivery_id, caplog):
    body = body_of(events(delivery_id, KINDS))
    headers = signed_headers(body, int(time.time()))
    with caplog.at_level(logging.INFO, "web.webhooks.replays"):
        for _ in range(3):
            assert (await post(client, body, headers)).status_code == 200
    assert caplog.messages == [f"a webhook for sendgrid told nothing new: 0 of {len(KINDS)}"] * 2
    log, stored = await state_of(database)
    assert (log.state, log.opens, log.clicks, stored) == ("clicked", 1, 1, 5)


async def test_five_copies_in_reverse_order_end_as_one_in_order(client, database, delivery_id):
    for kind in reversed(KINDS):
        for _ in range(5):
            assert (await post(client, body_of(events(delivery_id, [kind])))).status_code == 200
            await state_of(database)  # each copy is applied before the next comes
    backwards, stored = await state_of(database)
    assert stored == 5
    async with database.work(SYSTEM) as work:
        await work.run("delete from webhook_events")
        await work.run(
            "update email_logs set state = 'sending', rank = 0, opens = 0, clicks = 0, history = '[]', delivered_at = null,"
            " opened_at = null, clicked_at = null"
        )
    await post(client, body_of(events(delivery_id, KINDS)))
    forwards, _stored = await state_of(database)
    for name in ("state", "opens", "clicks", "delivered_at", "opened_at", "clicked_at"):
        assert getattr(backwards, name) == getattr(forwards, name), name
    assert forwards.state == "clicked"


async def test_ten_megabytes_are_refused_before_they_are_read(client, database, delivery_id):
    taken = 0

    async def pieces():
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b"x" * 100_000

    answer = await client.post(PATH, content=pieces(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert taken < 60
    assert (await state_of(database))[1] == 0


async def test_what_is_signed_but_no_events_is_refused_and_logged(client, database, delivery_id, caplog):
    assert (await post(client, b"no json")).status_code == 400
    assert "turned away: malformed" in caplog.text
    assert (await state_of(database))[1] == 0
