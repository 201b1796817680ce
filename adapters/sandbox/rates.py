"""How many fail on purpose, by provider: as the settings say, until somebody says otherwise here, which is remembered."""

import asyncio
import logging

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from adapters.provider_settings import PROVIDERS
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.settings import Settings

log = logging.getLogger(__name__)
MOST_SEED = 2**63 - 1
_SET = """
insert into fault_rates (provider, rate, seed) values (%(provider)s, %(rate)s, %(seed)s)
on conflict (provider) do update set rate = excluded.rate, seed = excluded.seed
"""


class Rates:
    """Keeps each provider's chance as it is set. The sandbox is one process: what is changed here holds at once."""

    def __init__(self, database: SandboxDatabase, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self.chances = {provider: self._as_set(provider) for provider in PROVIDERS}

    def _as_set(self, provider: str) -> Chance:
        settings = self._settings
        return Chance(settings.sandbox_delays, settings.failure_rate(provider), settings.sandbox_seed)

    async def run(self) -> None:
        """Read what is remembered, as soon as the database is there."""
        while True:
            try:
                return await self.load()
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("The sandbox's database does not answer: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def load(self) -> None:
        for row in await self._database.rows("select * from fault_rates"):
            if chance := self.chances.get(row.provider):
                chance.failure_rate, chance.seed = row.rate, row.seed

    async def change(self, provider: str, rate: float, seed: int) -> None:
        """Set a provider's share and seed. Raises ValueError for what is none."""
        if provider not in self.chances:
            raise ValueError(f"A provider is one of {', '.join(self.chances)}.")
        if not 0 <= rate <= 1:
            raise ValueError("The failure rate is a share from 0 to 1.")
        if not 0 <= seed <= MOST_SEED:
            raise ValueError("The seed is a whole number, 0 or more.")
        await self._database.run(_SET, provider=provider, rate=rate, seed=seed)
        self.chances[provider].failure_rate, self.chances[provider].seed = rate, seed

    async def reset(self, provider: str) -> None:
        """Go back to what the settings say."""
        await self._database.run("delete from fault_rates where provider = %(provider)s", provider=provider)
        if chance := self.chances.get(provider):
            given = self._as_set(provider)
            chance.failure_rate, chance.seed = given.failure_rate, given.seed

    def told(self) -> dict[str, dict[str, object]]:
        """Return every provider's share and seed, and whether they are those of the settings."""
        return {
            name: {"rate": chance.failure_rate, "seed": chance.seed, "is_as_set": chance == self._as_set(name)}
            for name, chance in self.chances.items()
        }
