"""What a class was about, as its host or an admin sums it up: it goes out with the recording and stands on the class's page."""

from uuid import UUID

from domain.audit import record
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.sessions.events import tell, tell_students
from domain.work import Work

LONGEST_SUMMARY = 5_000
SET = """
update sessions set summary = %(summary)s, updated_at = %(now)s where id = %(id)s and summary <> %(summary)s returning title
"""


async def summarise(work: Work, session_id: UUID, summary: str) -> bool:
    """Keep the summary of a class; empty takes it away. Return whether it changed. Raises InvalidInput and NotFound."""
    work.require_admin()
    if len(summary) > LONGEST_SUMMARY:
        raise InvalidInput({"summary": _("At most {count} characters, please.", count=LONGEST_SUMMARY)})
    title = await work.value(SET, id=session_id, summary=summary, now=work.now)
    if title is None:
        if not await work.rows("select id from sessions where id = %(id)s", id=session_id):
            raise NotFound(_("There is no such class."))
        return False
    await record(work, "session.summarised", "session", session_id, title)
    tell(work, session_id)
    await tell_students(work, session_id)
    return True
