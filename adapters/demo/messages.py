"""What the demo's people have written: answers to their invitations by e-mail, and a question on WhatsApp."""

from datetime import datetime, timedelta
from itertools import islice

from adapters.demo.office import Office
from adapters.demo.story import Record, Story

OUR_ADDRESS = "reply@reply.gurudesk.test"
# (days ago, whether somebody has read it, what it says)
ANSWERS = (
    (9, True, "Hello, is the course in English or in Hindi? I would like to join with my sister."),
    (6, True, "Thank you for writing. Can I pay in two instalments?"),
    (3, True, "I am travelling until the 12th. Will the first classes be recorded?"),
    (1, False, "Yes, I am interested. I applied just now, please let me know what you need from me."),
    (0, False, "Could somebody call me in the evening, after 7? I have some questions about the fees."),
)
AWAY = "I am out of office and will be back on Monday. For anything urgent please call me."
QUESTION = "Hi! Can I still change to the weekend batch?"


def make_messages(story: Story, office: Office) -> None:
    """Add messages from people who were written to; the last two, and the question, wait to be read."""
    answered = islice(_answered(story), len(ANSWERS) + 1)
    for (days, is_read, body), log in zip(ANSWERS, answered, strict=False):
        at = story.now - timedelta(days=days, minutes=47 + 13 * days)
        _answer(story, log, at, body, is_read=is_read)
    for log in answered:
        _answer(story, log, story.now - timedelta(days=2, minutes=5), AWAY, is_read=True, is_automatic=True)
    student = office.student
    message = {"person_id": student["id"], "channel": "whatsapp", "from_address": student["phone"], "body": QUESTION}
    _add(story, message, story.now - timedelta(minutes=25), is_read=False)


def _answered(story: Story) -> list[Record]:
    """Return the logs of invitations that somebody looked at, one a person, the latest first."""
    invitations = {delivery["id"] for delivery in story.tables["deliveries"] if delivery["kind"] == "cta"}
    seen = [log for log in story.tables["email_logs"] if log["state"] in ("opened", "clicked")]
    logs = {log["person_id"]: log for log in seen if log["delivery_id"] in invitations}
    return sorted(logs.values(), key=lambda log: log["created_at"], reverse=True)[:60:9]


def _answer(story: Story, log: Record, at: datetime, body: str, *, is_read: bool, is_automatic: bool = False) -> None:
    message = {
        "person_id": log["person_id"],
        "channel": "email",
        "delivery_id": log["delivery_id"],
        "from_address": log["to_email"],
        "to_address": OUR_ADDRESS,
        "subject": f"Re: {log['subject']}",
        "body": body,
    }
    _add(story, message, max(at, log["created_at"] + timedelta(hours=1)), is_read=is_read, is_automatic=is_automatic)


def _add(story: Story, message: Record, at: datetime, *, is_read: bool, is_automatic: bool = False) -> None:
    at = min(at, story.now)
    empty: Record = {"delivery_id": None, "to_address": "", "subject": "", "checks": {}, "media": None}
    identity = story.id()
    values = empty | message | {"provider_message_id": f"demo-{identity}", "occurred_at": at, "created_at": at}
    story.add("crm_messages", id=identity, direction="in", is_read=is_read, is_automatic=is_automatic, **values)
