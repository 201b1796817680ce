"""The demo's WhatsApp messages and calls: what went to its students, and what became of it."""

from datetime import datetime, timedelta
from typing import Any

from adapters.demo.mailing import Mailing
from adapters.demo.story import Record, Story

AGENT = "5a0db0c0-ffee-4000-8000-00000000b01a"
WELCOME = "Hi {}, welcome to {}!\n\nYour batch {} begins on {}. We are glad you are with us."
MOST = 24


def write_to_students(story: Story, mailing: Mailing) -> None:
    """Let the latest students have been welcomed on WhatsApp, and a few have been called."""
    people = {person["id"]: person for person in story.tables["people"]}
    batches = {batch["id"]: batch for batch in story.tables["batches"]}
    courses = {course["id"]: course["title"] for course in story.tables["courses"]}
    latest = sorted(story.tables["enrolments"], key=lambda one: (one["enrolled_at"], str(one["person_id"])))[-MOST:]
    for number, enrolment in enumerate(latest):
        person, batch, at = people[enrolment["person_id"]], batches[enrolment["batch_id"]], enrolment["enrolled_at"]
        if not person["phone"]:
            continue
        course = courses[batch["course_id"]]
        _welcome(story, _delivery(mailing, person, at, "whatsapp", course, batch["name"]), number)
        if number % 4 == 1 and at + timedelta(hours=5) < story.now:
            call = _delivery(mailing, person, at + timedelta(hours=4), "call", course, batch["name"])
            _call(story, call, is_answered=number % 8 == 1)


def _delivery(mailing: Mailing, person: Record, at: datetime, channel: str, course: str, batch: str) -> Record:
    first = person["name"].split()[0]
    params: dict[str, Any] = (
        {"params": [first, course, batch, "the first Monday"]} if channel == "whatsapp" else {"course": course}
    )
    delivery = mailing.delivery(person, at, "single", params)
    template = "welcome" if channel == "whatsapp" else ""
    return _changed(delivery, channel=channel, to_address=person["phone"], template=template)


def _changed(record: Record, **values: Any) -> Record:
    record |= values
    return record


def _welcome(story: Story, message: Record, number: int) -> None:
    sent = message["sent_at"]
    params = message["params"]["params"]
    moments = {
        "sent": sent + timedelta(seconds=1),
        "delivered": sent + timedelta(seconds=4),
        "read": sent + timedelta(minutes=3),
    }
    state, rank, reached = ("delivered", 40, ("sent", "delivered")) if number % 5 == 2 else ("read", 50, tuple(moments))
    told = {name: at for name, at in moments.items() if name in reached}
    story.add(
        "whatsapp_logs",
        delivery_id=message["id"],
        person_id=message["person_id"],
        to_phone=message["to_address"],
        campaign="welcome",
        params=params,
        body=WELCOME.format(*params),
        price_paise=13,
        submitted_id=f"demo-{message['id']}",
        message_id=f"wamid.demo.{message['id'].hex[:20]}",
        state=state,
        rank=rank,
        reason="",
        fault="",
        history=[{"event": name, "at": at.isoformat()} for name, at in told.items()],
        submitted_at=sent,
        sent_at=moments["sent"],
        delivered_at=moments["delivered"],
        read_at=told.get("read"),
        created_at=message["created_at"],
        updated_at=max(told.values()),
    )


def _call(story: Story, call: Record, *, is_answered: bool) -> None:
    started = call["sent_at"]
    ended = started + timedelta(seconds=74 if is_answered else 31)
    first = call["to_name"].split()[0]
    turns: tuple[str, ...] = (
        f"assistant: Hello {first}, this is about {call['params']['course']}. Is this a good time?",
        "user: Yes, tell me.",
    )
    turns += ("assistant: Would evenings or weekends suit you better?", "user: Evenings, after eight.")
    story.add(
        "call_logs",
        delivery_id=call["id"],
        person_id=call["person_id"],
        to_phone=call["to_address"],
        agent_id=AGENT,
        user_data={**call["params"], "name": call["to_name"]},
        call_id=f"demo-{call['id']}",
        status="completed" if is_answered else "no-answer",
        state="completed" if is_answered else "no_answer",
        rank=50,
        reason="" if is_answered else "Nobody answered.",
        duration_seconds=68.4 if is_answered else None,
        has_recording=False,
        transcript="\n".join(turns) if is_answered else "",
        summary="Would like evening classes." if is_answered else "",
        cost_cents=6.8 if is_answered else 0,
        history=[{"event": "completed" if is_answered else "no-answer", "at": ended.isoformat()}],
        started_at=started,
        ended_at=ended,
        reported_at=ended,
        created_at=call["created_at"],
        updated_at=ended,
    )
