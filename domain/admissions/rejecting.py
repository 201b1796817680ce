"""Rejecting, with a reason and on request an e-mail; and taking it back before that e-mail has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.admissions.deciding import explain_refusal
from domain.audit import record
from domain.errors import Conflict
from domain.language import _
from domain.messaging.outbox import plan_email
from domain.work import Row, Work

TIME_TO_UNDO = timedelta(minutes=10)
DECIDE = """
update cta_submissions a set status = 'rejected', version = a.version + 1, decided_by = %(me)s, decided_at = %(now)s,
  decision_reason = %(reason)s, updated_at = %(now)s
from unnest(%(ids)s::uuid[], %(versions)s::int[]) as d (id, version)
where a.id = d.id and a.status = 'new' and a.version = d.version
returning a.id, a.version, a.person_id, a.name, a.email, (select title from courses c where c.id = a.course_id) as course
"""
# Whoever applied again meanwhile has an open application: theirs stays rejected, since only one may be open.
UNDO = """
update cta_submissions a set status = 'new', version = a.version + 1, decided_by = null, decided_at = null,
  decision_reason = '', updated_at = %(now)s
where a.status = 'rejected' and a.decided_by = %(me)s and a.decided_at = %(at)s and not exists (
  select from cta_submissions o where o.person_id = a.person_id and o.course_id = a.course_id and o.status = 'new')
returning a.id, a.name
"""
CANCEL_EMAILS = """
update deliveries set state = 'cancelled', reason = %(reason)s
where subject_id = any(%(ids)s) and kind = 'rejection' and state in ('pending', 'retry')
"""
SENT = """
select count(*) from deliveries
where subject_id = any(%(ids)s) and kind = 'rejection' and state in ('sending', 'sent', 'unknown') and due_at >= %(at)s
"""
UNDOABLE = """
select count(*) as count, min(name) as name from cta_submissions
where status = 'rejected' and decided_by = %(me)s and decided_at = %(at)s
"""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One application to reject, as it was seen."""

    application_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Undone:
    """Applications that are open again, and how many e-mails had left before."""

    applications: Sequence[Row]
    emails_gone: int


async def reject(work: Work, rejection: Rejection, *, reason: str = "", with_email: bool = False) -> str:
    """Reject one application; return whose it was. Raises Conflict when it was decided or changed meanwhile."""
    rejected = await reject_all(work, [rejection], reason=reason, with_email=with_email)
    if not rejected:
        raise await explain_refusal(work, rejection.application_id)
    return str(rejected[0].name)


async def reject_all(
    work: Work, rejections: Sequence[Rejection], *, reason: str = "", with_email: bool = False
) -> Sequence[Row]:
    """Reject those that are still undecided and unchanged; return them. E-mails wait until undo is no longer likely.

    All of one call carry the same moment, by which `undo_rejections` finds them.
    """
    work.require_admin()
    rejected = await work.rows(
        DECIDE,
        ids=[one.application_id for one in rejections],
        versions=[one.version for one in rejections],
        me=work.identity.person_id,
        now=work.now,
        reason=reason,
    )
    for application in rejected:
        if with_email:
            await _plan_email(work, application)
        await record(
            work, "application.rejected", "application", application.id, application.name, course=application.course
        )
    if rejected:
        work.signal("applications")
    return rejected


async def undo_rejections(work: Work, at: datetime) -> Undone:
    """Open again what who asks has rejected at that moment, and cancel the e-mails that have not left."""
    work.require_admin()
    undone = await work.rows(UNDO, me=work.identity.person_id, at=at, now=work.now)
    if not undone:
        raise Conflict(_("There is nothing left to undo: this was undone already, or the person has applied again."))
    ids = [application.id for application in undone]
    await work.run(CANCEL_EMAILS, ids=ids, reason=_("The rejection was undone."))
    for application in undone:
        await record(work, "application.reopened", "application", application.id, application.name)
    work.signal("applications")
    return Undone(undone, await work.value(SENT, ids=ids, at=at))


async def undoable(work: Work, at: datetime) -> Row | None:
    """Return `count` and one `name` of what who asks rejected at that moment, or None."""
    row = await work.row(UNDOABLE, me=work.identity.person_id, at=at)
    return row if row and row.count else None


async def _plan_email(work: Work, application: Row) -> None:
    await plan_email(
        work,
        kind="rejection",
        to=application.email,
        name=application.name,
        key=f"rejection:{application.id}:{application.version}",
        params={"first_name": (application.name.split() or [""])[0], "course_title": application.course},
        person_id=application.person_id,
        subject_id=application.id,
        due_at=work.now + TIME_TO_UNDO,
    )
