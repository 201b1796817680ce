"""What automations have done around the demo's classes: reminders, the recording, the question how it was, and the homework."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from adapters.demo.automations import TOO_LATE, Automations
from adapters.demo.catalogue import Catalogue
from adapters.demo.story import Record
from domain.sessions.when import when

ZONE = "Asia/Kolkata"
REMINDERS = {"session_reminder_24h": timedelta(hours=24), "session_reminder_15m": timedelta(minutes=15)}
AFTER = {"recording_ready": timedelta(hours=2), "feedback_request": timedelta(days=1)}
CANCELLED, NO_RECORDING = "The class was cancelled.", "There is no recording of the class."
GIVEN_UP = timedelta(days=10)
ELSEWHERE = "They have neither been there nor watched it."
HANDED_IN = "They have handed it in."
BEFORE = timedelta(hours=24)


class AroundClasses:
    """Adds what was done for each student around each class and each assignment of the batch that runs."""

    def __init__(self, automations: Automations, catalogue: Catalogue) -> None:
        self.automations = automations
        self.tables = automations.story.tables
        self.batch, self.course = catalogue.earlier, catalogue.analytics
        self.students = [
            one for one in self.tables["enrolments"] if one["batch_id"] == self.batch["id"] and one["state"] == "active"
        ]
        came = {(one["session_id"], one["person_id"]) for one in self.tables["attendance"]}
        self.came = came
        self.films = {one["session_id"]: one["id"] for one in self.tables["recordings"]}

    def follow(self) -> None:
        """Add it for all of them."""
        for session in self.tables["sessions"]:
            if session["batch_id"] == self.batch["id"]:
                for student in self.students:
                    self._remind(session, student)
                    self._after(session, student)
        handed_in = {
            (one["assignment_id"], one["person_id"]): one["submitted_at"] for one in self.tables["submissions"]
        }
        for assignment in self.tables["assignments"]:
            if assignment["published_at"]:
                for student in self.students:
                    at = handed_in.get((assignment["id"], student["person_id"]))
                    self._assignment(assignment, student, at)

    def _remind(self, session: Record, student: Record) -> None:
        if student["enrolled_at"] >= session["starts_at"]:
            return
        for key, before in REMINDERS.items():
            due_at = session["starts_at"] - before
            step = self._step(key, session, student, due_at)
            if step is None or step["state"] != "done":
                continue
            for delivery in self.automations.write(step, self._of_class(session), opens=0.75):
                self.automations.story.add(
                    "reminders",
                    id=self.automations.story.id(),
                    session_id=session["id"],
                    person_id=student["person_id"],
                    kind=key,
                    session_version=step["subject_version"],
                    channel=delivery["channel"],
                    step_id=step["id"],
                    delivery_id=delivery["id"],
                    planned_for=due_at,
                    written_at=due_at,
                )

    def _after(self, session: Record, student: Record) -> None:
        if student["enrolled_at"] >= session["ends_at"]:
            return
        for key, after in AFTER.items():
            step = self._step(key, session, student, session["ends_at"] + after)
            if step is None or step["state"] != "done":
                continue
            if reason := self._pointless(key, session, student):
                step |= {"state": "skipped", "reason": reason}
                if reason == NO_RECORDING:
                    step["finished_at"] = min(session["ends_at"] + GIVEN_UP, self.automations.story.now)
            else:
                self.automations.write(step, self._of_class(session) | self._links(session, step))

    def _step(self, key: str, session: Record, student: Record, due_at: datetime) -> Record | None:
        """Add what became of a step by its moment; None while that is still to come."""
        planned_at = max(session["created_at"], student["enrolled_at"])
        of_whom: tuple[UUID, UUID] = (student["person_id"], session["id"])
        how: dict[str, Any] = {}
        if due_at < planned_at:
            how = {"state": "skipped", "reason": TOO_LATE, "at": planned_at}
        elif (off_at := session["cancelled_at"]) and off_at < due_at:
            if planned_at > off_at:
                return None
            how = {"state": "cancelled", "reason": CANCELLED, "at": off_at}
        elif not self.automations.has_come(due_at):
            return None
        version = 1 if key in AFTER or session["cancelled_at"] else session["version"]
        return self.automations.ended(key, of_whom, due_at, planned_at, version=version, **how)

    def _pointless(self, key: str, session: Record, student: Record) -> str:
        if key == "recording_ready":
            return "" if session["id"] in self.films else NO_RECORDING
        watched = {
            one["person_id"]
            for one in self.tables["recording_views"]
            if one["watched_at"]
            and one["recording_id"] == self.films.get(session["id"])
            and one["watched_at"] < session["ends_at"] + AFTER[key]
        }
        was_there = (session["id"], student["person_id"]) in self.came or student["person_id"] in watched
        return "" if was_there else ELSEWHERE

    def _links(self, session: Record, step: Record) -> dict[str, str]:
        if step["rule_key"] == "feedback_request":
            return {"feedback_id": str(step["id"])}
        return {"recording_path": f"/student/recordings/{self.films[session['id']]}", "summary": session["summary"]}

    def _of_class(self, session: Record) -> dict[str, str]:
        return {
            "class_title": session["title"],
            "course_title": self.course["title"],
            "batch_name": self.batch["name"],
            "when": when(session["starts_at"], ZONE),
            "details": f"Length: {session['duration']} minutes",
            "join_path": f"/student/sessions/{session['id']}/join",
        }

    def _assignment(self, assignment: Record, student: Record, handed_in_at: datetime | None) -> None:
        published_at, deadline = assignment["published_at"], assignment["due_at"]
        classes = {one["id"]: one["ends_at"] for one in self.tables["sessions"]}
        given_at = max(published_at, classes.get(assignment["session_id"], published_at))
        planned_at = max(published_at, student["enrolled_at"])
        moments = {"assignment_given": (given_at, 1), "assignment_due": (deadline - BEFORE, _minute(deadline))}
        for key, (due_at, version) in moments.items():
            of_whom = (student["person_id"], assignment["id"])
            how: dict[str, Any] = {}
            if due_at < planned_at:
                how = {"state": "skipped", "reason": TOO_LATE, "at": planned_at}
            elif not self.automations.has_come(due_at):
                continue
            elif handed_in_at and handed_in_at < due_at:
                how = {"state": "skipped", "reason": HANDED_IN}
            step = self.automations.ended(key, of_whom, due_at, planned_at, version=version, **how)
            if not how:
                self.automations.write(step, self._of_assignment(assignment))

    def _of_assignment(self, assignment: Record) -> dict[str, str]:
        return {
            "assignment": assignment["title"],
            "course_title": self.course["title"],
            "batch_name": self.batch["name"],
            "deadline": when(assignment["due_at"], ZONE),
            "submit_path": f"/student/assignments/{assignment['id']}",
        }


def _minute(moment: datetime) -> int:
    return round(moment.timestamp() / 60)
