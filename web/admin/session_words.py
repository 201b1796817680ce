"""Sessions in words for admins: states, what is filtered by, and the choices of a form."""

from collections.abc import Sequence

from domain.language import _, ngettext
from domain.sessions.listing import SessionFilter
from domain.work import Row

DURATIONS = (30, 45, 60, 75, 90, 120, 150, 180)


def state_names() -> dict[str, str]:
    return {
        "upcoming": _("Upcoming"),
        "ended": _("Held"),
        "cancelled": _("Cancelled"),
        "trouble": _("Needs a look"),
        "unmatched": _("Unknown participants"),
    }


def recording_names() -> list[tuple[str, str]]:
    return [
        ("cloud", _("In Zoom's cloud, for students to watch later")),
        ("local", _("On the host's computer")),
        ("none", _("Not at all")),
    ]


def chips(wanted: SessionFilter, totals: Row) -> list[tuple[str, str]]:
    """Return what is filtered by, in words; the state has its tabs."""
    names = dict([*totals.batches, *totals.modules])
    words = {
        "q": _("Search: {what}", what=wanted.q),
        "batch": names.get(str(wanted.batch), _("A batch that is gone")),
        "module": names.get(str(wanted.module), _("A module that is gone")),
    }
    return [(name, words[name]) for name in wanted.as_query() if name in words]


def batch_choices(batches: Sequence[Row]) -> list[tuple[str, str]]:
    return [(str(batch.id), f"{batch.course}, {batch.name}") for batch in batches]


def module_choices(batches: Sequence[Row], batch_id: str) -> list[tuple[str, str]]:
    """Return the modules of the batch's course; before one is chosen those of all courses, by course."""
    chosen = [batch for batch in batches if str(batch.id) == batch_id]
    if chosen:
        return [(identity, title) for identity, title in chosen[0].modules]
    courses = {batch.course_id: batch for batch in batches}.values()
    return [(identity, f"{batch.course}: {title}") for batch in courses for identity, title in batch.modules]


def told(students: int, reached: int) -> str:
    """Say what becomes of telling the students of a batch: ``reached`` of them are being written to."""
    if not students:
        return _("Nobody is in this batch yet: whoever is enrolled later gets the classes still to come.")
    if reached:
        return ngettext("{count} student is being told.", "{count} students are being told.", reached)
    return _("Nobody is told.")
