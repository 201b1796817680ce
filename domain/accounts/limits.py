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


SIGN_IN = Limit("sign_in", per_account=10, per_address=50, seconds=15 * 60)
RESET = Limit("reset", per_account=3, per_address=20, seconds=60 * 60)
ADMIN_REQUEST = Limit("admin_request", per_account=3, per_address=10, seconds=60 * 60)
CHANGE_PASSWORD = Limit("change_password", per_account=10, per_address=50, seconds=15 * 60)


async def count_attempt(limiter: RateLimiter, limit: Limit, *, account: str, address: str) -> None:
    """Count one attempt; raise TooMany, with the minutes to wait, once either limit is reached."""
    buckets = (("address", address, limit.per_address), ("account", account, limit.per_account))
    for kind, value, most in buckets:
        bucket = f"{limit.name}:{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"
        if wait := await limiter.hit(bucket, limit=most, seconds=limit.seconds):
            raise too_many(wait)


def too_many(wait: int) -> TooMany:
    minutes = -(-wait // 60)
    return TooMany(
        _("Too many tries. Try again in {time}.", time=ngettext("{count} minute", "{count} minutes", minutes)), wait
    )
