"""The demo's broadcasts: one that all students got, and one for WhatsApp that is still being written."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from adapters.demo.mailing import Mailing
from adapters.demo.office import Office
from adapters.demo.story import Record, Story

SUBJECT = "{{first_name}}, no class on Monday"
BODY = """Dear {{first_name}},

Monday is a holiday, so there is no class. We go on on Wednesday at seven, where we stopped.

If you want to use the evening: the last recording is in your account.

Warmly,
your teachers"""
SCRIPT = "The weekend batch begins soon. Would you like me to keep a seat for you?"


def make_broadcasts(story: Story, mailing: Mailing, office: Office) -> None:
    """Let the students have been written to nine days ago, and let calls to leads be drafted."""
    at = story.clock(9, 18, 20)
    sent = _broadcast(story, office, at, name="No class on Monday", channel="email", subject=SUBJECT, body=BODY)
    _send(story, mailing, sent, at + timedelta(minutes=4))
    _broadcast(
        story,
        office,
        story.clock(0, 8, 45),
        name="Seats of the weekend batch",
        channel="call",
        audience={"kind": "leads", "filter": {"status": "emailed"}},
        is_marketing=True,
        body=SCRIPT,
    )


def _send(story: Story, mailing: Mailing, broadcast: Record, at: datetime) -> None:
    students = {profile["person_id"] for profile in story.tables["profiles"] if profile["role"] == "student"}
    people = [one for one in story.tables["people"] if one["id"] in students and one["created_at"] < at]
    place = 0
    for person in people:
        is_reached = bool(person["email"]) and person["email"] not in mailing.suppressed
        place += is_reached
        _recipient(story, broadcast["id"], person, place if is_reached else 0, "" if is_reached else "bounced")
        if is_reached:
            _deliver(mailing, broadcast["id"], person, at)
    broadcast |= {"state": "done", "confirmed_at": at, "finished_at": at + timedelta(seconds=40)}
    broadcast |= {"recipient_count": place, "planned_count": place}


def _deliver(mailing: Mailing, broadcast_id: UUID, person: Record, at: datetime) -> None:
    first = person["name"].split()[0]
    delivery = mailing.delivery(person, at, "broadcast", {"first_name": first})
    delivery |= {"broadcast_id": broadcast_id, "group_key": f"broadcast:{broadcast_id}"}
    delivery |= {"idempotency_key": f"broadcast:{broadcast_id}:{person['id']}"}
    mailing.received(delivery, SUBJECT.replace("{{first_name}}", first), opens=0.7)


def _recipient(story: Story, broadcast_id: UUID, person: Record, place: int, reason: str) -> None:
    story.add("broadcast_recipients", broadcast_id=broadcast_id, person_id=person["id"], place=place, reason=reason)


def _broadcast(story: Story, office: Office, at: datetime, **values: Any) -> Record:
    facts = {
        "audience": {"kind": "students"},
        "is_marketing": False,
        "subject": "",
        "state": "draft",
        "version": 1,
        "recipient_count": 0,
        "planned_count": 0,
        "created_by": office.admin["id"],
        "is_demo": True,
        "confirmed_at": None,
        "finished_at": None,
    }
    return story.add("broadcasts", id=story.id(), created_at=at, **(facts | values))
