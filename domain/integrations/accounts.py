"""Accounts that do not let us send: the channel is held as a whole, and nobody's attempts are used up meanwhile."""

from domain.work import Work

HOLD = """
update provider_traffic set account_problem = %(reason)s, last_error = %(reason)s, last_failure_at = now(),
       opened_until = greatest(opened_until, now() + make_interval(secs => %(wait)s))
 where channel = %(channel)s
"""
LET_GO = "update provider_traffic set account_problem = '', opened_until = null where account_problem <> ''"
HOUSE_WAIT = 300.0  # seconds until an account is tried again, unless its adapter says


async def hold_channel(work: Work, channel: str, reason: str, wait: float | None) -> None:
    """Let nothing out by a channel for ``wait`` seconds of real time, and say why until something has left by it."""
    await work.run(HOLD, channel=channel, reason=reason, wait=wait or HOUSE_WAIT)
    work.signal("integrations")


async def let_channels_go(work: Work) -> None:
    """Try all accounts again: a worker that has just started may have other keys."""
    if await work.run(LET_GO):
        work.signal("integrations")
