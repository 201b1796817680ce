"""What differs between the recipients of a broadcast: {{first_name}} and its like, checked when written, filled when sent."""

from collections.abc import Mapping

from domain.broadcasts.broadcast import AudienceKind
from domain.messaging import variables

# As SQL over people p and the enrolment e, which leads have none of.
SQL: Mapping[str, str] = {
    "first_name": "coalesce(nullif(split_part(btrim(p.name), ' ', 1), ''), %(nobody)s)",
    "name": "coalesce(nullif(btrim(p.name), ''), %(nobody)s)",
    "city": "p.city",
    "course": "coalesce(e.course, '')",
    "batch": "coalesce(e.batch, '')",
}
OF_STUDENTS = ("course", "batch")


def names_for(audience: AudienceKind) -> list[str]:
    """Return the variables that mean something for such recipients."""
    return [name for name in SQL if audience != "leads" or name not in OF_STUDENTS]


def problem_with(text: str, audience: AudienceKind) -> str | None:
    """Return what is wrong with the variables of a text, in words, or None."""
    return variables.problem_with(text, names_for(audience))


def used_in(*texts: str) -> list[str]:
    """Return the variables of broadcasts that the texts use, each once."""
    return [name for name in variables.used_in(*texts) if name in SQL]
