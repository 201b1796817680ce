"""E-mail that waits at SendGrid: in batches that can be cancelled, by the official client and by ours."""

import asyncio
import time
from datetime import timedelta

import psycopg
import pytest
from python_http_client.exceptions import BadRequestsError
from sendgrid.helpers.mail import BatchId, Mail, SendAt

from adapters.sendgrid import SendGridEmailSender, client_for
from domain.ports import BatchCancelled, BatchOpened, Refused, Sent
from tests.adapters.sandbox.conftest import mail, until
from tests.adapters.sandbox.test_sending import official_client, our_email


async def advance(database_url, by):
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("update app_clock set shift = shift + %s::interval", (by,))
        return (await (await connection.execute("select app_now()")).fetchone())[0]


async def in_two_hours(database_url):
    return (await advance(database_url, "0 seconds")) + timedelta(hours=2)


async def test_the_official_client_opens_schedules_and_cancels_a_batch(sandbox, database_url):
    api = official_client(sandbox).client
    batch_id = (await asyncio.to_thread(api.mail.batch.post)).to_dict["batch_id"]
    checked = await asyncio.to_thread(api.mail.batch._(batch_id).get)
    assert checked.to_dict == {"batch_id": batch_id}
    message = Mail("hello@gurudesk.test", "asha@example.com", "Later", plain_text_content="Hi")
    message.send_at, message.batch_id = SendAt(int(time.time()) + 7200), BatchId(batch_id)
    assert (await asyncio.to_thread(api.mail.send.post, request_body=message.get())).status_code == 202

    body = {"batch_id": batch_id, "status": "cancel"}
    cancelled = await asyncio.to_thread(api.user.scheduled_sends.post, request_body=body)
    assert (cancelled.status_code, cancelled.to_dict) == (201, body)
    with pytest.raises(BadRequestsError):
        await asyncio.to_thread(api.user.scheduled_sends.post, request_body=body)
    assert (await sandbox.messages())[0]["status"] == "cancelled"


async def test_our_adapter_schedules_and_the_mailbox_has_it_when_its_moment_comes(sandbox, house, uuid4, database_url):
    at = await in_two_hours(database_url)
    async with client_for(sandbox.settings) as client:
        outcome = await SendGridEmailSender(client).send(our_email(uuid4, "asha@example.com", send_at=at))
    assert isinstance(outcome, Sent)
    assert "asha@example.com" not in (await sandbox.client.get("/mailbox")).text
    assert "asha@example.com" in (await sandbox.client.get("/mailbox?show=scheduled")).text

    await advance(database_url, "2 hours 1 minute")
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("asha@example.com")))
    assert "asha@example.com" in (await sandbox.client.get("/mailbox")).text


async def test_what_was_cancelled_never_arrives_even_when_the_cancellation_is_lifted_later(
    sandbox, house, uuid4, database_url
):
    async with client_for(sandbox.settings) as client:
        sender = SendGridEmailSender(client)
        batch = await sender.open_batch()
        assert isinstance(batch, BatchOpened)
        at = await in_two_hours(database_url)
        email = our_email(uuid4, "asha@example.com", "ben@example.com", send_at=at, batch_id=batch.batch_id)
        outcome = await sender.send(email)
        assert (outcome.batch_id, outcome.accepted) == (batch.batch_id, 2)
        assert await sender.cancel(batch.batch_id) == BatchCancelled(batch.batch_id)
        assert await sender.cancel(batch.batch_id) == BatchCancelled(batch.batch_id)

    now = await advance(database_url, "3 hours")
    # Something that leaves later is the sign that the sandbox has looked at everything due before.
    await sandbox.send(mail("chitra@example.com", send_at=int(now.timestamp()) + 60))
    await advance(database_url, "2 minutes")
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("chitra@example.com")))
    await sandbox.api("DELETE", f"/user/scheduled_sends/{batch.batch_id}")
    await sandbox.send(mail("devika@example.com"))
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("devika@example.com")))
    assert {message["status"] for message in await sandbox.messages(to="ben@example.com")} == {"cancelled"}
    assert house.kinds("asha@example.com") == set()


async def test_a_paused_batch_can_still_be_cancelled_by_us(sandbox):
    batch_id = (await sandbox.api("POST", "/mail/batch")).json()["batch_id"]
    await sandbox.api("POST", "/user/scheduled_sends", {"batch_id": batch_id, "status": "pause"})
    async with client_for(sandbox.settings) as client:
        sender = SendGridEmailSender(client)
        assert await sender.cancel(batch_id) == BatchCancelled(batch_id)
        assert isinstance(await sender.cancel("nobody's"), Refused)
    listed = (await sandbox.api("GET", "/user/scheduled_sends")).json()
    assert listed == [{"batch_id": batch_id, "status": "cancel"}]


async def test_too_late_and_unknown_are_refused_in_our_words(sandbox, uuid4, database_url):
    at = await in_two_hours(database_url)
    async with client_for(sandbox.settings) as client:
        sender = SendGridEmailSender(client)
        too_late = await sender.send(our_email(uuid4, "asha@example.com", send_at=at + timedelta(hours=71)))
        assert "72 hours" in too_late.reason
        unknown = await sender.send(our_email(uuid4, "asha@example.com", send_at=at, batch_id="nobody's"))
        assert "does not know this batch" in unknown.reason
    assert await sandbox.messages() == []
