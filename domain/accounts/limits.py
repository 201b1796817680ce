"""Limits on attempts, per account and per address, said in words."""

import hashlib
from dataclasses import dataclass

from domain.errors import TooMany
from domain.language import _, ngettext
from domain.ports import RateLimiter


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts in so many seconds, for one account and for one network address."""

    name: str
    per_account: int
    per_address: int
    seconds: int


# An account may be tried this often by a browser it knows, or from one address; by all others together ten times as often.
SIGN_IN = Limit("sign_in", per_account=100, per_address=50, seconds=15 * 60)
SIGN_IN_PER_PAIR = 10
RESET = Limit("reset", per_account=3, per_address=20, seconds=60 * 60)
ADMIN_REQUEST = Limit("admin_request", per_account=3, per_address=10, seconds=60 * 60)
CHANGE_PASSWORD = Limit("change_password", per_account=10, per_address=50, seconds=15 * 60)


async def count_attempt(limiter: RateLimiter, limit: Limit, *, account: str, address: str) -> None:
    """Count one attempt; raise TooMany, with the minutes to wait, once either limit is reached."""
    await _count(limiter, limit, "address", address, limit.per_address)
    await _count(limiter, limit, "account", account, limit.per_account)


async def count_sign_in_from(limiter: RateLimiter, address: str) -> None:
    """Count one attempt to sign in to anything from this address. Raises TooMany."""
    await _count(limiter, SIGN_IN, "address", address, SIGN_IN.per_address)


async def count_sign_in_to(limiter: RateLimiter, account: str, *, address: str, browser: str) -> None:
    """Count one attempt to sign in to this account. Raises TooMany.

    ``browser`` is the name of one that has signed in to it before: its attempts are counted for it alone, so that nobody
    else's can keep it out.
    """
    if browser:
        await _count(limiter, SIGN_IN, "browser", f"{account} {browser}", SIGN_IN_PER_PAIR)
    else:
        await _count(limiter, SIGN_IN, "pair", f"{account} {address}", SIGN_IN_PER_PAIR)
        await _count(limiter, SIGN_IN, "account", account, SIGN_IN.per_account)


async def _count(limiter: RateLimiter, limit: Limit, kind: str, value: str, most: int) -> None:
    bucket = f"{limit.name}:{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"
    if wait := await limiter.hit(bucket, limit=most, seconds=limit.seconds):
        raise too_many(wait)


def too_many(wait: int) -> TooMany:
    minutes = -(-wait // 60)
    return TooMany(
        _("Too many tries. Try again in {time}.", time=ngettext("{count} minute", "{count} minutes", minutes)), wait
    )
