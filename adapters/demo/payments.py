"""The demo's payments: most students have paid, some in parts, some late, and one had their money back."""

from datetime import datetime, timedelta

from adapters.demo.automations import SINCE
from adapters.demo.office import Office
from adapters.demo.steps import add_step
from adapters.demo.story import IST, Record, Story
from domain.payments.after_approval import FIRST_DUE
from domain.payments.asking import divide
from domain.payments.money import rupees

IN_PARTS = 0.16
IN_FULL = 0.93  # of the others; the rest owes it
INSTRUMENTS = {"UPI": 6, "Domestic Regular Debit Card (Visa/Mastercard)": 2, "Domestic Netbanking Regular": 1}
SOON = timedelta(days=8)
LINK = "create_payment_request:{}"  # the key of the step, as asking for a payment has it
DECLINED = "The bank declined the payment."
NOBODY: Record = {"id": None, "name": "Gurudesk"}


class Payments:
    """Adds invoices with their requests at the gateway and what came in for them."""

    def __init__(self, story: Story, office: Office) -> None:
        self.story = story
        self.office = office

    def take(self) -> None:
        """Ask everybody who is enrolled."""
        people = {person["id"]: person for person in self.story.tables["people"]}
        batches = {batch["id"]: batch for batch in self.story.tables["batches"]}
        courses = {course["id"]: course for course in self.story.tables["courses"]}
        for enrolment in list(self.story.tables["enrolments"]):
            title = courses[batches[enrolment["batch_id"]]["course_id"]]["title"]
            self._ask(enrolment, people[enrolment["person_id"]], title)
        self._ask_for_links()
        # Numbered as they are written.
        self.story.tables["payments"].sort(key=lambda payment: payment["created_at"])

    def _ask(self, enrolment: Record, person: Record, title: str) -> None:
        """Ask as the automation does, at once and for the whole; in parts, and before it was switched on, by hand."""
        withdrawn = enrolment["state"] == "withdrawn"
        count = 1 if withdrawn or not self.story.chance(IN_PARTS) else self.story.random.choice((2, 3))
        is_ours = person is self.office.student  # has something left to pay, to try it
        count = 2 if is_ours else count
        by_hand = count > 1 or enrolment["enrolled_at"] < self.story.clock(SINCE, 9)
        # Whoever wanted to pay in parts said so, and was asked a moment before the approval.
        at = enrolment["enrolled_at"] + (timedelta(minutes=-9) if by_hand else timedelta(seconds=2))
        first_due = timedelta(days=5) if by_hand else FIRST_DUE
        days = [(at + first_due + timedelta(days=30 * part)).astimezone(IST).date() for part in range(count)]
        payment = self.story.add(
            "payments",
            id=self.story.id(),
            person_id=person["id"],
            enrolment_id=enrolment["id"],
            purpose=title[:30],
            amount_paise=enrolment["price_paise"],
            paid_paise=0,
            refunded_paise=0,
            due_on=days[-1],
            announce=[],
            created_by=self.office.admin["id"] if by_hand else None,
            is_demo=True,
            created_at=at,
            updated_at=at,
            paid_at=None,
        )
        pays = withdrawn or count > 1 or self.story.chance(IN_FULL)
        for part, amount in enumerate(divide(enrolment["price_paise"], count)):
            request = self._request(payment, part + 1, amount, days[part])
            asked_for = at if part == 0 else at + timedelta(days=30 * part)
            pays_this = part == 0 if is_ours else pays
            paid_at = self.story.after(asked_for, timedelta(minutes=4), timedelta(days=4)) if pays_this else None
            if paid_at and asked_for < self.story.now:
                self._pay(payment, request, person, paid_at)
        if withdrawn and payment["paid_at"]:
            self._give_back(payment, person)

    def _ask_for_links(self) -> None:
        """Have the sandbox make the links of what is to be paid these days: reminders lead there."""
        today = self.story.now.astimezone(IST).date()
        people = {payment["id"]: payment["person_id"] for payment in self.story.tables["payments"]}
        for part in self.story.tables["payment_requests"]:
            if part["state"] == "planned" and timedelta(days=-2) < part["due_on"] - today < SOON:
                whose = people[part["payment_id"]]
                add_step(
                    self.story,
                    "create_payment_request",
                    part["id"],
                    self.story.now,
                    person_id=whose,
                    key=LINK.format(part["id"]),
                )

    def _request(self, payment: Record, part: int, amount: int, due_on: object) -> Record:
        request_id = self.story.id()
        # Without a link: one is made when somebody opens the page to pay at, or soon, if it is to be reminded of soon.
        return self.story.add(
            "payment_requests",
            id=request_id,
            payment_id=payment["id"],
            part=part,
            reference=request_id.hex,
            gateway_id=None,
            amount_paise=amount,
            due_on=due_on,
            state="planned",
            asked_at=None,
            opened_at=None,
            paid_at=None,
            created_at=payment["created_at"],
            updated_at=payment["created_at"],
        )

    def _pay(self, payment: Record, request: Record, person: Record, at: datetime) -> None:
        made_at = payment["created_at"] + timedelta(seconds=3)
        request |= {"gateway_id": self.story.id().hex, "state": "paid", "asked_at": made_at, "opened_at": made_at}
        request |= {"paid_at": at, "updated_at": at}
        if self.story.chance(0.12):
            self._attempt(payment, request, at - timedelta(minutes=2), reason=DECLINED)
        self._attempt(payment, request, at)
        payment["paid_paise"] += request["amount_paise"]
        payment |= {"updated_at": at, "paid_at": at if payment["paid_paise"] == payment["amount_paise"] else None}
        about = {"name": person["name"], "id": payment["id"]}
        amount = rupees(request["amount_paise"])
        self.office.audit(at, NOBODY, "payment.received", "payment", about, amount=amount, purpose=payment["purpose"])

    def _attempt(self, payment: Record, request: Record, at: datetime, reason: str = "") -> Record:
        (instrument,) = self.story.random.choices(list(INSTRUMENTS), list(INSTRUMENTS.values()))
        fees = 0 if reason else request["amount_paise"] * 2 // 100 + 300
        return self.story.add(
            "gateway_payments",
            id=self.story.id(),
            gateway_payment_id=f"MOJO{self.story.id().hex[:16]}",
            payment_id=payment["id"],
            request_id=request["id"],
            gateway_request_id=request["gateway_id"],
            status="failed" if reason else "credit",
            amount_paise=request["amount_paise"],
            fees_paise=fees,
            instrument=instrument,
            reason=reason,
            attempted_at=at,
            credited_at=None if reason else at,
            created_at=at,
            updated_at=at,
        )

    def _give_back(self, payment: Record, person: Record) -> None:
        paid_as = self.story.tables["gateway_payments"][-1]
        at = self.story.after(payment["paid_at"], timedelta(hours=3), timedelta(days=6))
        if at is None:
            return
        refund_id = self.story.id()
        self.story.add(
            "refunds",
            id=refund_id,
            payment_id=payment["id"],
            gateway_payment_id=paid_as["id"],
            amount_paise=payment["paid_paise"],
            kind="QFL",
            body="Could not take part after all.",
            reference=refund_id.hex,
            form_key=self.story.id(),
            state="asked",
            gateway_id=f"C{refund_id.hex[:9]}",
            gateway_status="Refunded",
            created_by=self.office.owner["id"],
            created_at=at,
            asked_at=at,
            taken_at=at,
        )
        payment |= {"refunded_paise": payment["paid_paise"], "updated_at": at}
        about = {"name": person["name"], "id": payment["id"]}
        amount = rupees(payment["paid_paise"])
        self.office.audit(at, self.office.owner, "payment.refunded", "payment", about, amount=amount)
