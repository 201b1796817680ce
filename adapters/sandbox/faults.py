"""Faults on purpose: the next so many requests, messages, payments or calls of a provider fare in a chosen way."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response

from adapters.sandbox.database import SandboxDatabase

# slow: answered late. cut: taken, and the line is cut before the answer. silent: taken, but never answered.
# lost: neither taken nor answered.
KINDS = ("401", "403", "413", "429", "500", "502", "503", "504", "slow", "cut", "silent", "lost")
# Of what a provider calls back about; planned for "<provider>:webhook".
WEBHOOK_KINDS = ("late", "twice", "out-of-order", "wrongly-signed", "never")
# What becomes of an e-mail; planned for "sendgrid:message".
MAIL_KINDS = ("bounce", "block", "drop", "defer", "spam")
# What becomes of a WhatsApp message; planned for "aisensy:message".
WHATSAPP_KINDS = ("invalid-number", "limited", "undelivered")
# What becomes of an attempt to pay; planned for "<provider>:payment".
PAYMENT_KINDS = ("declined", "timed-out")
# What becomes of a call; planned for "<provider>:call".
CALL_KINDS = ("no-answer", "busy", "failed", "voicemail", "balance-low", "speechless", "unfinished", "stuck", "error")
TARGETS: Mapping[str, tuple[str, ...]] = {
    "sendgrid": KINDS,
    "sendgrid:message": MAIL_KINDS,
    "sendgrid:webhook": WEBHOOK_KINDS,
    "aisensy": KINDS,
    "aisensy:message": WHATSAPP_KINDS,
    "aisensy:webhook": WEBHOOK_KINDS,
    "instamojo": KINDS,
    "instamojo:payment": PAYMENT_KINDS,
    "instamojo:webhook": WEBHOOK_KINDS,
    "bolna": KINDS,
    "bolna:call": CALL_KINDS,
    "bolna:webhook": WEBHOOK_KINDS,
    "zoom": KINDS,
    "zoom:token": KINDS,
    "zoom:download": KINDS,
    "zoom:webhook": WEBHOOK_KINDS,
}
# How long a slow answer takes, in seconds of real time, unless its plan says; and after which 429 wants to be asked again.
SLOW = 8.0
LONGEST = 120.0
RETRY_AFTER = "2"
_TAKE = """
update faults set remaining = remaining - 1
where id = (select id from faults where provider = %(provider)s and remaining > 0 order by id limit 1 for update)
returning kind, seconds
"""
_PLANNED = "select id, provider, kind, remaining, seconds from faults where remaining > 0 order by id"


class Faults:
    """Remembers for which providers no fault is planned, so that a request to them costs nothing."""

    def __init__(self, database: SandboxDatabase) -> None:
        self._database = database
        self._without: set[str] = set()

    async def plan(self, target: str, kind: str, count: int, seconds: float | None = None) -> None:
        """Let the next ``count`` things of a target fail; ``seconds`` is how slow. Raises ValueError for what is unknown."""
        known = TARGETS.get(target)
        if known is None:
            raise ValueError(f"What fails is one of {', '.join(TARGETS)}.")
        if kind not in known:
            raise ValueError(f"A fault is one of {', '.join(known)}.")
        if seconds is not None and not 0 <= seconds <= LONGEST:
            raise ValueError(f"An answer is at most {LONGEST:.0f} seconds late.")
        await self._database.run(
            "insert into faults (provider, kind, remaining, seconds) values (%(target)s, %(kind)s, %(count)s, %(seconds)s)",
            target=target,
            kind=kind,
            count=count,
            seconds=seconds,
        )
        self._without.discard(target)

    async def clear(self, fault_id: int | None = None) -> None:
        """Take one plan back, or all of them."""
        await self._database.run("delete from faults where %(id)s::bigint is null or id = %(id)s", id=fault_id)

    async def take(self, target: str) -> str | None:
        """Return the kind of the fault planned for this, if any."""
        row = await self._taken(target)
        return row.kind if row else None

    async def strike(self, request: Request[Any, Any, Any], target: str) -> str | None:
        """Take the fault planned for this request, and return what to answer instead: a status, or ``lost``.

        What only keeps the answer back is arranged here: then the request goes through, and this returns None.
        """
        row = await self._taken(target)
        return arranged(request, row.kind, row.seconds) if row else None

    async def _taken(self, target: str) -> Any:
        if target in self._without:
            return None
        row = await self._database.row(_TAKE, provider=target)
        if row is None:
            self._without.add(target)
        return row

    async def planned(self) -> list[dict[str, object]]:
        return [row._asdict() for row in await self._database.rows(_PLANNED)]


def arranged(request: Request[Any, Any, Any], kind: str, seconds: float | None = None) -> str | None:
    """Arrange what the journal does with the answer, and return what to answer instead, if anything."""
    state = request.scope["state"]
    if kind in ("silent", "lost"):
        state["silent"] = True
        return None if kind == "silent" else kind
    if kind == "cut":
        state["cut"] = True
        return None
    if kind == "slow":
        state["slow"] = SLOW if seconds is None else seconds
        return None
    return kind


def never_answered() -> Response[bytes]:
    """Return what the journal notes for a request that was neither taken nor answered."""
    return Response(b"", status_code=504, media_type="text/plain")
