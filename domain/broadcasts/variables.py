"""What differs between the recipients of a broadcast: {{first_name}} and its like, checked when written, filled when sent."""

import re
from collections.abc import Callable, Mapping

from domain.broadcasts.broadcast import AudienceKind
from domain.language import _
from domain.messaging.marks import mark

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")

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
    known = names_for(audience)
    for name in _VARIABLE.findall(text):
        if name not in known:
            shown = ", ".join(f"{{{{{one}}}}}" for one in known)
            return _("{name} cannot be filled here. There are: {known}.", name=f"{{{{{name}}}}}", known=shown)
    rest = _VARIABLE.sub("", text)
    if "{{" in rest or "}}" in rest:
        return _("A variable is not closed: write it like {example}.", example="{{first_name}}")
    return None


def used_in(*texts: str) -> list[str]:
    """Return the variables the texts use, each once."""
    return list(dict.fromkeys(name for text in texts for name in _VARIABLE.findall(text) if name in SQL))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its variables filled; one without a value is left out."""
    return _replace(text, lambda name: str(values.get(name, "")))


def with_marks(text: str, form: str = "text") -> str:
    """Return the text with marks where recipients differ, which the provider replaces."""
    return _replace(text, lambda name: mark(name, form))


def _replace(text: str, value: Callable[[str], str]) -> str:
    return _VARIABLE.sub(lambda match: value(match[1]), text)
