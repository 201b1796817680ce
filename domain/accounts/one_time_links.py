"""One-time links: a token in an e-mail that lets its reader do one thing, once, for some hours."""

from datetime import timedelta
from uuid import UUID

from domain.accounts.tokens import new_token, token_hash
from domain.errors import Conflict
from domain.language import _
from domain.work import Work

VOID = """
update one_time_links set used_at = %(now)s
where purpose = %(purpose)s and subject_id = %(subject_id)s and used_at is null
"""
CREATE = """
insert into one_time_links (purpose, subject_id, token_hash, expires_at, created_at)
values (%(purpose)s, %(subject_id)s, %(token)s, %(expires_at)s, %(now)s)
"""
# A password changed in the meantime ends the links to set it, whoever asked for them.
OPEN = """
purpose = %(purpose)s and token_hash = %(token)s and used_at is null and expires_at > %(now)s
and not exists (select from profiles p where p.person_id = subject_id and p.password_changed_at >= one_time_links.created_at)
"""
USE = f"update one_time_links set used_at = %(now)s where {OPEN} returning subject_id"


class LinkSpent(Conflict):
    """The link was used, has expired, was replaced by a newer one, or never existed."""


async def create_link(work: Work, purpose: str, subject_id: UUID, hours: int) -> str:
    """Return the token of a new link, good for ``hours``; older links of this purpose and subject stop working."""
    token = new_token()
    await void_links(work, purpose, subject_id)
    about = {"purpose": purpose, "subject_id": subject_id, "now": work.now}
    await work.run(CREATE, token=token_hash(token), expires_at=work.now + timedelta(hours=hours), **about)
    return token


async def void_links(work: Work, purpose: str, subject_id: UUID) -> None:
    """End all links of this purpose and subject that are still open."""
    await work.run(VOID, purpose=purpose, subject_id=subject_id, now=work.now)


async def look_at_link(work: Work, purpose: str, token: str) -> UUID:
    """Return whom or what the link is about and leave it unused; raise LinkSpent."""
    statement = f"select subject_id from one_time_links where {OPEN}"
    return _subject(await work.value(statement, purpose=purpose, token=token_hash(token), now=work.now))


async def use_link(work: Work, purpose: str, token: str) -> UUID:
    """Use the link up and return whom or what it is about; of two at once, one raises LinkSpent."""
    return _subject(await work.value(USE, purpose=purpose, token=token_hash(token), now=work.now))


def _subject(subject_id: UUID | None) -> UUID:
    if subject_id is None:
        raise LinkSpent(_("This link has expired or was used already."))
    return subject_id
