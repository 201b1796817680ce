"""Faults on purpose: the next so many requests to a provider fail in a chosen way."""

from litestar import Response

from adapters.sandbox.database import SandboxDatabase

# silent: taken, but never answered. lost: neither taken nor answered.
KINDS = ("401", "403", "413", "429", "500", "502", "503", "504", "silent", "lost")
# Of what a provider calls back about; planned for "<provider>:webhook".
WEBHOOK_KINDS = ("late", "twice", "wrongly-signed", "never")
# What becomes of an attempt to pay; planned for "<provider>:payment".
PAYMENT_KINDS = ("declined", "timed-out")
# What becomes of a call; planned for "<provider>:call".
CALL_KINDS = ("no-answer", "busy", "failed", "voicemail", "balance-low", "speechless", "unfinished", "stuck", "error")
KINDS_OF = {"webhook": WEBHOOK_KINDS, "payment": PAYMENT_KINDS, "call": CALL_KINDS}
_TAKE = """
update faults set remaining = remaining - 1
where id = (select id from faults where provider = %(provider)s and remaining > 0 order by id limit 1 for update)
returning kind
"""


class Faults:
    """Remembers for which providers no fault is planned, so that a request to them costs nothing."""

    def __init__(self, database: SandboxDatabase) -> None:
        self._database = database
        self._without: set[str] = set()

    async def plan(self, provider: str, kind: str, count: int) -> None:
        """Let the next ``count`` requests to the provider fail; raises ValueError for an unknown kind."""
        known = KINDS_OF.get(provider.partition(":")[2], KINDS)
        if kind not in known:
            raise ValueError(f"A fault is one of {', '.join(known)}.")
        await self._database.run(
            "insert into faults (provider, kind, remaining) values (%(provider)s, %(kind)s, %(count)s)",
            provider=provider,
            kind=kind,
            count=count,
        )
        self._without.discard(provider)

    async def clear(self) -> None:
        await self._database.run("delete from faults")

    async def take(self, provider: str) -> str | None:
        """Return the fault planned for this request, if any."""
        if provider in self._without:
            return None
        row = await self._database.row(_TAKE, provider=provider)
        if row is None:
            self._without.add(provider)
        return row.kind if row else None

    async def planned(self) -> list[dict[str, object]]:
        rows = await self._database.rows("select provider, kind, remaining from faults where remaining > 0 order by id")
        return [row._asdict() for row in rows]


def never_answered() -> Response[bytes]:
    """Return what the journal notes for a request that was neither taken nor answered."""
    return Response(b"", status_code=504, media_type="text/plain")
