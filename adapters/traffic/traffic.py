"""The traffic control of a process: a lane a provider, and one log for all."""

import httpx

from adapters.postgres.database import Database
from adapters.provider_settings import PROVIDERS
from adapters.settings import Settings
from adapters.traffic.lane import Lane
from adapters.traffic.redaction import Redaction
from adapters.traffic.request_log import RequestLog
from adapters.traffic.transport import GuardedTransport, Knock, outward


class Traffic:
    """Gives out the transports that providers' clients are built on. Close it after they are closed."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self.lanes = {
            name: Lane(database, name, provider.title, settings.rate(name)) for name, provider in PROVIDERS.items()
        }
        self.log = RequestLog(database, Redaction(settings.secrets), self.lanes.values())

    def transport(self, provider: str, limits: httpx.Limits, knock: Knock | None = None) -> GuardedTransport:
        """Return a transport to the provider, at its rate and under its breaker; ``knock`` tries whether an outage is over."""
        inner = outward(limits, live=self._settings.is_live(provider))
        home = httpx.URL(self._settings.address(provider)).host
        return GuardedTransport(inner, self.lanes[provider], self.log.keep, home, knock)

    async def close(self) -> None:
        """Write down what is not written yet."""
        await self.log.close()
