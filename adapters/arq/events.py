"""Applying what providers have reported: in batches, and one by one where a batch holds something that cannot be applied."""

import logging
import secrets
from collections.abc import Awaitable, Callable

from adapters.postgres.database import Database
from adapters.postgres.error_log import ErrorLog
from domain.messaging.webhooks import AT_ONCE, apply_call_hints, apply_events, apply_whatsapp_events, set_aside, waiting
from domain.sessions.events import apply_meeting_events
from domain.work import SYSTEM, OvertakenByAnother, Work

log = logging.getLogger(__name__)

# provider -> applies up to so many of its waiting events, in whatever order they came, and returns how many it did.
APPLIERS: dict[str, Callable[[Work, int], Awaitable[int]]] = {
    "sendgrid": apply_events,
    "aisensy": apply_whatsapp_events,
    "bolna": apply_call_hints,
    "zoom": apply_meeting_events,
}


class Events:
    """Applies the waiting events of each provider."""

    def __init__(self, database: Database, errors: ErrorLog) -> None:
        self.database = database
        self.errors = errors

    async def apply(self, provider: str) -> None:
        """Apply what waits, until nothing does. What cannot be applied is set aside and remembered as an error."""
        while True:
            try:
                async with self.database.work(SYSTEM) as work:
                    applied = await APPLIERS[provider](work, AT_ONCE)
            except OvertakenByAnother:
                raise
            except Exception:
                # One of them cannot be applied: alone, each either works or is found and set aside.
                applied = await self._apply_alone(provider)
            if not applied:
                return

    async def _apply_alone(self, provider: str) -> int:
        for applied in range(AT_ONCE):
            event_id = 0
            try:
                async with self.database.work(SYSTEM) as work:
                    if not (first := await waiting(work, provider, 1)):
                        return applied
                    event_id = first[0].id
                    await APPLIERS[provider](work, 1)
            except OvertakenByAnother:
                raise
            except Exception as error:
                if not event_id:
                    raise
                log.exception("an event of %s cannot be applied and is set aside", provider)
                self.errors.remember(reference=secrets.token_hex(4), component=f"worker: {provider}", error=error)
                async with self.database.work(SYSTEM) as work:
                    await set_aside(work, event_id)
        return AT_ONCE
