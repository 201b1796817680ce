"""Sign-ins: a browser that is signed in. Idle 12 hours and absolute 30 days end one; so do sign-out and revoking."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from domain.accounts.known_browsers import known_as
from domain.accounts.limits import count_sign_in_from, count_sign_in_to
from domain.accounts.logins import normal_login
from domain.accounts.tokens import new_token, token_hash
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.ports import PasswordHasher, RateLimiter
from domain.work import Row, Work

ACCOUNT = """
select p.person_id, p.role, p.password_hash, p.must_change_password,
  p.temporary_until is not null and (p.temporary_used_at is not null or p.temporary_until < %(now)s) as is_spent
from people h join profiles p on p.person_id = h.id
where (h.email = %(login)s or h.phone = %(login)s) and p.is_active
"""
# Guarded, so that a temporary password opens one sign-in even when two browsers use it in the same moment.
USE_TEMPORARY = """
update profiles set temporary_used_at = case when temporary_until is not null then %(now)s end
where person_id = %(person_id)s and is_active and password_hash = %(password_hash)s
  and (temporary_until is null or temporary_used_at is null)
"""
OPEN = """
insert into sign_ins (person_id, token_hash, user_agent, address)
values (%(person_id)s, %(token)s, %(user_agent)s, %(address)s)
"""
# Idle and absolute expiry as in the database's enter().
LIST = """
select id, user_agent, address, created_at, last_seen_at, id = %(current)s as is_current from sign_ins
where person_id = %(person_id)s and revoked_at is null
  and last_seen_at > now() - interval '12 hours' and created_at > now() - interval '30 days'
order by id = %(current)s desc, last_seen_at desc limit 100
"""
REVOKE = "update sign_ins set revoked_at = now() where id = %(id)s and person_id = %(person_id)s and revoked_at is null"
REVOKE_ALL = """
update sign_ins set revoked_at = now()
where person_id = %(person_id)s and revoked_at is null and id is distinct from %(but)s
"""
REVOKE_TOKEN = (
    "update sign_ins set revoked_at = now() where token_hash = %(token)s and revoked_at is null returning person_id"
)
ENDED = "sign_ins"  # what open pages are told, so that their streams end at once

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


@dataclass(frozen=True, slots=True)
class Browser:
    """Where an attempt comes from: the network address, what the browser calls itself, and what it keeps of sign-ins before."""

    address: str = ""
    user_agent: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new sign-in. ``token`` goes into the cookie and is kept nowhere else."""

    token: str
    person_id: UUID
    role: str
    must_change_password: bool


async def sign_in(
    open_work: OpenWork,
    *,
    login: str,
    password: str,
    browser: Browser,
    hasher: PasswordHasher,
    limiter: RateLimiter,
    secret: bytes,
    replaces: str = "",
) -> SignedIn:
    """Check e-mail or phone and password, and open a sign-in; ``replaces`` is the browser's old token, which ends.

    An unknown account takes as long and gets the same answer as a wrong password. Raises InvalidInput and TooMany.
    ``open_work`` opens system transactions: none is held while the password is hashed.
    """
    login = normal_login(login)
    await count_sign_in_from(limiter, browser.address)
    async with open_work() as work:
        account = await work.row(ACCOUNT, login=login, now=work.now)
    known = known_as(secret, browser.known, account.person_id) if account else ""
    await count_sign_in_to(limiter, login, address=browser.address, browser=known)
    if not await hasher.verify(account.password_hash if account else None, password) or account is None:
        raise InvalidInput({"": _("The e-mail, phone or password is wrong.")})
    if account.is_spent:
        raise _spent()
    async with open_work() as work:
        if replaces:
            await revoke_token(work, replaces)
        return await _open_with_password(work, account, browser)


async def open_sign_in(work: Work, person_id: UUID, browser: Browser) -> str:
    """Open a sign-in for a person who has proved who they are; return its token."""
    token = new_token()
    await work.run(
        OPEN,
        person_id=person_id,
        token=token_hash(token),
        user_agent=browser.user_agent[:300],
        address=browser.address[:64],
    )
    return token


async def list_sign_ins(work: Work) -> Sequence[Row]:
    """Return the open sign-ins of who asks, this one first."""
    return await work.rows(LIST, person_id=work.identity.person_id, current=work.identity.sign_in_id)


async def revoke_sign_in(work: Work, sign_in_id: UUID) -> None:
    """End one sign-in of who asks."""
    if not await work.run(REVOKE, id=sign_in_id, person_id=work.identity.person_id):
        raise NotFound(_("This sign-in has ended already."))
    work.signal(ENDED, work.identity.person_id)


async def revoke_sign_ins(work: Work, person_id: UUID, *, but: UUID | None = None) -> int:
    """End all sign-ins of a person, save one if named; return how many ended."""
    if ended := await work.run(REVOKE_ALL, person_id=person_id, but=but):
        work.signal(ENDED, person_id)
    return ended


async def revoke_token(work: Work, token: str) -> None:
    """End the sign-in of this token; one that has ended is fine."""
    if person_id := await work.value(REVOKE_TOKEN, token=token_hash(token)):
        work.signal(ENDED, person_id)


async def _open_with_password(work: Work, account: Row, browser: Browser) -> SignedIn:
    used = await work.run(USE_TEMPORARY, person_id=account.person_id, password_hash=account.password_hash, now=work.now)
    if not used:
        raise _spent()
    token = await open_sign_in(work, account.person_id, browser)
    return SignedIn(token, account.person_id, account.role, account.must_change_password)


def _spent() -> InvalidInput:
    return InvalidInput(
        {"": _("This temporary password was used or has expired. Use “Forgot password?” to set one of your own.")}
    )
