"""Sending into the sandbox: what comes in, what is remembered, what is posted back."""

import asyncio
import time

import psycopg
import pytest
import sendgrid
from sendgrid.helpers.mail import Mail

from adapters.sendgrid import SendGridEmailSender, client_for
from adapters.settings import SANDBOX_SENDGRID_KEY
from domain.ports import Attachment, CannotTell, Email, Found, Missing, Recipient, Refused, Sent, Unavailable, Unknown
from tests.adapters.sandbox.conftest import mail, running, until


def official_client(sandbox):
    return sendgrid.SendGridAPIClient(SANDBOX_SENDGRID_KEY, host=f"{sandbox.settings.sandbox_url}/sendgrid")


def our_email(uuid4, *emails, **changes):
    values = {
        "send_id": uuid4(),
        "recipients": [Recipient(uuid4(), email, substitutions={"-name-": email.split("@")[0]}) for email in emails],
        "sender": "hello@gurudesk.test",
        "sender_name": "Gurudesk",
        "subject": "Hello -name-",
        "text": "Hello -name-",
        "html": "<p>Hello -name-</p>",
    }
    return Email(**(values | changes))


async def test_the_official_client_sends_and_its_helper_verifies_what_comes_back(sandbox, house):
    message = Mail("hello@gurudesk.test", "asha@example.com", "Welcome", plain_text_content="Hi", html_content="<p>Hi")
    response = await asyncio.to_thread(official_client(sandbox).send, message)
    assert response.status_code == 202
    assert len(response.headers["X-Message-Id"]) == 22

    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("asha@example.com")))
    assert house.signed
    assert all(house.signed)
    assert all(post.endswith(b"]\r\n") for post in house.posts)
    delivered = next(event for event in house.events if event["event"] == "delivered")
    assert delivered["sg_message_id"].split(".", 1)[0] == response.headers["X-Message-Id"]


async def test_our_adapter_sends_and_finds_what_it_sent(sandbox, uuid4):
    async with client_for(sandbox.settings) as client:
        sender = SendGridEmailSender(client)
        email = our_email(
            uuid4, "asha@example.com", "ben@example.com", attachments=[Attachment("a.txt", "text/plain", b"hi")]
        )
        assert isinstance(await sender.find(email.send_id), Missing)
        outcome = await sender.send(email)
        assert isinstance(outcome, Sent)
        assert await sender.find(email.send_id) == Found(outcome.message_id)
    messages = await sandbox.messages()
    assert [(m["to"], m["subject"], m["text"]) for m in messages] == [
        ("ben@example.com", "Hello ben", "Hello ben"),
        ("asha@example.com", "Hello asha", "Hello asha"),
    ]
    assert messages[0]["custom_args"]["delivery_id"] == str(email.recipients[1].delivery_id)
    assert messages[0]["attachments"][0]["filename"] == "a.txt"


async def test_our_adapter_learns_which_recipient_is_at_fault(sandbox, uuid4):
    async with client_for(sandbox.settings) as client:
        outcome = await SendGridEmailSender(client).send(our_email(uuid4, "asha@example.com", "no address", "b@c"))
    assert isinstance(outcome, Refused)
    assert outcome.recipients == (1, 2)
    assert await sandbox.messages() == []


@pytest.mark.parametrize(
    ("kind", "meaning", "arrived"),
    [
        ("503", Unavailable, 0),
        ("429", Unavailable, 0),
        ("401", Unavailable, 0),
        ("504", Unknown, 0),
        ("413", Refused, 0),
    ],
)
async def test_a_planned_fault_strikes_once(sandbox, uuid4, kind, meaning, arrived):
    await sandbox.client.post("/faults.json", json={"kind": kind})
    async with client_for(sandbox.settings) as client:
        sender = SendGridEmailSender(client)
        assert isinstance(await sender.send(our_email(uuid4, "asha@example.com")), meaning)
        assert len(await sandbox.messages()) == arrived
        assert isinstance(await sender.send(our_email(uuid4, "asha@example.com")), Sent)


@pytest.mark.parametrize(("kind", "found"), [("silent", Found), ("lost", Missing)])
async def test_after_silence_the_look_up_tells_whether_it_arrived(sandbox, uuid4, kind, found):
    await sandbox.client.post("/faults.json", json={"kind": kind})
    async with client_for(sandbox.settings) as client:
        client.timeout = 0.5
        sender, email = SendGridEmailSender(client), our_email(uuid4, "asha@example.com")
        assert isinstance(await sender.send(email), Unknown)
        client.timeout = 5
        assert isinstance(await sender.find(email.send_id), found)


async def test_a_key_that_is_not_ours_finds_nothing_out(sandbox, uuid4):
    async with client_for(sandbox.settings) as client:
        client.headers["Authorization"] = "Bearer SG.wrong"
        assert isinstance(await SendGridEmailSender(client).find(uuid4()), CannotTell)


async def test_a_thousand_copies_are_taken_at_once_and_each_is_delivered(sandbox, house):
    emails = [f"lead{number}@example.com" for number in range(1000)]
    html = "<p>Hi -name-</p>" + "<p>Lorem ipsum</p>" * 500
    body = mail(*emails, content=[{"type": "text/html", "value": html}])
    for number, entry in enumerate(body["personalizations"]):
        entry["substitutions"] = {"-name-": f"Lead {number}", "-link-": f"https://x.test/apply/{number}"}
    assert (await sandbox.send(body)).status_code == 202
    assert len(await sandbox.messages(limit=2000, brief=True)) == 1000

    await until(lambda: asyncio.sleep(0, sum(e["event"] == "delivered" for e in house.events) == 1000))
    ids = [event["sg_event_id"] for event in house.events]
    assert len(ids) == len(set(ids)) == 2000


async def test_each_address_fares_as_its_name_says(sandbox, house):
    fates = {
        "bounce": {"processed", "bounce"},
        "block": {"processed", "bounce"},
        "drop": {"dropped"},
        "defer": {"processed", "deferred", "delivered"},
        "spam": {"processed", "delivered", "spamreport"},
        "open": {"processed", "delivered", "open"},
        "click": {"processed", "delivered", "open", "click"},
        "asha": {"processed", "delivered"},
    }
    content = [{"type": "text/html", "value": '<a href="https://x.test/?a=1&amp;b=2">Go</a>'}]
    await sandbox.send(mail(*(f"{name}+1@example.com" for name in fates), content=content))
    for name, kinds in fates.items():
        await until(lambda name=name, kinds=kinds: asyncio.sleep(0, house.kinds(f"{name}+1@example.com") == kinds))
    click = next(event for event in house.events if event["event"] == "click")
    assert click["url"] == "https://x.test/?a=1&b=2"
    types = {event["email"]: event["type"] for event in house.events if event["event"] == "bounce"}
    assert types == {"bounce+1@example.com": "bounce", "block+1@example.com": "blocked"}


@pytest.mark.parametrize(
    ("email", "again"),
    [("bounce@example.com", "dropped"), ("spam@example.com", "dropped"), ("block@example.com", "bounce")],
)
async def test_the_sandbox_remembers_who_must_not_be_mailed(sandbox, email, again):
    await sandbox.send(mail(email))
    await sandbox.send(mail(email))
    newest, oldest = await sandbox.messages(to=email)
    assert (newest["events"][-1]["kind"], oldest["events"][0]["kind"]) == (again, "processed")


async def test_events_carry_the_senders_own_arguments(sandbox, house):
    await sandbox.send(mail("asha@example.com", custom_args={"house": "gurudesk"}, categories=["cta", "demo"]))
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("asha@example.com")))
    event = house.events[0]
    assert (event["delivery_id"], event["send_id"], event["house"]) == ("d-0", "s-1", "gurudesk")
    assert event["category"] == ["cta", "demo"]


async def test_a_house_that_is_down_hears_of_everything_later(sandbox, house):
    house.status = 503
    await sandbox.send(mail("asha@example.com"))
    await until(lambda: asyncio.sleep(0, len(house.posts) >= 2))
    assert house.posts[0] == house.posts[1]
    house.status = 204
    heard = len(house.posts)
    await until(lambda: asyncio.sleep(0, len(house.posts) > heard))


async def test_one_slow_answer_holds_nobody_up(sandbox, house):
    house.hold.clear()
    await sandbox.send(mail("asha@example.com"))
    await until(lambda: asyncio.sleep(0, len(house.posts) == 1))
    await sandbox.send(mail("ben@example.com"))
    # Less than the held request is waited for, so that giving up on it cannot be what helps.
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("ben@example.com")), seconds=8)


async def test_what_was_not_heard_is_posted_after_a_restart(sandbox_settings, house):
    house.status = 500
    async with running(sandbox_settings) as sandbox:
        await sandbox.send(mail("asha@example.com"))
        await until(lambda: asyncio.sleep(0, house.posts))
    house.status, house.posts = 200, []
    async with running(sandbox_settings) as sandbox:
        await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("asha@example.com")))
        assert len(await sandbox.messages()) == 1


async def test_a_failure_rate_fails_its_share_and_the_same_ones_each_time(sandbox_settings):
    settings = sandbox_settings.model_copy(update={"sandbox_failure_rate": 0.3, "sandbox_seed": 7})
    emails = [f"lead{number}@example.com" for number in range(300)]
    failed = []
    async with running(settings) as sandbox:
        for _ in range(2):
            await sandbox.send(mail(*emails, mail_settings={"bypass_list_management": {"enable": True}}))
            messages = await sandbox.messages(limit=300, brief=True)
            failed.append({m["to"] for m in messages if {e["kind"] for e in m["events"]} & {"bounce", "deferred"}})
    assert failed[0] == failed[1]
    assert 50 < len(failed[0]) < 130


async def test_the_journal_keeps_requests_but_no_key(sandbox):
    await sandbox.send(mail("asha@example.com"))
    await sandbox.send({"personalizations": []})
    refused, accepted = (await sandbox.client.get("/journal.json", params={"provider": "sendgrid"})).json()
    assert (accepted["status"], refused["status"]) == (202, 400)
    assert "asha@example.com" in accepted["body"]
    assert "personalizations field is required" in refused["answer"]
    assert "sandbox-secret" not in str([refused, accepted])
    later = await sandbox.client.get("/journal.json", params={"since": accepted["id"]})
    assert [entry["id"] for entry in later.json()] == [refused["id"]]


async def test_messages_are_found_by_person_category_and_time(sandbox):
    await sandbox.send(mail("asha@example.com", categories=["cta"]))
    await sandbox.send(mail("ben@example.com"))
    newest, oldest = await sandbox.messages()
    assert await sandbox.messages(to="Asha@example.com") == [oldest]
    assert await sandbox.messages(category="cta") == [oldest]
    assert await sandbox.messages(since=oldest["id"]) == [newest]
    assert len(await sandbox.messages(since=oldest["accepted_at"])) == 2
    assert await sandbox.messages(since="2099-01-01T00:00:00+00:00") == []


async def test_too_many_requests_are_told_when_to_come_back(limited_sandbox):
    while (await limited_sandbox.send(mail("asha@example.com"))).status_code == 202:
        pass
    refused = await limited_sandbox.send(mail("asha@example.com"))
    while refused.status_code == 202:
        refused = await limited_sandbox.send(mail("asha@example.com"))
    assert refused.status_code == 429
    assert refused.json() == {"errors": [{"field": None, "message": "too many requests"}]}
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert int(refused.headers["X-RateLimit-Reset"]) >= int(time.time())


async def test_the_sandbox_says_that_it_is_well(sandbox):
    assert (await sandbox.client.get("/health/live")).status_code == 200
    assert (await sandbox.client.get("/health/ready")).json() == {"status": "ok", "database": "ok"}


async def test_without_its_tables_the_sandbox_names_the_part_that_fails(sandbox, database_url):
    # Not blocking this event loop: the sandbox's own transactions must be able to end, or both wait for ever.
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("alter table sandbox.events rename to events_gone")
    answer = await sandbox.client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "database": "UndefinedTable"})
