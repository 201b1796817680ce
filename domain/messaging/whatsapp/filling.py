"""Filling a template: checks what was given against what it wants, and shows how it reads."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.language import _, ngettext
from domain.work import Row

_VARIABLE = re.compile(r"\{\{(\d{1,2})\}\}")


@dataclass(frozen=True, slots=True)
class Template:
    """What of a template its messages depend on. ``links`` are the places of its link buttons among all."""

    campaign: str
    title: str
    category: str
    body: str
    footer: str = ""
    param_labels: Sequence[str] = ()
    media: str = ""
    buttons: Sequence[Mapping[str, str]] = field(default_factory=tuple)

    @property
    def param_count(self) -> int:
        """The highest number among the variables of the body."""
        return count_params(self.body)

    @property
    def links(self) -> list[int]:
        return [index for index, button in enumerate(self.buttons) if button.get("kind") == "link"]

    def labels(self) -> list[str]:
        """Return a name for each parameter, its number where none was typed."""
        named = list(self.param_labels)
        numbers = range(self.param_count)
        return [
            named[at] if at < len(named) and named[at] else _("Parameter {number}", number=at + 1) for at in numbers
        ]


def first_values(template: Template, name: str) -> list[str]:
    """Return what the parameters begin with: the first name where one is asked for, else nothing."""
    first = (name.split() or [""])[0]
    return [first if label.strip().lower() in ("first name", "name") else "" for label in template.labels()]


def template_of(row: Row) -> Template:
    """Return the template in a row of `whatsapp_templates`."""
    return Template(
        row.campaign, row.title, row.category, row.body, row.footer, row.param_labels, row.media, row.buttons
    )


def count_params(body: str) -> int:
    """Return how many parameters a body wants: the highest number in it."""
    return max((int(found) for found in _VARIABLE.findall(body)), default=0)


def filled(body: str, params: Sequence[str]) -> str:
    """Return the body with its variables replaced; those without a value stay."""

    def value(found: re.Match[str]) -> str:
        index = int(found[1]) - 1
        return params[index] if 0 <= index < len(params) else found[0]

    return _VARIABLE.sub(value, body)


def problem_of(template: Template, params: Sequence[str], media: Mapping[str, Any] | None, links: Sequence[str]) -> str:
    """Say in plain words what does not fit the template, or nothing."""
    wanted = template.param_count
    if len(params) != wanted:
        count = ngettext("{count} parameter", "{count} parameters", wanted)
        return _(
            "“{title}” wants {count}, and {given} were given.", title=template.title, count=count, given=len(params)
        )
    for label, param in zip(template.labels(), params, strict=True):
        if not param.strip():
            return _("“{label}” is empty, which WhatsApp does not take.", label=label)
    if template.media and not media:
        return _("“{title}” wants a file, and there is none.", title=template.title)
    if media and media.get("kind") != template.media:
        return _("The file does not fit “{title}”.", title=template.title)
    if len(links) != len(template.links):
        return _("The links do not fit the buttons of “{title}”.", title=template.title)
    return ""
