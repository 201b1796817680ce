"""The team: who is an admin. There is always a super admin, and nobody takes their own access away."""

from collections.abc import Sequence
from uuid import UUID

from domain.accounts.admins import ROLES, create_admin, mail_way_in
from domain.accounts.api_tokens import end_tokens
from domain.accounts.sign_ins import revoke_sign_ins
from domain.audit import record
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.work import Row, Work

PER_PAGE = 20

LIST = """
select h.id, h.name, h.email, p.role, p.is_active, p.password_hash is not null as has_password, p.created_at,
  (select max(s.last_seen_at) from sign_ins s where s.person_id = h.id) as last_seen_at, count(*) over () as total
from profiles p join people h on h.id = p.person_id
where p.role in ('admin', 'super_admin')
order by p.is_active desc, lower(h.name), h.id limit %(most)s offset %(skip)s
"""
# All super admins are locked in one order: two of them acting at once are taken one after the other.
LOCK_OWNERS = """
select person_id from profiles where role = 'super_admin' and is_active order by person_id for update
"""
MEMBER = """
select h.id, h.name, h.email, p.role, p.is_active from profiles p join people h on h.id = p.person_id
where p.person_id = %(id)s and p.role in ('admin', 'super_admin') for update of p
"""
CHANGE = "update profiles set role = %(role)s, is_active = %(is_active)s, updated_at = %(now)s where person_id = %(id)s"


async def list_team(work: Work, page: int = 1) -> tuple[Sequence[Row], int]:
    """Return one page of the admins, active ones first, and how many there are."""
    rows = await work.rows(LIST, most=PER_PAGE, skip=(page - 1) * PER_PAGE)
    return rows, rows[0].total if rows else 0


async def invite_admin(work: Work, *, name: str, email: str, role: str) -> UUID:
    """Make an account and plan the e-mail to set its password. Raises InvalidInput and Conflict."""
    person_id = await create_admin(work, email=email, name=name, role=role)
    await mail_way_in(work, person_id)
    await record(work, "admin.invited", "person", person_id, name or email, role=role)
    work.signal("team")
    return person_id


async def mail_way_in_again(work: Work, person_id: UUID) -> Row:
    """Plan another e-mail to set a password, for an active admin."""
    member = await _member(work, person_id)
    if not member.is_active:
        raise Conflict(_("{name} has no access now. Give it back first.", name=member.name))
    await mail_way_in(work, person_id)
    await record(work, "admin.link_sent", "person", person_id, member.name or member.email)
    return member


async def change_role(work: Work, person_id: UUID, role: str) -> Row:
    """Give an admin another role. Raises Conflict for oneself and for the last super admin."""
    if role not in ROLES:
        raise InvalidInput({"role": _("Please choose one of the options.")})
    member = await _other_member(work, person_id)
    if member.role != role:
        await work.run(CHANGE, id=person_id, role=role, is_active=member.is_active, now=work.now)
        if role == "admin":
            await end_tokens(work, person_id)  # those made as a super admin
        await record(work, "admin.role_changed", "person", person_id, member.name, was=member.role, now=role)
        work.signal("team")
    return member


async def deactivate_admin(work: Work, person_id: UUID) -> Row:
    """Take an admin's access away, end their sign-ins and tokens. Raises Conflict for oneself and the last super admin."""
    member = await _other_member(work, person_id)
    await work.run(CHANGE, id=person_id, role=member.role, is_active=False, now=work.now)
    await revoke_sign_ins(work, person_id)
    await end_tokens(work, person_id)
    await record(work, "admin.deactivated", "person", person_id, member.name)
    work.signal("team")
    return member


async def activate_admin(work: Work, person_id: UUID) -> Row:
    """Give an admin their access back."""
    member = await _member(work, person_id)
    await work.run(CHANGE, id=person_id, role=member.role, is_active=True, now=work.now)
    await record(work, "admin.activated", "person", person_id, member.name)
    work.signal("team")
    return member


async def _other_member(work: Work, person_id: UUID) -> Row:
    """Return another admin, with who asks still being a super admin: so one of them always remains."""
    owners = [row.person_id for row in await work.rows(LOCK_OWNERS)]
    if work.identity.person_id not in owners:
        raise Conflict(_("Your own access was changed in the meantime. Reload the page."))
    if person_id == work.identity.person_id:
        raise Conflict(_("You cannot change your own access. Ask another super admin."))
    return await _member(work, person_id)


async def _member(work: Work, person_id: UUID) -> Row:
    member = await work.row(MEMBER, id=person_id)
    if member is None:
        raise NotFound(_("This person is not an admin."))
    return member
