"""What automations have done for the demo's students after their approval: the welcome, the request to pay, and reminders."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from adapters.demo.automations import Automations
from adapters.demo.office import Office
from adapters.demo.story import IST, Record
from domain.payments.money import rupees

AT = time(10)  # of the day, reminders of payments leave
ASKED_BEFORE = "They have been asked to pay already."
PAID, PART_PAID = "They have paid.", "It is paid."
JUST_REMINDED = "They were reminded of it after the approval."
TOLD = "The admins were told."
BETWEEN = timedelta(days=2)  # reminders of the same


class Approvals:
    """Adds what followed each enrolment since the automations were switched on."""

    def __init__(self, automations: Automations, office: Office) -> None:
        self.automations = automations
        self.office = office
        tables = automations.story.tables
        self.batches = {batch["id"]: batch for batch in tables["batches"]}
        self.courses = {course["id"]: course["title"] for course in tables["courses"]}
        self.payments = {payment["enrolment_id"]: payment for payment in tables["payments"]}
        self.first_paid: dict[object, datetime] = {}
        for one in tables["gateway_payments"]:
            if at := one["credited_at"]:
                self.first_paid[one["payment_id"]] = min(at, self.first_paid.get(one["payment_id"], at))

    def follow(self) -> None:
        """Add it for everybody who has a place."""
        for enrolment in self.automations.story.tables["enrolments"]:
            payment, reminded_at = self.payments[enrolment["id"]], None
            if enrolment["state"] == "active" and enrolment["enrolled_at"] > self.automations.since:
                self._welcome(enrolment)
                self._ask(enrolment, payment)
                reminded_at = self._unpaid(enrolment, payment)
            self._remind(payment, reminded_at)

    def _welcome(self, enrolment: Record) -> None:
        at = enrolment["enrolled_at"]
        if not self.automations.has_come(at):
            return
        step = self.automations.ended("approval_whatsapp", _of(enrolment), at, at, version=_version(enrolment))
        self.automations.write(step, self._about(enrolment))

    def _ask(self, enrolment: Record, payment: Record) -> None:
        at, ended = enrolment["enrolled_at"], self.automations.ended
        amount = rupees(payment["amount_paise"])
        by_hand = payment["created_by"] is not None
        how: dict[str, Any] = {"reason": f"Asked for {amount}."}
        if by_hand:
            how = {"state": "skipped", "reason": ASKED_BEFORE}
        ended("approval_payment", _of(enrolment), at, at, version=_version(enrolment), **how)

    def _unpaid(self, enrolment: Record, payment: Record) -> datetime | None:
        """Add the reminder after three days, and the word to the admins after seven; return when they were reminded."""
        enrolled_at, reminded_at = enrolment["enrolled_at"], None
        for key, days in (("unpaid_reminder", 3), ("unpaid_attention", 7)):
            due_at = enrolled_at + timedelta(days=days)
            if not self._was_due(key, enrolment, payment, due_at):
                continue
            step = self.automations.ended(key, _of(enrolment), due_at, enrolled_at, version=_version(enrolment))
            amount = rupees(payment["amount_paise"])
            if key == "unpaid_reminder":
                params = {**self._about(enrolment), "amount": amount, "payment_id": str(payment["id"])}
                self.automations.write(step, params)
                reminded_at = due_at
            else:
                step["reason"] = TOLD
                self._tell(enrolment, due_at, amount)
        return reminded_at

    def _was_due(self, key: str, enrolment: Record, payment: Record, due_at: datetime) -> bool:
        """Say whether a moment came while nothing was paid; what was paid before took its step back."""
        paid_at, at = self.first_paid.get(payment["id"]), enrolment["enrolled_at"]
        if paid_at and paid_at < due_at:
            how: dict[str, Any] = {"state": "cancelled", "reason": PAID, "at": paid_at}
            self.automations.ended(key, _of(enrolment), due_at, at, version=_version(enrolment), **how)
            return False
        return self.automations.has_come(due_at)

    def _tell(self, enrolment: Record, at: datetime, amount: str) -> None:
        person, about = self.automations.people[enrolment["person_id"]], self._about(enrolment)
        for admin in (self.office.owner, self.office.admin):
            self.automations.story.add(
                "notifications",
                id=self.automations.story.id(),
                person_id=admin["id"],
                kind="payment",
                title=f"{person['name']} has not paid yet",
                body=f"{amount} for {about['course_title']}, {about['batch_name']}",
                url=f"/admin/students/{person['id']}",
                created_at=at,
                read_at=at + timedelta(hours=2) if self.automations.has_come(at + timedelta(days=1)) else None,
            )

    def _remind(self, payment: Record, reminded_at: datetime | None) -> None:
        """Add the reminder a day after each part was due."""
        for part in self.automations.story.tables["payment_requests"]:
            if part["payment_id"] == payment["id"]:
                self._remind_of(payment, part, reminded_at if part["part"] == 1 else None)

    def _remind_of(self, payment: Record, part: Record, reminded_at: datetime | None) -> None:
        due_on: date = part["due_on"]
        due_at = datetime.combine(due_on + timedelta(days=1), AT, IST)
        of_whom = (payment["person_id"], part["id"])
        if due_at < self.automations.since:
            return
        if (paid_at := part["paid_at"]) and paid_at < due_at:
            how = {"state": "cancelled", "reason": PART_PAID, "at": paid_at}
            self.automations.ended("payment_reminder", of_whom, due_at, payment["created_at"], **how)
        elif self.automations.has_come(due_at):
            is_enough = reminded_at is not None and due_at - reminded_at < BETWEEN
            how = {"state": "skipped", "reason": JUST_REMINDED} if is_enough else {}
            step = self.automations.ended("payment_reminder", of_whom, due_at, payment["created_at"], **how)
            if not is_enough:
                self.automations.write(step, self._of_part(payment, part))

    def _of_part(self, payment: Record, part: Record) -> dict[str, str]:
        return {
            "purpose": payment["purpose"],
            "course_title": payment["purpose"],
            "amount": rupees(part["amount_paise"]),
            "due": f"{part['due_on']:%-d %B %Y}",
            "payment_id": str(payment["id"]),
        }

    def _about(self, enrolment: Record) -> dict[str, str]:
        batch = self.batches[enrolment["batch_id"]]
        return {"course_title": self.courses[batch["course_id"]], "batch_name": batch["name"]}


def _of(enrolment: Record) -> tuple[UUID, UUID]:
    return enrolment["person_id"], enrolment["id"]


def _version(enrolment: Record) -> int:
    enrolled_at: datetime = enrolment["enrolled_at"]
    return round(enrolled_at.timestamp())
