"""The form of a session: what it shows at first, and how it is read: a day and a time on the clocks of the batch's zone."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from domain.errors import InvalidInput
from domain.language import _
from domain.sessions.local_times import Which, moment_of
from domain.sessions.scheduling import SessionFacts
from domain.work import Row
from web.fields import OneLine, Paragraphs
from web.forms import FormModel

Optional = BeforeValidator(lambda text: text or None)
# The names of the facts -> the fields of the form that show what is wrong with them.
BESIDE = {"starts_at": "time", "module_id": "module", "batch_id": "batch"}


class SessionForm(FormModel):
    title: Annotated[OneLine, Field(min_length=1, max_length=120)]
    batch: Annotated[UUID | None, Optional] = None
    module: Annotated[UUID | None, Optional] = None
    day: date
    time: time
    which: Which = ""
    duration: int
    description: Annotated[Paragraphs, Field(max_length=5_000)] = ""
    where: Literal["zoom", "elsewhere"] = "zoom"
    place: Annotated[OneLine, Field(max_length=500)] = ""
    host: Annotated[OneLine, Field(max_length=254)] = ""
    recording: Literal["none", "local", "cloud"] = "cloud"
    weeks: int = 1

    def facts(self, batch_id: UUID, zone: str, before: Row | None = None) -> SessionFacts:
        """Return the facts. Raises InvalidInput for a time that the clocks of ``zone`` skip or show twice."""
        local = datetime.combine(self.day, self.time)
        # A time that comes twice and stays as it is asks for no choice.
        stays = before is not None and not self.which and local == _local(before.starts_at, zone)
        starts_at = before.starts_at if before is not None and stays else moment_of(local, zone, self.which)
        return SessionFacts(
            batch_id=batch_id,
            title=self.title,
            starts_at=starts_at,
            duration=self.duration,
            module_id=self.module,
            description=self.description,
            host=self.host if self.where == "zoom" else "",
            recording=self.recording,
            create_zoom_meeting=self.where == "zoom",
            place=self.place if self.where == "elsewhere" else "",
        )


def first_values(asked: Mapping[str, Any], batches: Sequence[Row]) -> dict[str, str]:
    """Return what a new form shows: what was chosen by now, else what is usual."""
    values = {
        "title": "",
        "batch": "",
        "module": "",
        "day": "",
        "time": "19:00",
        "duration": "90",
        "where": "zoom",
        "recording": "cloud",
        "weeks": "1",
        "form_key": str(uuid4()),
    }
    chosen = {name: str(asked[name])[:200] for name in values if name in asked and name != "form_key"}
    if len(batches) == 1:
        values["batch"] = str(batches[0].id)
    return values | chosen


def values_of_session(facts: Row) -> dict[str, str]:
    """Return what the form of a session shows, as it stands."""
    local = _local(facts.starts_at, facts.timezone)
    return {
        "title": facts.title,
        "batch": str(facts.batch_id),
        "module": str(facts.module_id or ""),
        "day": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "duration": str(facts.duration),
        "description": facts.description,
        "where": "zoom" if facts.create_zoom_meeting else "elsewhere",
        "place": facts.place,
        "host": facts.host,
        "recording": facts.recording,
        "version": str(facts.version),
    }


def beside(error: InvalidInput) -> InvalidInput:
    """Return the error with the names of the form's fields."""
    return InvalidInput({BESIDE.get(name, name): text for name, text in error.fields.items()})


def chosen_batch(batches: Sequence[Row], batch_id: UUID | None) -> Row:
    """Return the batch that was chosen. Raises InvalidInput."""
    for batch in batches:
        if batch.id == batch_id:
            return batch
    raise InvalidInput({"batch": _("Choose a batch.")})


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
