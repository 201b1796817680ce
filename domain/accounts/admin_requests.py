"""Admin requests: anyone may ask for admin access; a verified e-mail and a super admin's word give it."""

from collections.abc import Sequence
from uuid import UUID

from domain.accounts.admins import create_admin, mail_way_in
from domain.accounts.limits import ADMIN_REQUEST, count_attempt
from domain.accounts.logins import normal_email
from domain.accounts.one_time_links import look_at_link, use_link
from domain.audit import record
from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.messaging.outbox import plan_email
from domain.notifications import notify_admins
from domain.ports import RateLimiter
from domain.work import Row, Work

# What was asked before and not yet verified is replaced; what waits for a decision is left as it is.
ASK = """
insert into admin_requests (name, email, reason, created_at) values (%(name)s, %(email)s, %(reason)s, %(now)s)
on conflict (email) where state in ('unverified', 'pending')
do update set name = excluded.name, reason = excluded.reason where admin_requests.state = 'unverified'
returning id
"""
IS_ADMIN = """
select exists (select from people h join profiles p on p.person_id = h.id
  where h.email = %(email)s and p.role in ('admin', 'super_admin'))
"""
VERIFY = """
update admin_requests set state = 'pending', verified_at = %(now)s where id = %(id)s and state = 'unverified'
returning name, email
"""
DECIDE = """
update admin_requests set state = %(state)s, decided_by = %(by)s, decided_at = %(now)s
where id = %(id)s and state = 'pending' returning id, name, email
"""
WAITING = """
select id, name, email, reason, verified_at from admin_requests where state = 'pending' order by verified_at limit 50
"""


async def request_admin_access(
    work: Work, *, name: str, email: str, reason: str, limiter: RateLimiter, address: str
) -> None:
    """Keep the request and plan the e-mail that verifies the address; an admin's address changes nothing.

    Whether the address was known shows in nothing. Raises InvalidInput and TooMany.
    """
    to = normal_email(email)
    if to is None:
        raise InvalidInput({"email": _("This is not an e-mail address.")})
    await count_attempt(limiter, ADMIN_REQUEST, account=to, address=address)
    if await work.value(IS_ADMIN, email=to):
        return
    request_id = await work.value(ASK, name=name, email=to, reason=reason, now=work.now)
    if request_id:
        key = f"verify_admin_request:{request_id}:{work.now.isoformat()}"
        await plan_email(work, kind="verify_admin_request", to=to, name=name, key=key, subject_id=request_id)


async def look_at_admin_request(work: Work, token: str) -> Row:
    """Return the request a link is about; raise LinkSpent."""
    request_id = await look_at_link(work, "verify_admin_request", token)
    row = await work.row("select name, email from admin_requests where id = %(id)s", id=request_id)
    assert row is not None
    return row


async def verify_admin_request(work: Work, token: str) -> None:
    """Use the link up: the address is its asker's, and super admins are told. Raises LinkSpent."""
    request_id = await use_link(work, "verify_admin_request", token)
    row = await work.row(VERIFY, id=request_id, now=work.now)
    if row is None:
        return
    title = _("{name} asks for admin access", name=row.name)
    await notify_admins(work, "admin_request", title, row.email, "/admin/team", only_owners=True)
    work.signal("team")


async def list_waiting_requests(work: Work) -> Sequence[Row]:
    """Return the requests that wait for a decision, the oldest first, at most 50."""
    return await work.rows(WAITING)


async def approve_admin_request(work: Work, request_id: UUID) -> None:
    """Make the account and plan the e-mail to set its password. Raises Conflict when it was decided already."""
    row = await _decide(work, request_id, "approved")
    person_id = await create_admin(work, email=row.email, name=row.name)
    await mail_way_in(work, person_id)


async def reject_admin_request(work: Work, request_id: UUID) -> None:
    """Say no, without an e-mail. Raises Conflict when it was decided already."""
    await _decide(work, request_id, "rejected")


async def _decide(work: Work, request_id: UUID, state: str) -> Row:
    row = await work.row(DECIDE, id=request_id, state=state, by=work.identity.person_id, now=work.now)
    if row is None:
        raise Conflict(_("This request was decided already."))
    await record(work, f"admin_request.{state}", "admin_request", row.id, row.email)
    work.signal("team")
    return row
