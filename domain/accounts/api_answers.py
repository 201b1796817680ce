"""Answers kept for a day, so that a request which a program sends again, not knowing whether it arrived, is done once.

The key is claimed in the transaction of what it guards: of two requests at once the second waits for the first to end, and a
refused request leaves nothing behind.
"""

from uuid import UUID

from domain.errors import Conflict
from domain.language import _
from domain.work import Row, Work

FORGET_OLD = "delete from api_answers where token_id = %(token)s and created_at < now() - interval '24 hours'"
CLAIM = """
insert into api_answers (token_id, key, person_id, request_hash)
values (%(token)s, %(key)s, %(person_id)s, %(request)s) on conflict do nothing
"""
FIND = "select request_hash, status, answer, follows from api_answers where token_id = %(token)s and key = %(key)s"
KEEP = """
update api_answers set status = %(status)s, answer = %(answer)s, follows = %(follows)s
where token_id = %(token)s and key = %(key)s
"""
SWEEP = "delete from api_answers where created_at < now() - interval '24 hours'"


class KeyUsedOtherwise(Conflict):
    """The key came with another request before."""


async def claim_key(work: Work, key: str, request: bytes) -> Row | None:
    """Claim the key for this request, told by its hash; return the answer that it was given before, if it was.

    Raises KeyUsedOtherwise when another request came with it.
    """
    token = _token(work)
    await work.run(FORGET_OLD, token=token)
    if await work.run(CLAIM, token=token, key=key, person_id=work.identity.person_id, request=request):
        return None
    row = await work.row(FIND, token=token, key=key)
    if row is None or bytes(row.request_hash) != request:
        raise KeyUsedOtherwise(_("This Idempotency-Key was used for another request."))
    return row


async def keep_answer(work: Work, key: str, status: int, answer: str, follows: UUID | None = None) -> None:
    """Keep what was answered; ``follows`` is a delivery that the answer is still about to tell of."""
    await work.run(KEEP, token=_token(work), key=key, status=status, answer=answer, follows=follows)


async def forget_old_answers(work: Work) -> None:
    """Remove the answers that are older than a day, as the system."""
    await work.run(SWEEP)


def _token(work: Work) -> UUID | None:
    return work.identity.token.id if work.identity.token else None
