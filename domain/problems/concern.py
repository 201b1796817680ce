"""A concern: one thing to mend, as the dashboard names it."""

from dataclasses import dataclass

from domain.problems.conditions import COUNTED


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to mend: how many, what, and where. ``tone`` is rose where work stands still."""

    text: str
    href: str
    action: str
    count: int | None = None
    tone: str = "amber"

    @property
    def shown(self) -> str:
        """The count as people read it."""
        return f"{COUNTED - 1}+" if self.count == COUNTED else str(self.count)
