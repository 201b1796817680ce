"""Variables in texts: {{first_name}} and its like are replaced by a person's values. There is nothing else: no logic."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from domain.language import _
from domain.messaging.marks import mark

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def problem_with(text: str, known: Sequence[str]) -> str | None:
    """Return what is wrong with the variables of a text, in words, or None."""
    for name in VARIABLE.findall(text):
        if name not in known:
            shown = ", ".join(f"{{{{{one}}}}}" for one in known)
            return _("{name} cannot be filled here. There are: {known}.", name=f"{{{{{name}}}}}", known=shown)
    rest = VARIABLE.sub("", text)
    if "{{" in rest or "}}" in rest:
        return _("A variable is not closed: write it like {example}.", example="{{first_name}}")
    return None


def used_in(*texts: str) -> list[str]:
    """Return the variables the texts use, each once."""
    return list(dict.fromkeys(name for text in texts for name in VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its variables filled; one without a value is left out."""
    return replaced(text, lambda name: str(values.get(name, "")))


def with_marks(text: str, form: str = "text") -> str:
    """Return the text with marks where recipients differ, which the provider replaces."""
    return replaced(text, lambda name: mark(name, form))


def marked_values(values: Mapping[str, str], names: Collection[str], form: str) -> dict[str, str]:
    """Return the values with marks in place of those of ``names``, in which recipients differ."""
    return {**values, **{name: mark(name, form) for name in names}}


def replaced(text: str, value: Callable[[str], str]) -> str:
    """Return the text with each variable replaced by what ``value`` says of its name."""
    return VARIABLE.sub(lambda match: value(match[1]), text)
