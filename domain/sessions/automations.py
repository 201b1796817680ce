"""What rules do around classes: planned with the class, moved and void with it, and for who comes into a batch or leaves it."""

from collections.abc import Sequence
from uuid import UUID

from domain.automation.planning import By, bring_back, move_planned, plan_rules, void_rules
from domain.automation.rules import after_class, assignments, class_reminders
from domain.language import _
from domain.work import Work

REMINDERS = [rule.key for rule in class_reminders.RULES]
PLANNED_REMINDERS = [key for key in REMINDERS if key != class_reminders.NOW]
AFTER_CLASS = [rule.key for rule in after_class.RULES]
GIVEN, DUE = (rule.key for rule in assignments.RULES)
OF_CLASS = [*REMINDERS, *AFTER_CLASS]
PLANNED = [*PLANNED_REMINDERS, *AFTER_CLASS]
ALL = [*PLANNED, GIVEN, DUE]
CERTIFICATE = "certificate_ready"

SUBJECTS = """
select id from sessions where batch_id = %(batch)s union all select id from assignments where batch_id = %(batch)s
"""
BATCHES_OF = """
select id from batches where id in (select batch_id from enrolments where person_id = %(person)s and state = 'active')
order by id for update
"""
# Whoever comes into a batch while a class is moved or an assignment published would miss what the other plans: each waits.
HOLD_CLASSES = """
select id from sessions where batch_id = any(%(batches)s) and ends_at > %(now)s order by starts_at, id for share
"""
HOLD_ASSIGNMENTS = "select id from assignments where batch_id = any(%(batches)s) order by id for share"
OF_SESSION = "select id from assignments where session_id = %(id)s"


async def plan_class(work: Work, session_id: UUID) -> None:
    """Plan what belongs to a class that has just been made."""
    await plan_rules(work, PLANNED, "subject_id", [session_id])


async def plan_class_again(work: Work, session_id: UUID) -> None:
    """Plan anew what belongs to a class that was changed before its end; what an earlier state of it had planned is void."""
    await void_rules(work, [session_id], _("The class was changed."), rules=OF_CLASS)
    await plan_class(work, session_id)
    await _move_assignments(work, session_id)


async def void_class(work: Work, session_id: UUID) -> None:
    """Take back what was planned for a class that does not take place."""
    await void_rules(work, [session_id], _("The class was cancelled."), rules=OF_CLASS)
    await _move_assignments(work, session_id)


async def plan_for_person(work: Work, person_id: UUID, batch_id: UUID) -> None:
    """Plan what still makes sense for somebody who has just come into a batch."""
    await _hold(work, [batch_id])
    await plan_rules(work, ALL, "cause_id", [batch_id], person_id=person_id)


async def void_for_person(work: Work, person_id: UUID, batch_id: UUID) -> None:
    """Take back what was planned for somebody who has left a batch."""
    rows = await work.rows(SUBJECTS, batch=batch_id)
    reason = _("They are not in this batch any more.")
    await void_rules(work, [row.id for row in rows], reason, rules=[*OF_CLASS, GIVEN, DUE], people=[person_id])


async def plan_for_returned(work: Work, person_id: UUID) -> None:
    """Plan what still makes sense for somebody whose account is active again."""
    await _hold(work, [row.id for row in await work.rows(BATCHES_OF, person=person_id)])
    await plan_rules(work, ALL, "person_id", [person_id])


async def move_with_batch(work: Work, batch_id: UUID) -> None:
    """Move what is planned around a batch and its classes: its clocks are others now, or its last day is."""
    await move_planned(work, [*ALL, CERTIFICATE], "cause_id", [batch_id])


async def wake_recordings(work: Work, *, session_id: UUID | None = None, batch_id: UUID | None = None) -> None:
    """Let what waits for the recording of a class, or of all of a batch, look again: it is there, or will never be.

    What was told of a recording and withdrawn, because that was taken away before it left, is told again.
    """
    chosen: list[tuple[By, UUID]] = [("subject_id", session_id)] if session_id else []
    chosen += [("cause_id", batch_id)] if batch_id else []
    for by, chosen_id in chosen:
        await move_planned(work, [after_class.RECORDING], by, [chosen_id])
        await bring_back(work, [after_class.RECORDING], by, [chosen_id])


async def plan_assignment(work: Work, assignment_id: UUID) -> None:
    """Plan to tell of an assignment that was published, and to remind of its deadline."""
    await plan_rules(work, [GIVEN, DUE], "subject_id", [assignment_id])


async def plan_deadline_again(work: Work, assignment_id: UUID, *, person_id: UUID | None = None) -> None:
    """Plan the reminder of a deadline that was moved, for everybody or for one student."""
    people = [person_id] if person_id else None
    await void_rules(work, [assignment_id], _("The deadline is another now."), rules=[DUE], people=people)
    await plan_rules(work, [DUE], "subject_id", [assignment_id], person_id=person_id)


async def move_assignment(work: Work, assignment_id: UUID) -> None:
    """Move telling of an assignment after the class it belongs to now."""
    await move_planned(work, [GIVEN], "subject_id", [assignment_id])


async def void_assignment(work: Work, assignment_id: UUID) -> None:
    """Take back what was planned for an assignment that students do not see any more."""
    await void_rules(work, [assignment_id], _("The assignment was withdrawn."), rules=[GIVEN, DUE])


async def _hold(work: Work, batches: Sequence[UUID]) -> None:
    """Hold what is planned for in these batches, whose rows the caller holds: nothing new comes into them meanwhile."""
    await work.rows(HOLD_CLASSES, batches=list(batches), now=work.now)
    await work.rows(HOLD_ASSIGNMENTS, batches=list(batches))


async def _move_assignments(work: Work, session_id: UUID) -> None:
    found: Sequence[UUID] = [row.id for row in await work.rows(OF_SESSION, id=session_id)]
    if found:
        await move_planned(work, [GIVEN], "subject_id", found)
