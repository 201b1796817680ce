"""Batches and scheduled sends, suppressions, activity and the settings of the event webhook."""

import asyncio
import time

import psycopg

from adapters.sendgrid.signature import SANDBOX_SENDGRID_PUBLIC_KEY
from tests.adapters.sandbox.conftest import mail, until


async def test_a_batch_can_be_paused_and_resumed(sandbox, house):
    batch_id = (await sandbox.api("POST", "/mail/batch")).json()["batch_id"]
    assert (await sandbox.api("GET", f"/mail/batch/{batch_id}")).json() == {"batch_id": batch_id}
    assert (await sandbox.api("GET", "/mail/batch/none")).json()["errors"][0]["message"] == "invalid batch id"

    paused = await sandbox.api("POST", "/user/scheduled_sends", {"batch_id": batch_id, "status": "pause"})
    assert (paused.status_code, paused.json()) == (201, {"batch_id": batch_id, "status": "pause"})
    assert (
        await sandbox.api("POST", "/user/scheduled_sends", {"batch_id": batch_id, "status": "cancel"})
    ).status_code == 400
    await sandbox.send(mail("asha@example.com", batch_id=batch_id))
    assert (await sandbox.messages())[0]["status"] == "scheduled"

    assert (await sandbox.api("PATCH", f"/user/scheduled_sends/{batch_id}", {"status": "pause"})).status_code == 204
    listed = (await sandbox.api("GET", "/user/scheduled_sends")).json()
    assert listed == [{"batch_id": batch_id, "status": "pause"}]
    assert (await sandbox.api("DELETE", f"/user/scheduled_sends/{batch_id}")).status_code == 204
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("asha@example.com")))
    assert (await sandbox.api("GET", f"/user/scheduled_sends/{batch_id}")).json() == []
    assert (await sandbox.api("DELETE", f"/user/scheduled_sends/{batch_id}")).status_code == 404


async def test_only_ten_batches_can_be_held_at_a_time(sandbox):
    answers = []
    for _ in range(11):
        batch_id = (await sandbox.api("POST", "/mail/batch")).json()["batch_id"]
        body = {"batch_id": batch_id, "status": "pause"}
        answers.append((await sandbox.api("POST", "/user/scheduled_sends", body)).status_code)
    assert answers == [201] * 10 + [400]


async def test_scheduled_mail_leaves_when_business_time_comes(sandbox, house, database_url):
    await sandbox.send(mail("asha@example.com", send_at=int(time.time()) + 3600))
    assert (await sandbox.messages())[0]["status"] == "scheduled"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update app_clock set shift = '2 hours'")
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("asha@example.com")))
    delivered = next(event for event in house.events if event["event"] == "delivered")
    assert delivered["timestamp"] > time.time() + 7000


async def test_suppressions_are_listed_and_lifted(sandbox):
    await sandbox.send(mail("bounce@example.com", "block@example.com"))
    bounces = (await sandbox.api("GET", "/suppression/bounces")).json()
    assert [(entry["email"], entry["status"]) for entry in bounces] == [("bounce@example.com", "5.1.1")]
    assert (await sandbox.api("GET", "/suppression/blocks/block@example.com")).json()[0]["status"] == "5.7.1"
    assert (await sandbox.api("DELETE", "/suppression/bounces/bounce@example.com")).status_code == 204
    assert (await sandbox.api("DELETE", "/suppression/bounces/bounce@example.com")).status_code == 404
    assert (await sandbox.api("DELETE", "/suppression/blocks", {"delete_all": True})).status_code == 204
    assert (await sandbox.api("GET", "/suppression/blocks")).json() == []
    assert (await sandbox.api("GET", "/suppression/nothing")).status_code == 404


async def test_who_unsubscribed_gets_nothing_of_that_group_or_at_all(sandbox):
    await sandbox.api("POST", "/asm/suppressions/global", {"recipient_emails": ["Asha@example.com"]})
    await sandbox.api("POST", "/asm/groups/7/suppressions", {"recipient_emails": ["ben@example.com"]})
    assert (await sandbox.api("GET", "/asm/groups/7/suppressions")).json() == ["ben@example.com"]
    await sandbox.send(mail("asha@example.com", "ben@example.com", asm={"group_id": 8}))
    await sandbox.send(mail("ben@example.com", asm={"group_id": 7}))
    of_seven, ben, asha = await sandbox.messages()
    assert (asha["status"], ben["status"], of_seven["status"]) == ("dropped", "delivered", "dropped")
    await sandbox.api("DELETE", "/asm/suppressions/global/asha@example.com")
    await sandbox.send(mail("asha@example.com"))
    assert (await sandbox.messages())[0]["status"] == "delivered"


async def activity(sandbox, query, limit=10):
    answer = await sandbox.client.get(
        "/sendgrid/v3/messages",
        params={"query": query, "limit": limit},
        headers={"Authorization": f"Bearer {sandbox.settings.sendgrid_key}"},
    )
    return answer.status_code, answer.json()


async def test_messages_are_found_by_what_is_known_of_them(sandbox):
    answer = await sandbox.send(mail("asha@example.com", "bounce@example.com", categories=["cta"]))
    message_id = answer.headers["X-Message-Id"]
    for query, found in {
        "(unique_args['delivery_id']=\"d-0\")": ["asha@example.com"],
        "unique_args['send_id']=\"s-1\"": ["bounce@example.com", "asha@example.com"],
        "(unique_args['send_id']=\"s-2\")": [],
        f"msg_id LIKE '{message_id}%'": ["bounce@example.com", "asha@example.com"],
        'to_email="asha@example.com"': ["asha@example.com"],
        'status="not_delivered"': ["bounce@example.com"],
        "(Contains(categories,\"cta\")) AND (status='delivered')": ["asha@example.com"],
        "": ["bounce@example.com", "asha@example.com"],
    }.items():
        status, body = await activity(sandbox, query)
        assert status == 200, query
        assert [message["to_email"] for message in body["messages"]] == found, query
    message = (await activity(sandbox, 'to_email="asha@example.com"'))[1]["messages"][0]
    assert message["msg_id"].startswith(f"{message_id}.recvd-")
    shown = (await sandbox.api("GET", f"/messages/{message['msg_id']}")).json()
    assert [event["event_name"] for event in shown["events"]] == ["processed", "delivered"]


async def test_queries_that_make_no_sense_are_refused(sandbox):
    for query in ('bad_field="x"', "to_email", 'to_email="a" OR status="b"', "'; drop table messages; --", "%s"):
        status, body = await activity(sandbox, query)
        assert (status, body["errors"][0]["message"][:15]) == (400, "invalid syntax:"), query
    assert (await activity(sandbox, "", limit=0))[0] == 400


async def test_the_event_webhook_can_be_moved_silenced_and_left_unsigned(sandbox, house, database_url):
    listed = (await sandbox.api("GET", "/user/webhooks/event/settings/all")).json()["webhooks"][0]
    assert listed["url"] == f"{sandbox.settings.base_url}/webhooks/sendgrid"
    signed = f"/user/webhooks/event/settings/signed/{listed['id']}"
    key = (await sandbox.api("GET", signed)).json()
    assert key == {"id": listed["id"], "public_key": SANDBOX_SENDGRID_PUBLIC_KEY}

    await sandbox.api("PATCH", signed, {"enabled": False})
    url = f"http://127.0.0.1:{house.port}/elsewhere"
    await sandbox.api("PATCH", f"/user/webhooks/event/settings/{listed['id']}", {"enabled": True, "url": url})
    await sandbox.send(mail("asha@example.com"))
    # Events of one moment go in one post, those of two in two: how many there are is chance, what they tell is not.
    await until(lambda: asyncio.sleep(0, len(house.events) >= 2))
    assert [event["event"] for event in house.events] == ["processed", "delivered"]
    assert set(house.paths) == {"/elsewhere"}
    assert not any(house.signed)

    await sandbox.api("PATCH", f"/user/webhooks/event/settings/{listed['id']}", {"enabled": False})
    await sandbox.send(mail("ben@example.com"))
    await until(lambda: _is_withheld(database_url))
    await sandbox.api("PATCH", f"/user/webhooks/event/settings/{listed['id']}", {"enabled": True})
    await sandbox.send(mail("chitra@example.com"))
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("chitra@example.com")))
    assert house.kinds("ben@example.com") == set()


async def _is_withheld(database_url):
    """Say whether the two events of the e-mail were put aside, not only due."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        cursor = await connection.execute("select sum(cardinality(event_ids)) from sandbox.posts where state = 'off'")
        return (await cursor.fetchone())[0] == 2


async def test_a_test_post_is_signed_and_has_one_event_of_each_kind(sandbox, house):
    assert (await sandbox.api("POST", "/user/webhooks/event/test", {})).status_code == 204
    assert house.signed == [True]
    assert {"processed", "delivered", "bounce", "open", "click"} <= {event["event"] for event in house.events}


async def test_wrong_settings_are_refused(sandbox):
    path = "/user/webhooks/event/settings/event-webhook-1"
    assert (await sandbox.api("PATCH", path, {"enabled": "yes"})).status_code == 400
    assert (await sandbox.api("PATCH", path, {"url": "file:///etc/passwd"})).status_code == 400
    assert (await sandbox.api("GET", "/user/webhooks/event/settings/other")).status_code == 404
