"""Passwords: the temporary one of a new student, the one they choose, and the way back when it is forgotten."""

import secrets
from datetime import timedelta
from uuid import UUID

from domain.accounts.limits import CHANGE_PASSWORD, RESET, count_attempt
from domain.accounts.logins import normal_login
from domain.accounts.one_time_links import use_link
from domain.accounts.password_rules import check_password
from domain.accounts.sign_ins import revoke_sign_ins
from domain.audit import record
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.messaging.outbox import plan_email
from domain.ports import PasswordHasher, RateLimiter
from domain.work import Row, Work

TEMPORARY_HOURS = 72
# 32 characters that are hard to take for one another: twelve of them make 60 bits.
ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"

ISSUE = """
update profiles set password_hash = %(password_hash)s, must_change_password = true, temporary_until = %(until)s,
  temporary_used_at = null, updated_at = %(now)s
where person_id = %(person_id)s and is_active and (password_hash is null or must_change_password)
"""
STORE = """
update profiles set password_hash = %(password_hash)s, must_change_password = false, temporary_until = null,
  temporary_used_at = null, password_changed_at = %(now)s, updated_at = %(now)s
where person_id = %(person_id)s and is_active
"""
ACCOUNT = """
select h.id, h.name, coalesce(h.email, '') as email, coalesce(h.phone, '') as phone, p.role, p.password_hash,
  p.must_change_password
from people h join profiles p on p.person_id = h.id where h.id = %(person_id)s and p.is_active
"""
RECIPIENT = """
select h.id, h.name, h.email from people h join profiles p on p.person_id = h.id
where (h.email = %(login)s or h.phone = %(login)s) and h.email is not null and p.is_active
"""


async def issue_temporary_password(work: Work, person_id: UUID, hasher: PasswordHasher) -> str:
    """Give the account a new temporary password and return it: good for 72 hours and one sign-in.

    An earlier temporary one and its sign-ins end; a change is forced at the sign-in. Raises NotFound when there is no
    active account, or its owner has chosen a password of their own.
    """
    password = "-".join("".join(secrets.choice(ALPHABET) for _i in range(4)) for _group in range(3))
    until = work.now + timedelta(hours=TEMPORARY_HOURS)
    password_hash = await hasher.hash(password)
    if not await work.run(ISSUE, person_id=person_id, password_hash=password_hash, until=until, now=work.now):
        raise NotFound(_("This person has no active account, or has chosen a password already."))
    await revoke_sign_ins(work, person_id)
    return password


async def count_link_request(typed: str, *, limiter: RateLimiter, address: str) -> None:
    """Count that somebody asks for a link, whether there is such an account or not. Raises TooMany."""
    await count_attempt(limiter, RESET, account=normal_login(typed), address=address)


async def request_password_link(work: Work, typed: str) -> None:
    """Plan the e-mail with the link, if there is such an account with an e-mail.

    Takes longer if there is: call it when who asks has their answer.
    """
    if person := await work.row(RECIPIENT, login=normal_login(typed)):
        await plan_password_link(work, person.id, person.name, person.email)


async def plan_password_link(work: Work, person_id: UUID, name: str, email: str) -> None:
    """Plan the e-mail with the link to set a password; the link is made when the e-mail is composed."""
    key = f"set_password:{person_id}:{work.now.isoformat()}"
    await plan_email(work, kind="set_password", to=email, name=name, key=key, person_id=person_id, subject_id=person_id)


async def set_password_by_link(work: Work, token: str, password: str, *, hasher: PasswordHasher) -> None:
    """Use the link up and store the password; all sign-ins end. Raises LinkSpent and InvalidInput."""
    account = await _account(work, await use_link(work, "set_password", token))
    await _store(work, account, password, hasher)


async def change_password(
    work: Work, *, current: str, new: str, hasher: PasswordHasher, limiter: RateLimiter, address: str
) -> None:
    """Store the new password of who asks; their other sign-ins end. Raises InvalidInput and TooMany.

    After a temporary password the current one is not asked for: it was typed a moment ago and works no more.
    """
    assert work.identity.person_id
    account = await _account(work, work.identity.person_id)
    if not account.must_change_password:
        await count_attempt(limiter, CHANGE_PASSWORD, account=str(account.id), address=address)
        if not await hasher.verify(account.password_hash, current):
            raise InvalidInput({"current": _("This is not your current password.")})
    if await hasher.verify(account.password_hash, new):
        raise InvalidInput({"password": _("This is the password you have now. Choose another.")})
    await _store(work, account, new, hasher)


async def store_password(work: Work, person_id: UUID, password: str, *, hasher: PasswordHasher) -> None:
    """Give an account a password that somebody chose for it. Raises InvalidInput and NotFound."""
    await _store(work, await _account(work, person_id), password, hasher)


async def _store(work: Work, account: Row, password: str, hasher: PasswordHasher) -> None:
    check_password(password, email=account.email, name=account.name, phone=account.phone)
    password_hash = await hasher.hash(password)
    await work.run(STORE, person_id=account.id, password_hash=password_hash, now=work.now)
    await revoke_sign_ins(work, account.id, but=work.identity.sign_in_id)
    if account.role != "student":
        await record(work, "password.changed", "person", account.id, account.name)


async def _account(work: Work, person_id: UUID) -> Row:
    account = await work.row(ACCOUNT, person_id=person_id)
    if account is None:
        raise NotFound(_("This account is no longer active."))
    return account
