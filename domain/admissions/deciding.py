"""Telling the second of two admins who was first."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import Conflict, DomainError, NotFound
from domain.language import _
from domain.work import Work

IST = ZoneInfo("Asia/Kolkata")
NOW_STANDS = """
select a.status, a.name, a.decided_at, coalesce(h.name, '') as decider
from cta_submissions a left join people h on h.id = a.decided_by where a.id = %(id)s
"""


async def explain_refusal(work: Work, application_id: UUID) -> DomainError:
    """Return why a guarded decision hit no row: gone, decided by somebody, or changed by the applicant."""
    row = await work.row(NOW_STANDS, id=application_id)
    if row is None:
        return NotFound(_("This application does not exist any more."))
    if row.status == "new":
        return Conflict(_("{name} has just changed this application. Read it again before you decide.", name=row.name))
    who, when = row.decider or _("Somebody"), _clock(row.decided_at)
    if row.status == "approved":
        return Conflict(_("{who} approved this application on {when}.", who=who, when=when))
    return Conflict(_("{who} rejected this application on {when}.", who=who, when=when))


def _clock(moment: datetime) -> str:
    return moment.astimezone(IST).strftime("%-d %b %Y, %H:%M:%S IST")
