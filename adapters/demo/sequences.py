"""The demo's lead sequences: some of its files were imported with the choice to write to their leads until they apply."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.demo.automations import Automations
from adapters.demo.campaigns import Click
from adapters.demo.catalogue import Catalogue
from adapters.demo.leads import Lead
from adapters.demo.office import Office
from adapters.demo.story import Record, Story
from adapters.demo.words import BOUNCES
from domain.automation.rules.lead_sequence import RULES
from domain.messaging.suppressions import cancel_reason

BEGUN = 16  # days ago the first was chosen; Meta's leads are left to campaigns
WITHOUT = "Meta"
OPENS = (0.52, 0.41, 0.36)
CLICKS, BOUNCE, UNSUBSCRIBE = 0.18, 0.02, 0.02
APPLIED = "They have applied."


@dataclass(slots=True)
class Sequence:
    """One lead who is written to. ``events`` of each e-mail begin with when it leaves."""

    lead: Lead
    row: Record
    letters: list[tuple[datetime, list[tuple[str, datetime, str]]]] = field(default_factory=list)
    clicked_at: datetime | None = None


class Sequences:
    """Adds the sequences of leads. What became of each e-mail is decided before anybody applies."""

    def __init__(self, story: Story, catalogue: Catalogue, office: Office) -> None:
        self.story = story
        self.course = catalogue.analytics
        self.office = office
        self.of_lead: dict[object, Sequence] = {}

    def begin(self, leads: list[Lead]) -> list[Click]:
        """Begin the sequence for the leads of the last weeks' files; return who followed a link."""
        imports = {one["id"]: one for one in self.story.tables["lead_imports"]}
        first = self.story.day(BEGUN)
        for lead in leads:
            done = imports[lead.row["import_id"]]
            if lead.row["source"] != WITHOUT and lead.person["email"] and done["created_at"] > first:
                self._begin(lead, done)
        return [
            Click(one.lead, one.clicked_at, self.course, sequence=one.row)
            for one in self.of_lead.values()
            if one.clicked_at
        ]

    def write(self, automations: Automations) -> None:
        """Let the e-mails have left, up to where somebody applied, unsubscribed or could not be reached."""
        applied = {
            one["lead_id"]: one["submitted_at"] for one in self.story.tables["cta_submissions"] if one["lead_id"]
        }
        for one in self.of_lead.values():
            self._write(automations, one, applied.get(one.lead.row["id"]))

    def _begin(self, lead: Lead, done: Record) -> None:
        started_at = done["finished_at"] + timedelta(seconds=2)
        done["options"] = {"sequence_course": str(self.course["id"])}
        row = self.story.add(
            "lead_sequences",
            id=self.story.id(),
            lead_id=lead.row["id"],
            person_id=lead.person["id"],
            course_id=self.course["id"],
            import_id=done["id"],
            started_at=started_at,
            started_by=self.office.admin["id"],
            stopped_at=None,
            stop_reason="",
            version=1,
            is_unsettled=False,
        )
        one = self.of_lead[lead.row["id"]] = Sequence(lead, row)
        for rule, opens in zip(RULES, OPENS, strict=True):
            due_at = started_at + timedelta(days=rule.defaults.amount)
            if due_at > self.story.now - timedelta(minutes=1) or row["stopped_at"]:
                break
            one.letters.append((due_at, self._events(one, due_at, opens)))

    def _events(self, one: Sequence, due_at: datetime, opens: float) -> list[tuple[str, datetime, str]]:
        sent_at = due_at + timedelta(seconds=4)
        events = [("processed", sent_at + timedelta(seconds=1), "")]
        if not one.letters and self.story.chance(BOUNCE):
            at = sent_at + timedelta(seconds=9)
            _stop(one.row, at, cancel_reason("bounced"))
            return [*events, ("bounce", at, self.story.random.choice(BOUNCES))]
        events.append(("delivered", sent_at + timedelta(seconds=3), ""))
        opened = (
            self.story.after(sent_at, timedelta(minutes=2), timedelta(days=1)) if self.story.chance(opens) else None
        )
        if opened:
            events.append(("open", opened, ""))
            self._followed(one, events, opened)
        return events

    def _followed(self, one: Sequence, events: list[tuple[str, datetime, str]], opened: datetime) -> None:
        """Let whoever opened an e-mail have followed its link, or asked for no more."""
        if self.story.chance(CLICKS):
            at = self.story.after(opened, timedelta(seconds=20), timedelta(hours=3))
            if at:
                events.append(("click", at, ""))
                one.clicked_at = one.clicked_at or at
        elif self.story.chance(UNSUBSCRIBE):
            at = opened + timedelta(seconds=50)
            events.append(("unsubscribe", at, ""))
            _stop(one.row, at, cancel_reason("unsubscribed"))

    def _write(self, automations: Automations, one: Sequence, applied_at: datetime | None) -> None:
        if applied_at:
            one.letters = [letter for letter in one.letters if letter[0] < applied_at]
            if not one.row["stopped_at"]:
                _stop(one.row, applied_at, APPLIED)
        row = one.row
        for number, rule in enumerate(RULES):
            due_at = row["started_at"] + timedelta(days=rule.defaults.amount)
            of_whom = (row["person_id"], row["id"])
            if number < len(one.letters):
                step = automations.ended(rule.key, of_whom, due_at, row["started_at"])
                self._letter(automations, one, step, one.letters[number][1])
            elif at := row["stopped_at"]:
                how = {"state": "cancelled", "reason": row["stop_reason"], "at": at}
                automations.ended(rule.key, of_whom, due_at, row["started_at"], **how)

    def _letter(
        self, automations: Automations, one: Sequence, step: Record, events: list[tuple[str, datetime, str]]
    ) -> None:
        params = {
            "course_title": self.course["title"],
            "course_summary": self.course["summary"],
            "apply_path": f"/apply/{self.course['slug']}",
        }
        delivery = automations.email(step, params, events)
        one.lead.row["emailed_at"] = delivery["sent_at"]
        if one.lead.row["status"] == "new":
            one.lead.row["status"] = "emailed"
        last = events[-1]
        if last[0] == "bounce":
            automations.mailing.suppress(delivery, "bounced", last[1], last[2])
        elif last[0] == "unsubscribe":
            detail = "Unsubscribed by the link in an e-mail."
            automations.mailing.suppress(delivery, "unsubscribed", last[1], detail)


def _stop(row: Record, at: datetime, reason: str) -> None:
    row |= {"stopped_at": at, "stop_reason": reason}
