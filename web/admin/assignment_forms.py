"""The form of an assignment: what it shows at first, and how it is read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field

from domain.errors import InvalidInput
from domain.language import _
from domain.learning.assignments import Assignment, AssignmentFacts
from domain.learning.deadlines import read_deadline, typed_deadline
from domain.work import Row
from web.addresses import uuid_or_none
from web.fields import OneLine, Paragraphs
from web.forms import FormModel

Chosen = Annotated[UUID | None, BeforeValidator(lambda text: uuid_or_none(str(text)))]


class AssignmentForm(FormModel):
    title: Annotated[OneLine, Field(max_length=120)] = ""
    module: Chosen = None
    session: Chosen = None
    instructions: Annotated[Paragraphs, Field(max_length=20_000)] = ""
    due_at: str = ""
    points: int
    accepts_late: bool = False
    action: str = ""
    form_key: Chosen = None

    def facts(self, batch: Row) -> AssignmentFacts:
        """Return what is meant, on the clock of the batch. Raises InvalidInput."""
        return AssignmentFacts(
            batch_id=batch.id,
            title=self.title,
            due_at=due_moment(self.due_at, batch.timezone),
            points=self.points,
            module_id=self.module,
            session_id=self.session,
            instructions=self.instructions,
            accepts_late=self.accepts_late,
        )


def due_moment(text: str, zone: str) -> datetime:
    """Return a typed deadline in UTC. Raises InvalidInput for the field due_at."""
    try:
        return read_deadline(text, zone)
    except ValueError as error:
        raise InvalidInput({"due_at": str(error)}) from None


def first_values(found: Assignment | None, form_key: UUID, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows before anything is typed."""
    if found is None:
        asked_for = {name: str(asked.get(name, "")) for name in ("module", "session")}
        return {"points": 10, "accepts_late": "on", "form_key": str(form_key), **asked_for}
    facts = found.facts
    return {
        "title": facts.title,
        "module": str(facts.module_id or ""),
        "session": str(facts.session_id or ""),
        "instructions": facts.instructions,
        "due_at": typed_deadline(facts.due_at, facts.timezone),
        "points": facts.points,
        "accepts_late": "on" if facts.accepts_late else "",
    }


def zone_words(zone: str) -> str:
    """Say on which clock a moment is typed."""
    return _("On the clock of the batch: {zone}.", zone=zone.replace("_", " "))
