"""The demo's calls: who of its students was called, and what became of it."""

from datetime import timedelta

from adapters.demo.mailing import Mailing
from adapters.demo.story import Record, Story

AGENT = "5a0db0c0-ffee-4000-8000-00000000b01a"
MOST = 24


def call_students(story: Story, mailing: Mailing) -> None:
    """Let a few of the latest students have been called."""
    people = {person["id"]: person for person in story.tables["people"]}
    batches = {batch["id"]: batch for batch in story.tables["batches"]}
    courses = {course["id"]: course["title"] for course in story.tables["courses"]}
    latest = sorted(story.tables["enrolments"], key=lambda one: (one["enrolled_at"], str(one["person_id"])))[-MOST:]
    for number, enrolment in enumerate(latest[1::4]):
        person, at = people[enrolment["person_id"]], enrolment["enrolled_at"] + timedelta(hours=4)
        if person["phone"] and at + timedelta(hours=1) < story.now:
            about = {"course": courses[batches[enrolment["batch_id"]]["course_id"]]}
            call = mailing.delivery(person, at, "single", about, channel="call", template="")
            _call(story, call, is_answered=number % 2 == 0)


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
