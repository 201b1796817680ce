"""Progress: the share of what was due so far that a student has done. Defined here, once, for every page and message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.work import Work

# What can be due: one statement a kind, each giving (enrolment_id, due, done) for `%(enrolments)s` as of `%(now)s`.
# A kind belongs here when it has a date by which it is expected and a fact that says it was done.
KINDS: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How many things were due by now, and how many of them are done."""

    due: int = 0
    done: int = 0

    @property
    def share(self) -> float:
        """From 0 to 1; 0 while nothing is due."""
        return self.done / self.due if self.due else 0.0

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 only when all is done."""
        return 100 * self.done // self.due if self.due else 0


async def progress_of(work: Work, enrolments: Sequence[UUID], kinds: Sequence[str] = KINDS) -> Mapping[UUID, Progress]:
    """Return the progress of each enrolment, all kinds added up."""
    counted = {enrolment: Progress() for enrolment in enrolments}
    for kind in kinds:
        for row in await work.rows(kind, enrolments=list(enrolments), now=work.now):
            before = counted[row.enrolment_id]
            counted[row.enrolment_id] = Progress(before.due + row.due, before.done + row.done)
    return counted
