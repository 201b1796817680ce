"""How many students telling of a class would write to: what buttons promise, and what is said after."""

from uuid import UUID

from domain.sessions.telling import CHANNELS, WHOM
from domain.work import Work

REACHED = f"""
select count(*) from (select {CHANNELS} {WHOM}) one where by_email or by_phone
"""
PLANNED = """
select s.batch_id, a.payload ->> 'what' as what from automation_steps a join sessions s on s.id = a.subject_id
where a.subject_id = %(id)s and a.kind = 'tell_session' and a.state in ('planned', 'running')
order by a.subject_version desc limit 1
"""


async def count_reached(work: Work, batch_id: UUID, session_id: UUID | None, *, is_cancelled: bool = False) -> int:
    """Return how many students of a batch can be written to about a class, by whichever way reaches them."""
    work.require_admin()
    values = {"id": session_id, "batch": batch_id, "is_cancelled": is_cancelled, "now": work.now}
    reached: int = await work.value(REACHED, **values)
    return reached


async def count_being_told(work: Work, session_id: UUID) -> int:
    """Return how many students are being written to about a class at this moment: none, when nothing is planned."""
    planned = await work.row(PLANNED, id=session_id)
    if planned is None:
        return 0
    return await count_reached(work, planned.batch_id, session_id, is_cancelled=planned.what == "cancelled")
