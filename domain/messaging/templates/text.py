"""A text: a subject and a body with {{variables}}, and what may be written in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Topic = Literal["leads", "joining", "payments", "classes", "assignments", "after"]
TOPICS: tuple[Topic, ...] = ("leads", "joining", "payments", "classes", "assignments", "after")


@dataclass(frozen=True, slots=True)
class Variable:
    """What can be filled in. ``sample`` is shown where nobody real stands for it."""

    name: str
    description: str
    sample: str
    is_required: bool = False
    is_facts: bool = False  # its lines read “Label: value”, and look like a box of facts

    @property
    def is_address(self) -> bool:
        return self.name.endswith("_url")


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A text as it is now. ``version`` is 0 for our default; ``revision`` counts every change, a reset too.

    The body: paragraphs parted by blank lines, “# ” before a heading, “- ” before what is listed, `[Label]({{url}})` alone
    on a line for a button, and a paragraph of lines like `Label: {{variable}}` for a box of facts. What holds only
    variables that are empty falls away.
    """

    key: str
    title: str
    purpose: str
    topic: Topic
    subject: str
    body: str
    variables: Sequence[Variable]
    is_marketing: bool = False
    version: int = 0
    revision: int = 0

    @property
    def names(self) -> list[str]:
        return [variable.name for variable in self.variables]

    @property
    def needed(self) -> list[str]:
        """Return the variables that the body must hold."""
        return [variable.name for variable in self.variables if variable.is_required]

    def rewritten(self, subject: str, body: str) -> "TemplateText":
        """Return it with another subject and body, tidied as they are kept."""
        return replace(self, subject=subject.strip(), body=body.replace("\r\n", "\n").strip())

    def samples(self, base_url: str) -> dict[str, str]:
        """Return something to fill every variable with; addresses lead to a page of ours."""
        return {one.name: f"{base_url}{one.sample}" if one.is_address else one.sample for one in self.variables}
