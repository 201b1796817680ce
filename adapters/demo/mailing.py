"""The demo's e-mails: what was sent to whom, and what became of it, as the provider's events would have told."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from adapters.demo.story import Record, Story
from adapters.demo.words import BOUNCES
from domain.messaging.states import BY_EVENT

SENDER = "hello@gurudesk.test"
LOG_FAILED = ("failed", 5)
LOG_UNKNOWN = ("unknown", 1)


class Mailing:
    """Adds deliveries with their logs. ``suppressed`` are the addresses that get no more campaign e-mail."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.suppressed: set[str] = set()

    def delivery(
        self,
        person: Record,
        at: datetime,
        kind: str,
        params: dict[str, Any],
        *,
        campaign_id: UUID | None = None,
        subject_id: UUID | None = None,
        channel: str = "email",
        template: str | None = None,
        step: Record | None = None,
    ) -> Record:
        """Add a message that was sent at ``at``; ``step`` is the one that wrote it, if an automation did."""
        identity = self.story.id()
        return self.story.add(
            "deliveries",
            id=identity,
            channel=channel,
            kind=kind,
            person_id=person["id"],
            campaign_id=campaign_id,
            broadcast_id=None,
            subject_id=subject_id,
            to_address=person["email" if channel == "email" else "phone"],
            to_name=person["name"],
            template=kind if template is None else template,
            params=params,
            group_key=f"campaign:{campaign_id}" if campaign_id else None,
            idempotency_key=f"{step['id']}:{channel}" if step else f"demo:{identity}",
            marketing=campaign_id is not None,
            due_at=at,
            state="sent",
            attempt=1,
            reason="",
            created_at=at,
            sent_at=at + timedelta(seconds=4),
            rule_key=step["rule_key"] if step else None,
            rule_version=step["rule_version"] if step else None,
            step_id=step["id"] if step else None,
        )

    def log(self, delivery: Record, subject: str, events: list[tuple[str, datetime, str]]) -> Record:
        """Add the log of a delivery; its state is the highest that its events reached."""
        reached = max((BY_EVENT[event] for event, _, _ in events), key=lambda state: state.rank)
        first = {event: at for event, at, _ in reversed(events)}
        return self._log(
            delivery,
            subject,
            (reached.name, reached.rank),
            opens=sum(event == "open" for event, _, _ in events),
            clicks=sum(event == "click" for event, _, _ in events),
            history=[_entry(*event) for event in events],
            delivered_at=first.get("delivered"),
            opened_at=first.get("open"),
            clicked_at=first.get("click"),
            reason=events[-1][2],
            updated_at=events[-1][1],
        )

    def not_sent(self, delivery: Record, subject: str, state: str, reason: str) -> None:
        """Turn a delivery into one that failed, or whose end is unknown."""
        delivery |= {"state": state, "reason": reason, "sent_at": None}
        self._log(delivery, subject, LOG_FAILED if state == "failed" else LOG_UNKNOWN, reason=reason)

    def received(self, delivery: Record, subject: str, *, opens: float) -> None:
        """Log a delivery that arrived, and was opened with this likelihood."""
        sent_at = delivery["sent_at"]
        events = [("processed", sent_at + timedelta(seconds=1), ""), ("delivered", sent_at + timedelta(seconds=3), "")]
        opened = self.story.after(sent_at, timedelta(minutes=1), timedelta(days=2))
        if opened and self.story.chance(opens):
            events.append(("open", opened, ""))
        self.log(delivery, subject, events)

    def bounced(self, delivery: Record, subject: str) -> None:
        """Log a delivery that bounced, and suppress its address."""
        at, reason = delivery["sent_at"] + timedelta(seconds=9), self.story.random.choice(BOUNCES)
        self.log(delivery, subject, [("processed", delivery["sent_at"], ""), ("bounce", at, reason)])
        self.suppress(delivery, "bounced", at, reason)

    def suppress(self, delivery: Record, reason: str, at: datetime, detail: str = "") -> None:
        """Send no more campaign e-mail to the address of this delivery."""
        if delivery["to_address"] not in self.suppressed:
            self.suppressed.add(delivery["to_address"])
            self.story.add(
                "email_suppressions",
                email=delivery["to_address"],
                reason=reason,
                detail=detail,
                delivery_id=delivery["id"],
                created_at=at,
            )

    def _log(self, delivery: Record, subject: str, state: tuple[str, int], **known: object) -> Record:
        facts = {
            "opens": 0,
            "clicks": 0,
            "history": [],
            "delivered_at": None,
            "opened_at": None,
            "clicked_at": None,
            "reason": "",
            "updated_at": delivery["created_at"],
        }
        return self.story.add(
            "email_logs",
            delivery_id=delivery["id"],
            person_id=delivery["person_id"],
            to_email=delivery["to_address"],
            from_email=SENDER,
            subject=subject,
            message_id=f"demo.{delivery['id'].hex[:16]}" if delivery["state"] == "sent" else None,
            state=state[0],
            rank=state[1],
            sent_at=delivery["sent_at"],
            created_at=delivery["created_at"],
            **(facts | known),
        )


def _entry(event: str, at: datetime, reason: str) -> dict[str, str]:
    entry = {"event": event, "at": at.isoformat(), "reason": reason}
    return {name: value for name, value in entry.items() if value}
