"""Sending by the API: what is answered, that a send is done once, and that the rules of the pages hold."""

import asyncio

import pytest

from domain.work import SYSTEM
from tests.fixtures.api import program, token_of
from tests.fixtures.cast import ASHA, BEN
from tests.fixtures.house import until

EMAIL = {"person_id": str(ASHA.id), "subject": "Your seat", "text": "Hello Asha,\n\nyour seat is kept."}
WHATSAPP = {"to": "98765 43299", "template": "announcement", "params": ["Ravi", "Asha", "Welcome"]}
CALL = {"person_id": str(ASHA.id), "user_data": {"course": "Python"}}
LATER = {"Prefer": "respond-async"}


@pytest.fixture
async def outside(house, cast):
    """A program of Ben's beside a whole house, at an hour in which nobody is asleep."""
    async with house.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = '{}' where key = 'quiet_hours'")
    token, _token_id = await token_of(house.app, BEN)
    async with program(house.app, token) as client:
        yield client


async def working(house, request):
    """Let the worker work until the request is answered."""
    asked = asyncio.create_task(request)
    while not asked.done():
        await house.run_due()
        await asyncio.sleep(0.01)
    return await asked


async def value(house, sql, **values):
    async with house.database.work(SYSTEM) as work:
        return await work.value(sql, **values)


async def run(house, sql, **values):
    async with house.database.work(SYSTEM) as work:
        await work.run(sql, **values)


async def test_an_email_is_waited_for_and_told_in_the_fields_of_a_send(house, outside):
    answer = await working(house, outside.post("/api/emails", json=EMAIL))
    sent = answer.json()
    assert answer.status_code == 201
    assert (sent["success"], sent["accepted"], sent["rejected"], sent["batch_id"]) == (True, 1, 0, None)
    assert sent["results"] == [{"to": ASHA.email, "status": "accepted", "message_id": sent["message_id"]}]
    assert (sent["state"], answer.headers["location"]) == ("sent", sent["delivery_url"])
    (mail,) = await house.mailbox(ASHA.email)
    assert mail["subject"] == "Your seat"
    followed = (await outside.get(sent["delivery_url"])).json()
    assert followed["result"] == {name: sent[name] for name in followed["result"]}
    assert (followed["channel"], followed["person_id"]) == ("email", str(ASHA.id))
    for channel, total in (("email", 1), ("whatsapp", 0)):
        assert (await outside.get("/api/deliveries", params={"channel": channel})).json()["total"] == total


async def test_a_whatsapp_message_is_told_in_the_fields_of_a_send(house, outside):
    answer = await working(house, outside.post("/api/whatsapp-messages", json=WHATSAPP))
    sent = answer.json()
    assert answer.status_code == 201, sent
    assert (sent["success"], sent["campaign_id"], sent["destination"]) == (True, "announcement", "+919876543299")
    assert sent["message_id"]
    assert sent["timestamp"]
    assert {"success", "campaign_id", "message_id", "status", "destination", "timestamp"} < set(sent)


async def test_a_call_is_told_in_the_fields_of_a_send(house, outside):
    still_waiting = "+919876540008"  # a call that has not ended has no recording, however long one looks
    body = {"to": still_waiting, "user_data": {"course": "Python"}}
    answer = await working(house, outside.post("/api/calls", json=body))
    made = answer.json()
    assert answer.status_code == 201, made
    assert (made["success"], made["to_number"], made["recording_url"]) == (True, still_waiting, None)
    assert made["call_id"]
    assert made["agent_id"]
    assert made["estimated_duration"] > 0
    assert (await outside.get(f"/api/calls/{made['delivery_id']}/recording")).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [("emails", EMAIL), ("whatsapp-messages", WHATSAPP), ("calls", CALL)],
    ids=["email", "whatsapp", "call"],
)
async def test_who_does_not_want_to_wait_gets_the_delivery_at_once(path, body, house, outside):
    answer = await outside.post(f"/api/{path}", json=body, headers=LATER)
    planned = answer.json()
    assert (answer.status_code, planned["success"], planned["state"]) == (202, False, "pending")
    await house.run_due()
    assert (await outside.get(answer.headers["location"])).json()["state"] == "sent"


async def test_the_same_key_sends_once_and_tells_how_it_ended(house, outside):
    key = {"Idempotency-Key": "mail 1"}
    first = await outside.post("/api/emails", json=EMAIL, headers=key | LATER)
    again = await working(house, outside.post("/api/emails", json=EMAIL, headers=key))
    third = await outside.post("/api/emails", json=EMAIL, headers=key)
    assert [answer.status_code for answer in (first, again, third)] == [202, 201, 201]
    assert again.json() == third.json()
    assert again.json()["delivery_id"] == first.json()["delivery_id"]
    assert len(await house.mailbox(ASHA.email)) == 1
    other = await outside.post("/api/emails", json=EMAIL | {"subject": "Other"}, headers=key)
    assert other.status_code == 409


async def test_no_connection_is_held_while_waiting(house, outside):
    asked = asyncio.create_task(outside.post("/api/emails", json=EMAIL, headers={"Prefer": "wait=1"}))
    await until(lambda: value(house, "select count(*) from deliveries"))
    held = "select count(*) from pg_stat_activity where state like 'idle in transaction%%' and pid <> pg_backend_pid()"
    seen = [await value(house, held) for _look in range(20)]
    assert 0 in seen  # a look itself is a short transaction
    assert (await asked).status_code == 202


async def test_what_fails_is_told_with_its_reason(house, outside):
    await run(house, "update whatsapp_templates set campaign = 'no_such_campaign' where campaign = 'announcement'")
    body = WHATSAPP | {"template": "no_such_campaign"}
    answer = await working(house, outside.post("/api/whatsapp-messages", json=body))
    failed = answer.json()
    assert (answer.status_code, failed["success"], failed["state"]) == (201, False, "failed")
    assert failed["reason"]


@pytest.mark.parametrize(
    ("path", "change", "fields"),
    [
        ("emails", {"person_id": None}, ["to"]),
        ("emails", {"to": ASHA.email}, ["to"]),
        ("emails", {"person_id": None, "to": "nobody"}, ["to"]),
        ("emails", {"subject": "Two\nlines"}, ["subject"]),
        ("whatsapp-messages", {"to": "12"}, ["to"]),
        ("whatsapp-messages", {"template": "nothing"}, ["template"]),
        ("whatsapp-messages", {"params": ["Ravi"]}, ["params"]),
        ("calls", {"agent_id": "no agent"}, ["agent_id"]),
    ],
)
async def test_what_does_not_fit_is_named_and_nothing_is_planned(path, change, fields, house, outside):
    body = {"emails": EMAIL, "whatsapp-messages": WHATSAPP, "calls": CALL}[path]
    answer = await outside.post(f"/api/{path}", json=body | change)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, fields)
    assert await value(house, "select count(*) from deliveries") == 0


async def test_free_text_needs_their_word_of_the_last_day(outside):
    answer = await outside.post("/api/whatsapp-messages", json={"to": "9876543299", "text": "Hello"})
    assert answer.status_code == 409
    assert "24 hours" in answer.json()["error"]["message"]


async def test_nothing_is_sent_to_who_has_opted_out_or_cannot_be_reached(house, outside):
    suppress = "insert into phone_suppressions values ('+919876543299', 'whatsapp', 'opted_out', '', null, null, now())"
    await run(house, suppress)
    await run(house, "insert into email_suppressions values (%(to)s, 'bounced', '', null, now())", to=ASHA.email)
    assert (await outside.post("/api/whatsapp-messages", json=WHATSAPP)).status_code == 409
    assert (await outside.post("/api/emails", json=EMAIL)).status_code == 409
    assert await value(house, "select count(*) from deliveries") == 0


async def test_in_quiet_hours_a_message_waits_for_their_end_and_nobody_waits_for_it(house, outside):
    quiet = """
    update business_settings set value = jsonb_build_object('whatsapp',
      jsonb_build_array('00:00', '23:59')) where key = 'quiet_hours'
    """
    await run(house, quiet)
    answer = await outside.post("/api/whatsapp-messages", json=WHATSAPP)
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    assert await value(house, "select due_at > %(now)s from deliveries", now=await value(house, "select app_now()"))


async def test_a_send_is_written_down_with_the_token_it_came_by(house, outside):
    await outside.post("/api/emails", json=EMAIL, headers=LATER)
    details = await value(house, "select details from audit_logs where action = 'message.planned'")
    assert details == {"channel": "email", "token": "Tests"}


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/calls", {"to": "98765 43299", "user_data": {"cou\0rse": "Python"}}),
        (
            "/api/whatsapp-messages",
            WHATSAPP | {"media": {"url": "https://x.test/\0", "filename": "plan.pdf", "kind": "document"}},
        ),
    ],
)
async def test_what_the_database_cannot_keep_is_refused_beside_its_field(api, address, body):
    answer = await api.post(address, json=body, headers=LATER)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
    assert list(answer.json()["error"]["fields"].values()) == ["Please write this on one line."]
