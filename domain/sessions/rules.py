"""The rules of all classes: how early one can go in, and from when on coming in is late."""

from dataclasses import dataclass

from domain.audit import record
from domain.sessions.session import RULES
from domain.work import Work

STORE = """
update business_settings b set value = r.value, updated_at = now()
  from jsonb_each(%(rules)s::jsonb) as r (key, value) where b.key = r.key and b.value <> r.value
"""


@dataclass(frozen=True, slots=True)
class ClassRules:
    """Minutes before the start from which one can join, and minutes after it up to which one is in time."""

    join_opens: int
    late_after: int


async def read_class_rules(work: Work) -> ClassRules:
    """Return the rules as they are."""
    row = await work.row(RULES)
    assert row is not None
    return ClassRules(row.join_opens, row.late_after)


async def change_class_rules(work: Work, rules: ClassRules) -> None:
    """Change the rules. Attendance is read by them from then on, that of earlier classes, too."""
    work.require_admin()
    kept = {"join_opens_minutes": rules.join_opens, "late_after_minutes": rules.late_after}
    if await work.run(STORE, rules=kept):
        await record(work, "class_rules.changed", "setting", None, "", **kept)
        work.signal("sessions")
