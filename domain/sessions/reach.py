"""How many students telling of a class would write to: what buttons promise, and what is said after."""

from dataclasses import dataclass
from uuid import UUID

from domain.sessions.telling import CHANNELS, WHOM
from domain.work import Work

REACHED = f"""
select count(*) filter (where by_email or by_phone) as students, count(*) filter (where by_email) as by_email,
  count(*) filter (where by_phone and (consent_whatsapp or not by_email)) as on_whatsapp
from (select {CHANNELS} {WHOM}) one
"""
PLANNED = """
select s.batch_id, a.payload ->> 'what' as what from automation_steps a join sessions s on s.id = a.subject_id
where a.subject_id = %(id)s and a.kind = 'tell_session' and a.state in ('planned', 'running')
order by a.subject_version desc limit 1
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many students can be written to, and by how many ways: who chose both is counted in both."""

    students: int = 0
    by_email: int = 0
    on_whatsapp: int = 0


async def count_reached(work: Work, batch_id: UUID, session_id: UUID | None, *, is_cancelled: bool = False) -> Reach:
    """Return how many students of a batch can be written to about a class, by the ways they chose or whichever reaches them."""
    work.require_admin()
    values = {"id": session_id, "batch": batch_id, "is_cancelled": is_cancelled, "now": work.now}
    row = await work.row(REACHED, **values)
    assert row is not None
    return Reach(row.students, row.by_email, row.on_whatsapp)


async def count_being_told(work: Work, session_id: UUID) -> int:
    """Return how many students are being written to about a class at this moment: none, when nothing is planned."""
    planned = await work.row(PLANNED, id=session_id)
    if planned is None:
        return 0
    reach = await count_reached(work, planned.batch_id, session_id, is_cancelled=planned.what == "cancelled")
    return reach.students
