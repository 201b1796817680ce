"""The demo's staff with their accounts, notifications and audit entries."""

from datetime import datetime, timedelta
from uuid import UUID

from adapters.demo.story import DAYS, Record, Story

NOTIFIED = timedelta(days=4)


class Office:
    """Who runs the demo business. Only those added by ``member`` have a password."""

    def __init__(self, story: Story, password_hash: str) -> None:
        self.story = story
        self.password_hash = password_hash
        self.owner = self.member("Priya Krishnan", "owner@demo.gurudesk.test", "super_admin")
        self.admin = self.member("Rahul Verma", "admin@demo.gurudesk.test", "admin")
        self.student = self.member("Ananya Iyer", "student@demo.gurudesk.test", "student")

    def member(self, name: str, email: str, role: str) -> Record:
        """Add somebody who can sign in with the demo's password."""
        person = self.story.person(self.story.clock(DAYS, 10), email=False)
        person |= {"name": name, "email": email}
        self.account(person, role, person["created_at"], self.password_hash)
        return person

    def account(self, person: Record, role: str, at: datetime, password_hash: str | None = None) -> None:
        """Add an account; without a password nobody can sign in with it."""
        self.story.add(
            "profiles",
            person_id=person["id"],
            role=role,
            password_hash=password_hash,
            must_change_password=False,
            is_active=True,
            preferences={},
            created_at=at,
            updated_at=at,
        )

    def audit_decision(self, decider: Record, application: Record, course: Record, at: datetime) -> None:
        """Add the audit entry of a decided application."""
        details = {"course": course["title"]}
        if application["status"] == "approved":
            batches = self.story.tables["batches"]
            details["batch"] = next(batch["name"] for batch in batches if batch["id"] == application["batch_id"])
        self.audit(at, decider, f"application.{application['status']}", "application", application, **details)

    def audit(
        self, at: datetime, actor: Record, action: str, subject_type: str, subject: Record, **details: str
    ) -> None:
        """Add an audit entry, marked as the demo's: entries are never removed."""
        label = subject.get("name") or subject.get("file_name") or subject.get("title") or ""
        self.story.add(
            "audit_logs",
            at=at,
            actor_id=actor["id"],
            actor_name=actor["name"],
            action=action,
            subject_type=subject_type,
            subject_id=subject["id"],
            subject_label=label,
            details={**details, "demo": True},
        )

    def notify_of_applications(self, course_titles: dict[UUID, str]) -> None:
        """Leave owner and admin the notifications of the last days' applications; the decided ones are read."""
        for application in self.story.tables["cta_submissions"]:
            if self.story.now - application["submitted_at"] < NOTIFIED:
                for person in (self.owner, self.admin):
                    self._notify(person, application, course_titles[application["course_id"]])

    def _notify(self, person: Record, application: Record, course: str) -> None:
        self.story.add(
            "notifications",
            id=self.story.id(),
            person_id=person["id"],
            kind="application",
            title=f"{application['name']} applied to {course}",
            body=application["city"],
            url=f"/admin/applications/{application['id']}",
            created_at=application["submitted_at"],
            read_at=application["decided_at"],
        )
