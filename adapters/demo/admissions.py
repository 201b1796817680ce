"""The demo's applications, what was decided, and the students they became."""

from datetime import datetime, timedelta

from adapters.demo.campaigns import Click
from adapters.demo.catalogue import Catalogue
from adapters.demo.mailing import Mailing
from adapters.demo.office import Office
from adapters.demo.story import DAYS, Record, Story
from adapters.demo.words import MOTIVATIONS, REJECTIONS

HOW_MANY = 300
DIRECT = 24  # who came by a friend's word, without being a lead
APPROVED = 0.58
UNDECIDED_DAYS = 4


class Admissions:
    """Adds applications with everything that follows from them."""

    def __init__(self, story: Story, mailing: Mailing, catalogue: Catalogue, office: Office) -> None:
        self.story = story
        self.mailing = mailing
        self.catalogue = catalogue
        self.office = office

    def take(self, clicks: list[Click]) -> None:
        """Let some of those who clicked apply, once each, and a few who came directly."""
        chosen = {click.lead.person["id"]: click for click in sorted(clicks, key=self._reluctance, reverse=True)}
        for click in sorted(list(chosen.values())[: DIRECT - HOW_MANY - 1 : -1], key=lambda click: click.at):
            applied_at = self.story.after(click.at, timedelta(minutes=2), timedelta(hours=9))
            if applied_at:
                self._apply(click.lead.person, click.course, applied_at, click)
        for applied_at in sorted(self.story.some_moment() for _ in range(DIRECT)):
            course = self.catalogue.design if self.story.chance(0.5) else self.catalogue.analytics
            self._apply(self.story.person(applied_at), course, applied_at, None)

    def _reluctance(self, click: Click) -> float:
        # The school is better known by now: who clicked lately applies more often.
        return self.story.random.random() + (self.story.now - click.at).days / DAYS * 0.5

    def _apply(self, person: Record, course: Record, at: datetime, click: Click | None) -> None:
        person["phone"] = person["phone"] or self.story.new_phone()
        application = self.story.add(
            "cta_submissions",
            id=self.story.id(),
            person_id=person["id"],
            course_id=course["id"],
            batch_id=self._batch(course, at)["id"],
            lead_id=click.lead.row["id"] if click else None,
            campaign_id=click.campaign["id"] if click and click.campaign else None,
            sequence_id=click.sequence["id"] if click and click.sequence else None,
            name=person["name"],
            email=person["email"],
            phone=person["phone"],
            city=person["city"],
            motivation=self.story.random.choice(MOTIVATIONS),
            consent_email=True,
            consent_whatsapp=person["consent_whatsapp"],
            status="new",
            version=1,
            decided_by=None,
            decided_at=None,
            decision_reason="",
            submitted_at=at,
            updated_at=at,
        )
        if click:
            click.lead.row.update({"status": "applied", "touched_at": at})
        self._decide(application, person, course, click)

    def _batch(self, course: Record, at: datetime) -> Record:
        if course is self.catalogue.design:
            return self.catalogue.studio
        return self.catalogue.earlier if at.date() < self.catalogue.earlier["starts_on"] else self.catalogue.next

    def _decide(self, application: Record, person: Record, course: Record, click: Click | None) -> None:
        submitted_at: datetime = application["submitted_at"]
        decided_at = self.story.after(submitted_at, timedelta(minutes=20), timedelta(days=2))
        age = self.story.now - submitted_at
        if decided_at is None or (age < timedelta(days=UNDECIDED_DAYS) and self.story.chance(0.28)):
            return
        decider = self.office.admin if self.story.chance(0.7) else self.office.owner
        application |= {"version": 2, "decided_by": decider["id"], "decided_at": decided_at, "updated_at": decided_at}
        if self.story.chance(APPROVED):
            application["status"] = "approved"
            self._enrol(application, person, course, decided_at)
            if click:
                click.lead.row.update({"status": "enrolled", "touched_at": decided_at})
        else:
            application |= {"status": "rejected", "decision_reason": self.story.random.choice(REJECTIONS)}
            if self.story.chance(0.5):
                self._tell_rejected(application, person, course, decided_at)
        self.office.audit_decision(decider, application, course, decided_at)

    def _enrol(self, application: Record, person: Record, course: Record, at: datetime) -> None:
        batch = next(row for row in self.story.tables["batches"] if row["id"] == application["batch_id"])
        self.enrol(person, batch, course, at, application)
        self.office.account(person, "student", at)
        params = {
            "first_name": person["name"].split()[0],
            "sign_in_email": person["email"],
            "course_title": course["title"],
            "batch_name": batch["name"],
            "batch_dates": f"It runs from {batch['starts_on']:%-d %B %Y} to {batch['ends_on']:%-d %B %Y}.",
        }
        delivery = self.mailing.delivery(person, at, "welcome", params, subject_id=application["id"])
        self.mailing.received(delivery, f"Welcome to {course['title']}: your account", opens=0.9)

    def enrol(self, person: Record, batch: Record, course: Record, at: datetime, application: Record | None) -> None:
        """Add an enrolment; one in six pays the early price."""
        early = course["price_paise"] * 9 // 10_00 * 1_00
        self.story.add(
            "enrolments",
            id=self.story.id(),
            person_id=person["id"],
            batch_id=batch["id"],
            application_id=application["id"] if application else None,
            state="withdrawn" if self.story.chance(0.02) else "active",
            price_paise=early if self.story.chance(1 / 6) else course["price_paise"],
            enrolled_at=at,
        )

    def _tell_rejected(self, application: Record, person: Record, course: Record, at: datetime) -> None:
        sent_at = at + timedelta(minutes=10)
        if sent_at < self.story.now - timedelta(hours=1):
            params = {"first_name": person["name"].split()[0], "course_title": course["title"]}
            delivery = self.mailing.delivery(person, sent_at, "rejection", params, subject_id=application["id"])
            self.mailing.received(delivery, f"Your application for {course['title']}", opens=0.7)
