"""Going into a class: through us, so that it is known who came, and by a link of the student's own where there is one."""

from dataclasses import dataclass
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.sessions.schedule import IN_ZOOM, MySession, find_mine
from domain.work import Work

LINK = f"""
select come_in(%(id)s), case when not s.create_zoom_meeting then s.place when {IN_ZOOM} then coalesce(
  (select r.join_url from session_registrants r
    where r.session_id = s.id and r.person_id = %(me)s and r.zoom_meeting_id = s.zoom_meeting_id),
  s.zoom_join_url) end as url
from sessions s where s.id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class WayIn:
    """Where a student is led. Without ``url`` the page says why: too early, over, called off, or a place to go to."""

    session: MySession
    url: str = ""


async def join(work: Work, session_id: UUID) -> WayIn:
    """Note that who asks comes in, and return where to. Raises NotFound for a class that is not theirs.

    Outside of the time in which a class is open nothing is noted. The provider is not asked.
    """
    session = await find_mine(work, session_id)
    if not session.is_open:
        return WayIn(session)
    if session.is_being_made:
        # The class may have begun already: whoever waits for its link is there.
        await work.rows("select come_in(%(id)s)", id=session_id)
        return WayIn(session)
    found = await work.row(LINK, id=session_id, me=work.identity.person_id)
    if found is None:
        raise NotFound(_("There is no such class."))
    work.signal(f"session:{session_id}")
    url = found.url or ""
    return WayIn(session, url if url.startswith(("https://", "http://")) else "")
