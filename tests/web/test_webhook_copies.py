"""Five copies of each webhook, the last thing first, end as one of each in order. SendGrid's are in test_sendgrid_webhook.py."""

import json

import httpx
import pytest

from adapters.aisensy.signature import sign
from adapters.certificates import certificates
from adapters.provider_settings import SANDBOX_VALUES
from adapters.sandbox.zoom.webhooks import signed_headers
from domain.messaging.outbox import plan_call, plan_whatsapp
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA
from tests.fixtures.house import until

SILENT = "919812340000"  # of whom the sandbox reports nothing by itself
SECRETS = {name: SANDBOX_VALUES[name] for name in ("AISENSY_WEBHOOK_SECRET", "ZOOM_WEBHOOK_SECRET_TOKEN")}
ORDERS = {"in order": lambda told: told, "reversed": lambda told: [one for one in reversed(told) for _copy in range(5)]}


@pytest.fixture
async def post(house):
    """Posts a body to one of the webhooks, and lets the worker apply it before the next comes."""
    base = f"http://127.0.0.1:{house.settings.port}"
    async with httpx.AsyncClient(verify=certificates(), base_url=base, trust_env=False, timeout=20) as client:

        async def send(path, body, headers):
            headers = {"Content-Type": "application/json", **headers}
            assert (await client.post(f"/webhooks/{path}", content=body, headers=headers)).status_code == 200
            await house.run_due()

        yield send


async def row(house, sql, **values):
    async with house.database.work(SYSTEM) as work:
        return await work.row(sql, **values)


async def stored(house, provider):
    return (await row(house, "select count(*) from webhook_events where provider = %(p)s", p=provider))[0]


def status(submitted_id, name, minute):
    message = {"submitted_message_id": submitted_id, "status": name, "phone_number": SILENT, "sender": "API"}
    event = {"id": f"{submitted_id}{name}", "topic": "message.status.updated", "data": {"message": message}}
    return json.dumps(event | {"created_at": f"2030-01-01T10:0{minute}:00Z"}).encode()


async def test_statuses_of_a_whatsapp_message(house, post):
    kept = {}
    for order, arranged in ORDERS.items():
        async with house.database.work(SYSTEM) as work:
            about = {"kind": "announcement", "to": f"+{SILENT}", "name": "A", "key": order}
            params = ("Asha", "Gurudesk", "class moves to six")
            delivery_id = await plan_whatsapp(work, template="announcement", params=params, **about)
        await house.run_due()
        log = "select * from whatsapp_logs where delivery_id = %(id)s"
        submitted = (await row(house, log, id=delivery_id)).submitted_id
        told = [status(submitted, name, minute) for minute, name in enumerate(("SENT", "DELIVERED", "READ"))]
        for body in arranged(told):
            await post("aisensy", body, {"X-AiSensy-Signature": sign(SECRETS["AISENSY_WEBHOOK_SECRET"], body)})
        found = await row(house, log, id=delivery_id)
        kept[order] = (found.state, found.reason, found.sent_at, found.delivered_at, found.read_at, found.history)
    assert kept["in order"] == kept["reversed"]
    assert kept["reversed"][0] == "read"
    assert await stored(house, "aisensy") == 6


async def test_hints_about_a_call(house, post):
    async with house.database.work(SYSTEM) as work:
        delivery_id = await plan_call(work, kind="one_call", to=ASHA.phone, key="c", user_data={"course": "UX"})
    log = "select * from call_logs where delivery_id = %(id)s"

    async def over():
        await house.run_due()
        found = await row(house, log, id=delivery_id)
        return found if found and found.state == "completed" else None

    before = await until(over)
    told = [json.dumps({"id": before.call_id, "status": name}).encode() for name in ("queued", "ringing", "busy")]
    for body in ORDERS["reversed"](told):
        await post(f"bolna/{SANDBOX_VALUES['BOLNA_WEBHOOK_TOKEN']}", body, {})
    after = await row(house, log, id=delivery_id)
    same = ("state", "status", "call_id", "duration_seconds", "started_at", "ended_at", "transcript", "history")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    journal = (await house.sandbox.get("/journal.json", params={"provider": "bolna"})).json()
    assert sum(entry["path"].endswith("/bolna/call") for entry in journal) == 1


async def test_the_course_of_a_payment(desk):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id, outcome="declined")
    told = [await desk.hint(payment_id)]
    await desk.pay(payment_id)
    told.append(await desk.hint(payment_id))
    for form in ORDERS["reversed"](told):
        assert (await desk.tell(form)).status_code == 200
        await desk.house.run_due()
    payment = await desk.payment(payment_id)
    assert (payment.state, payment.paid_paise) == ("paid", 500_000)
    assert [attempt.status for attempt in await desk.attempts(payment_id)] == ["failed", "credit"]
    for sql in (
        "select id from audit_logs where action = 'payment.received'",
        "select id from deliveries where kind = 'payment_received' and channel = 'email'",
    ):
        assert len(await desk.all(sql)) == 1, sql


async def test_the_course_of_a_meeting(house, post, schedules):
    kept = {}
    for number, (order, arranged) in enumerate(ORDERS.items()):
        session_id = await schedules(title=order)
        meeting = f"8500000000{number}"
        async with house.database.work(SYSTEM) as work:
            await work.run(
                "update sessions set zoom_meeting_id = %(m)s, zoom_state = 'ready' where id = %(id)s",
                id=session_id,
                m=meeting,
            )
        told = [
            meeting_event("started", meeting, "start_time", "2030-01-14T13:28:00Z"),
            meeting_event("ended", meeting, "end_time", "2030-01-14T14:10:00Z"),
            meeting_event("started", meeting, "start_time", "2030-01-14T14:12:00Z"),
            meeting_event("ended", meeting, "end_time", "2030-01-14T15:01:00Z"),
        ]
        for body in arranged(told):
            await post("zoom", body, signed_headers(SECRETS["ZOOM_WEBHOOK_SECRET_TOKEN"], body))
        kept[order] = tuple(
            await row(house, "select started_at, ended_at, zoom_uuid from sessions where id = %(id)s", id=session_id)
        )
    assert kept["in order"] == kept["reversed"]
    assert [f"{moment:%H:%M}" for moment in kept["reversed"][:2]] == ["13:28", "15:01"]
    assert await stored(house, "zoom") == 8


def meeting_event(kind, meeting, name, moment):
    subject = {"id": meeting, "uuid": "u==", "topic": "Joins", name: moment}
    return json.dumps({"event": f"meeting.{kind}", "event_ts": 1, "payload": {"object": subject}}).encode()
