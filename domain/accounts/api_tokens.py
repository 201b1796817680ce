"""Personal tokens for the API: made by an admin for themselves, shown once, kept as a hash, and ended at any time.

A token acts as its person, with the role it was made with and never beyond its scopes. Whether one opens anything is decided
by the database's ``enter_with_token``, in the statement that opens each transaction.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.accounts.scopes import scope_names
from domain.accounts.tokens import new_token, token_hash
from domain.audit import record
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.work import Row, Work

PER_PAGE = 20
PREFIX = "gd_"
MOST_DAYS = 366
DAYS = (7, 30, 90, 365)  # offered on the page, beside no end

INSERT = """
insert into api_tokens (id, person_id, role, name, public_id, token_hash, scopes, expires_at)
values (%(id)s, %(person_id)s, %(role)s, %(name)s, %(public_id)s, %(token)s, %(scopes)s,
  now() + make_interval(days => %(days)s::int))
on conflict (id) do nothing returning expires_at
"""
STATE = """
case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired'
  when not p.is_active or p.active_since > t.created_at
    or array_position(array['student', 'admin', 'super_admin'], p.role)
     < array_position(array['student', 'admin', 'super_admin'], t.role) then 'stopped'
  else 'active' end
"""
MINE = f"""
select t.id, t.name, t.public_id, t.scopes, t.created_at, t.last_used_at, t.expires_at, t.revoked_at, {STATE} as state
from api_tokens t join profiles p on p.person_id = t.person_id where t.person_id = %(me)s
order by {STATE} = 'active' desc, t.created_at desc, t.id limit 100
"""
TEAM = f"""
select t.id, t.name, t.public_id, t.scopes, t.created_at, t.last_used_at, t.expires_at, t.revoked_at, {STATE} as state,
  h.name as owner, t.person_id, count(*) over () as total
from api_tokens t join profiles p on p.person_id = t.person_id join people h on h.id = t.person_id
order by {STATE} = 'active' desc, t.created_at desc, t.id limit {PER_PAGE} offset %(skip)s
"""
REVOKE = """
update api_tokens t set revoked_at = now() from people h
where t.id = %(id)s and t.revoked_at is null and h.id = t.person_id
  and (t.person_id = %(me)s or %(all)s) returning t.name, t.person_id, h.name as owner
"""
END_ALL = """
update api_tokens set revoked_at = now() where person_id = %(person_id)s and revoked_at is null
  and (expires_at is null or expires_at > now())
"""
FORGET = "delete from api_answers where token_id = %(id)s"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made. ``token`` is told once and kept nowhere."""

    token: str
    name: str
    scopes: Sequence[str]
    expires_at: datetime | None


async def create_token(work: Work, token_id: UUID, *, name: str, scopes: Iterable[str], days: int | None) -> NewToken:
    """Make a token for who asks, which ends after ``days`` of 24 hours, or never.

    Raises InvalidInput, and Conflict when ``token_id`` was made before: its token cannot be told again.
    """
    work.require_admin()
    chosen = _checked(scopes, days)
    public_id = secrets.token_hex(4)
    token = f"{PREFIX}{public_id}_{new_token()}"
    me = work.identity
    values = {"id": token_id, "person_id": me.person_id, "role": me.role, "name": name, "public_id": public_id}
    made = await work.row(INSERT, **values, token=token_hash(token), scopes=chosen, days=days)
    if made is None:
        raise Conflict(_("This token was made already, and is not shown again. Revoke it if you have not copied it."))
    await record(work, "api_token.created", "api_token", token_id, name, scopes=", ".join(chosen))
    return NewToken(token, name, chosen, made.expires_at)


async def list_my_tokens(work: Work) -> Sequence[Row]:
    """Return the tokens of who asks, those that work first."""
    return await work.rows(MINE, me=work.identity.person_id)


async def list_team_tokens(work: Work, page: int = 1) -> tuple[Sequence[Row], int]:
    """Return one page of everybody's tokens, those that work first, and how many there are."""
    rows = await work.rows(TEAM, skip=(page - 1) * PER_PAGE)
    return rows, rows[0].total if rows else 0


async def revoke_my_token(work: Work, token_id: UUID) -> str:
    """End a token of who asks, and return its name; raise NotFound when there is none that works."""
    return await _revoke(work, token_id, of_all=False)


async def revoke_team_token(work: Work, token_id: UUID) -> str:
    """End anybody's token, as a super admin, and return its name; raise NotFound when there is none that works."""
    return await _revoke(work, token_id, of_all=True)


async def end_tokens(work: Work, person_id: UUID) -> None:
    """End all tokens of a person whose access is taken away or lowered."""
    await work.run(END_ALL, person_id=person_id)


async def _revoke(work: Work, token_id: UUID, *, of_all: bool) -> str:
    row = await work.row(REVOKE, id=token_id, me=work.identity.person_id, all=of_all)
    if row is None:
        raise NotFound(_("There is no such token any more."))
    await work.run(FORGET, id=token_id)
    await record(work, "api_token.revoked", "api_token", token_id, row.name, of=row.owner)
    return str(row.name)


def _checked(scopes: Iterable[str], days: int | None) -> list[str]:
    problems = {}
    known = scope_names()
    chosen = set(scopes)
    if not chosen:
        problems["scopes"] = _("Please tick at least one thing that it may do.")
    elif chosen - known.keys():
        problems["scopes"] = _("Please choose from the list.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        problems["days"] = _("Please choose one of the options.")
    if problems:
        raise InvalidInput(problems)
    return [scope for scope in known if scope in chosen]
