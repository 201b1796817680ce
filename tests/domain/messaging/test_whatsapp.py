"""WhatsApp messages leave once, are never sent again in doubt, and what is reported and answered ends where it belongs."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from adapters import aisensy
from adapters.aisensy.events import parse_events
from domain.broadcasts.broadcast import Audience
from domain.broadcasts.drafting import create_draft
from domain.errors import Conflict
from domain.messaging.outbox import plan_whatsapp
from domain.messaging.sending import claim_batch, settle
from domain.messaging.webhooks import store_whatsapp_events
from domain.messaging.whatsapp.texting import plan_whatsapp_text
from domain.ports import Unknown
from domain.ports.whatsapp import WhatsAppIncoming, WhatsAppMedia, WhatsAppStatus
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA
from tests.fixtures.house import until

PHONE = ASHA.phone
FAR = datetime(2100, 1, 1, tzinfo=UTC)
PARAMS = ("Asha", "Gurudesk", "class moves to six")


async def plan(house, template="announcement", params=PARAMS, key="hello", to=PHONE, **more):
    async with house.database.work(SYSTEM) as work:
        return await plan_whatsapp(
            work, kind="announcement", to=to, name="Asha Rao", template=template, params=params, key=key, **more
        )


async def row(house, sql, **values):
    async with house.database.work(SYSTEM) as work:
        return await work.row(sql, **values)


async def delivery(house, delivery_id):
    return await row(house, "select * from deliveries where id = %(id)s", id=delivery_id)


async def log(house, delivery_id):
    return await row(house, "select * from whatsapp_logs where delivery_id = %(id)s", id=delivery_id)


async def reaches(house, delivery_id, state):
    async def reached():
        await house.run_due()
        found = await log(house, delivery_id)
        return found if found and found.state == state else None

    return await until(reached)


async def taken(house):
    """Return how many messages AiSensy has from us."""
    journal = (await house.sandbox.get("/journal.json", params={"provider": "aisensy"})).json()
    return sum("campaign/t1" in entry["path"] for entry in journal)


async def writes(house, text, phone=PHONE):
    answer = await house.sandbox.post(f"/phone/{phone.lstrip('+')}/messages", data={"text": text})
    assert answer.status_code == 303

    async def heard():
        await house.run_due()
        return await row(house, "select * from crm_messages where body = %(body)s and direction = 'in'", body=text)

    return await until(heard)


async def test_a_message_leaves_once_and_is_followed_until_it_was_read(house):
    delivery_id = await plan(house)
    assert await plan(house) is None
    await house.run_due()
    assert (await delivery(house, delivery_id)).state == "sent"
    read = await reaches(house, delivery_id, "read")
    assert read.body == "Hi Asha, a word from Gurudesk: class moves to six"
    assert (read.submitted_id, read.message_id) != (None, None)
    assert read.sent_at <= read.delivered_at <= read.read_at
    assert [entry["event"] for entry in read.history] == ["sent", "delivered", "read"]
    assert await taken(house) == 1


async def test_what_aisensy_took_before_the_connection_broke_is_parked_and_settled_by_its_report(house):
    await house.sandbox.post("/faults.json", json={"provider": "aisensy", "kind": "silent"})
    delivery_id = await plan(house)
    async with house.database.work(SYSTEM) as work:
        batch = await claim_batch(work, house.runner.composer, lease_seconds=60, channel="whatsapp")
    async with aisensy.client_for(house.settings) as client:
        client.timeout = httpx.Timeout(1.0)
        outcome = await aisensy.AiSensyWhatsAppSender(client, aisensy.account_of(house.settings)).send(batch.message)
    assert isinstance(outcome, Unknown)
    async with house.database.work(SYSTEM) as work:
        await settle(work, batch, outcome, lookup_delay=0)
    parked = await delivery(house, delivery_id)
    assert (parked.state, parked.leased_until) == ("unknown", None)
    await reaches(house, delivery_id, "read")
    assert (await delivery(house, delivery_id)).state == "sent"
    assert await taken(house) == 1


async def test_a_worker_that_vanished_leaves_its_message_parked_and_never_sent_again(house):
    delivery_id = await plan(house)
    async with house.database.work(SYSTEM) as work:
        await claim_batch(work, house.runner.composer, lease_seconds=-1, channel="whatsapp")
    for _sweep in range(3):
        await house.run_due()
    parked = await delivery(house, delivery_id)
    assert parked.state == "unknown"
    assert "AiSensy cannot be asked" in parked.reason
    assert await taken(house) == 0


@pytest.mark.parametrize(
    ("template", "params", "more", "reason"),
    [
        ("announcement", ("Asha",), {}, "“Announcement” wants 3 parameters, and 1 were given."),
        ("announcement", ("Asha", " ", "x"), {}, "“From” is empty"),
        ("certificate_ready", ("Asha", "UX"), {"buttons": ["x"]}, "wants a file"),
        ("class_reminder", ("Asha", "UX", "six"), {}, "links do not fit"),
        ("nothing", (), {}, "There is no WhatsApp template “nothing”"),
        ("announcement", PARAMS, {"media": WhatsAppMedia("/x.png", "x.png", "image")}, "file does not fit"),
    ],
)
async def test_a_message_that_does_not_fit_its_template_fails_and_says_why(house, template, params, more, reason):
    delivery_id = await plan(house, template, params, **more)
    await house.run_due()
    failed = await delivery(house, delivery_id)
    assert failed.state == "failed"
    assert reason in failed.reason
    assert await taken(house) == 0


async def test_a_number_without_whatsapp_fails_in_plain_words_and_gets_no_more_marketing(house):
    nowhere = "+919812341026"
    first = await plan(house, to=nowhere)
    await house.run_due()
    failed = await reaches(house, first, "failed")
    assert "not on WhatsApp" in failed.reason
    assert (failed.code, failed.fault) == (131026, "recipient")
    second = await plan(house, "cta_invitation", ("Asha", "UX"), key="2", to=nowhere, buttons=["apply/ux"])
    await house.run_due()
    left_out = await delivery(house, second)
    assert (left_out.state, left_out.reason) == ("cancelled", "An earlier message did not reach this number.")


async def test_copies_of_reports_in_reverse_order_end_as_one_in_order(house):
    states = []
    for key, order in (("in order", (0, 1, 2)), ("reversed", (2, 1, 0) * 5)):
        delivery_id = await plan(house, key=key, to="+919812340000")  # of whom nothing is reported by itself
        await house.run_due()
        submitted = (await log(house, delivery_id)).submitted_id
        bodies = [report(submitted, status, minute) for minute, status in enumerate(("SENT", "DELIVERED", "READ"))]
        for at in order:
            async with house.database.work(SYSTEM) as work:
                await store_whatsapp_events(work, parse_events(bodies[at], work.now))
            await house.run_due()
        found = await log(house, delivery_id)
        states.append((found.state, found.sent_at, found.delivered_at, found.read_at, found.history))
    assert states[0] == states[1]
    assert states[0][0] == "read"


def report(submitted, status, minute):
    at = f"2030-01-01T10:0{minute}:00Z"
    message = f'"submitted_message_id":"{submitted}","status":"{status}","phone_number":"919812340000","sender":"API"'
    event = f'"id":"{submitted}{status}","topic":"message.status.updated","created_at":"{at}"'
    return f'{{{event},"data":{{"message":{{{message}}}}}}}'.encode()


async def test_what_a_customer_writes_is_kept_once_with_their_person_and_admins_are_told(house, cast):
    message = await writes(house, "When do we start?")
    assert (message.person_id, message.from_address) == (ASHA.id, PHONE)
    async with house.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from crm_messages") == 1  # AiSensy tells every message twice
        told = await work.rows("select title, body, url from notifications where kind = 'whatsapp_message'")
    assert {tuple(one) for one in told} == {
        ("Asha Rao wrote on WhatsApp", "When do we start?", f"/admin/whatsapp/{PHONE}")
    }


async def test_a_lead_who_has_written_is_not_undone_with_their_import(house, cast):
    async with house.database.work(SYSTEM) as work:
        await work.run("insert into imported_leads (person_id, created_at) values (%(id)s, now())", id=ASHA.id)
    await writes(house, "When do we start?")
    assert (await row(house, "select touched_at from imported_leads")).touched_at is not None


async def test_an_unknown_number_is_kept_without_a_person(house, cast):
    message = await writes(house, "Who is this?", "+919812300555")
    assert message.person_id is None


async def test_free_text_is_refused_until_the_customer_has_written(house, cast):
    async with house.database.work(SYSTEM) as work:
        with pytest.raises(Conflict, match="have not written for 24 hours"):
            await plan_whatsapp_text(work, to=PHONE, text="At six.", key="r1")
    await writes(house, "When?")
    async with house.database.work(SYSTEM) as work:
        delivery_id = await plan_whatsapp_text(work, to=PHONE, text="At six.", key="r1", person_id=ASHA.id)
    await house.run_due()
    assert (await delivery(house, delivery_id)).state == "sent"
    assert (await reaches(house, delivery_id, "read")).body == "At six."


async def test_who_writes_stop_gets_one_confirmation_and_no_marketing_until_they_write_start(house, cast):
    waiting = await plan(house, "cta_invitation", ("Asha", "UX"), key="w", buttons=["apply/ux"], due_at=FAR)
    await writes(house, "Stop!")
    await writes(house, "STOP")
    async with house.database.work(SYSTEM) as work:
        suppressed = await work.row("select * from phone_suppressions where phone = %(phone)s", phone=PHONE)
        confirmations = await work.value("select count(*) from deliveries where kind = 'opt_confirmation'")
    assert (suppressed.reason, suppressed.channel, confirmations) == ("opted_out", "whatsapp", 1)
    assert (await delivery(house, waiting)).reason == "They have opted out."
    later = await plan(house, "cta_invitation", ("Asha", "UX"), key="l", buttons=["apply/ux"])
    useful = await plan(house, key="u")
    await house.run_due()
    assert (await delivery(house, later)).state == "cancelled"
    assert (await delivery(house, useful)).state == "sent"
    await writes(house, "start")
    again = await plan(house, "cta_invitation", ("Asha", "UX"), key="a", buttons=["apply/ux"])
    await house.run_due()
    assert (await delivery(house, again)).state == "sent"


async def test_a_stop_that_is_told_days_late_holds_and_keeps_nothing_waiting(house, cast):
    at = datetime(2020, 1, 1, tzinfo=UTC)
    stop = WhatsAppIncoming("a", "wamid.1", PHONE, "", "text", "STOP", at)
    async with house.database.work(SYSTEM) as work:
        await store_whatsapp_events(work, [stop])
    await house.run_due()
    async with house.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from webhook_events where processed_at is null") == 0
        assert (
            await work.value("select reason from phone_suppressions where phone = %(phone)s", phone=PHONE)
            == "opted_out"
        )
        # Free text reaches nobody a day after they wrote.
        assert await work.value("select count(*) from deliveries where kind = 'opt_confirmation'") == 0


async def test_what_is_written_to_one_overtakes_what_is_written_to_many(house):
    async with house.database.work(SYSTEM) as work:
        broadcast_id = await create_draft(work, uuid4(), "News", "whatsapp", Audience(), is_marketing=False)
    many = await plan(house, key="many", broadcast_id=broadcast_id)
    one = await plan(house, key="one")
    async with house.database.work(SYSTEM) as work:
        first = await claim_batch(work, house.runner.composer, lease_seconds=60, channel="whatsapp")
        second = await claim_batch(work, house.runner.composer, lease_seconds=60, channel="whatsapp")
    assert [first.message.delivery_id, second.message.delivery_id] == [one, many]


async def test_an_absurd_report_holds_up_none_behind_it(house):
    at = "2030-01-01T10:00:00Z"
    absurd = [
        WhatsAppStatus("a", "failed", "+12", datetime.fromisoformat(at), submitted_id="x" * 5000, fault="recipient"),
        WhatsAppIncoming("b", "y" * 5000, "+" + "9" * 400, "", "text", "Hello", datetime.fromisoformat(at)),
    ]
    delivery_id = await plan(house, to="+919812340000")
    await house.run_due()
    async with house.database.work(SYSTEM) as work:
        await work.run("update whatsapp_logs set submitted_id = %(id)s", id="x" * 200)
        await store_whatsapp_events(work, absurd)
    await house.run_due()
    assert (await log(house, delivery_id)).state == "failed"
    async with house.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from webhook_events where processed_at is null") == 0
        assert await work.value("select count(*) from phone_suppressions") == 0
