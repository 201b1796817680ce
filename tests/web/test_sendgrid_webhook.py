"""SendGrid's event webhook over HTTP: what is not SendGrid's, not lately or not as it was signed changes nothing."""

import json
import logging
import time

import pytest

from adapters.sandbox.sendgrid.signing import signed_headers
from domain.messaging.outbox import plan_email
from domain.messaging.webhooks import apply_events
from domain.work import SYSTEM
from tests.fixtures._replays import told_again
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
            "select state, reason, opens, clicks, delivered_at, opened_at, clicked_at, history from email_logs"
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
    assert told_again(caplog) == [f"a webhook for sendgrid told nothing new: 0 of {len(KINDS)}"] * 2
    log, stored = await state_of(database)
    assert (log.state, log.opens, log.clicks, stored) == ("clicked", 1, 1, 5)


# Two deferrals and two opens: which of them came first must not decide what is shown.
STORY = [
    ("processed", 0, ""),
    ("deferred", 1, "450 try again later"),
    ("deferred", 2, "452 mailbox full"),
    ("delivered", 2, ""),
    ("open", 4, ""),
    ("open", 9, ""),
    ("click", 9, ""),
]
BOUNCES = [("processed", 0, ""), ("bounce", 3, "550 unknown"), ("dropped", 5, "Bounced Address")]
DEFERRED = STORY[:3]
KEPT = ("state", "reason", "opens", "clicks", "delivered_at", "opened_at", "clicked_at", "history")


def told(delivery_id, story, copy):
    return [
        {
            "email": ASHA.email, "event": kind, "timestamp": 1767600764 + second, "sg_event_id": f"{copy}-{number}",
            "sg_message_id": "A1b2.recvd-1", "delivery_id": str(delivery_id), "reason": reason,
        }
        for number, (kind, second, reason) in enumerate(story)
    ]  # fmt: skip


@pytest.mark.parametrize("story", [STORY, DEFERRED, BOUNCES], ids=["clicked", "deferred", "bounced"])
async def test_five_copies_in_reverse_order_end_as_one_in_order(client, database, delivery_id, story):
    for event in reversed(told(delivery_id, story, "backwards")):
        for _copy in range(5):
            assert (await post(client, body_of([event]))).status_code == 200
            await state_of(database)  # each copy is applied before the next comes
    backwards, stored = await state_of(database)
    assert stored == len(story)
    for order, step in (("forwards", 1), ("at once", len(story))):
        await forget_reports(database)
        events = told(delivery_id, story, order)
        for first in range(0, len(events), step):
            assert (await post(client, body_of(events[first : first + step]))).status_code == 200
            await state_of(database)
        other, _stored = await state_of(database)
        for name in KEPT:
            assert getattr(backwards, name) == getattr(other, name), (order, name)
    times = [entry["at"] for entry in backwards.history]
    assert times == sorted(times)
    assert (backwards.state, backwards.reason) == {
        "click": ("clicked", ""), "deferred": ("deferred", "452 mailbox full"), "dropped": ("dropped", "Bounced Address"),
    }[story[-1][0]]  # fmt: skip


async def forget_reports(database):
    async with database.work(SYSTEM) as work:
        await work.run("delete from webhook_events")
        await work.run(
            "update email_logs set state = 'sending', rank = 0, reason = '', opens = 0, clicks = 0, history = '[]',"
            " delivered_at = null, opened_at = null, clicked_at = null"
        )


async def test_who_complains_after_their_lead_was_deleted_is_never_written_to_again(client, database, delivery_id):
    async with database.work(SYSTEM) as work:
        await work.run("delete from deliveries")
    told = events(delivery_id, ["delivered"])[0] | {"event": "spamreport"}
    assert (await post(client, body_of([told]))).status_code == 200
    await state_of(database)
    async with database.work(SYSTEM) as work:
        kept = await work.row("select email, reason, delivery_id from email_suppressions")
    assert tuple(kept) == (ASHA.email, "spam", None)


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
