"""The account: its wallet, how many calls it may have at once, its agents, and where they report to."""

from collections.abc import Sequence
from typing import Any

from adapters.sandbox.bolna.access import sandbox_value
from adapters.sandbox.database import SandboxDatabase
from adapters.settings import Settings

NUMBERS = ("+918035550100", "+918035550101")
TELEPHONY = "plivo"
_ADD_AGENT = """
insert into bolna_agents (id, agent_name, created_at, updated_at) values (%(id)s, 'Admissions', app_now(), app_now())
on conflict do nothing
"""
_RUNNING = """
select count(distinct c.id) from calls c join call_steps s on s.call_id = c.id
where c.line_free_at > app_now() and s.status = 'initiated' and s.at <= app_now()
"""
_SET_WEBHOOK = """
update bolna_agents set has_own_webhook = true, webhook_url = %(url)s, updated_at = app_now() where id = %(id)s
"""


class Account:
    """Reads and changes the one account."""

    def __init__(self, database: SandboxDatabase, settings: Settings) -> None:
        self._database = database
        self._agent_id = sandbox_value(settings, "BOLNA_AGENT_ID")
        self._default_url = f"{settings.base_url}/webhooks/bolna/{sandbox_value(settings, 'BOLNA_WEBHOOK_TOKEN')}"

    async def read(self) -> Any:
        return await self._database.row("select * from bolna_account")

    async def change(self, wallet: float, most_at_once: int) -> None:
        await self._database.run(
            "update bolna_account set wallet = %(wallet)s, most_at_once = %(most)s", wallet=wallet, most=most_at_once
        )

    async def running(self) -> int:
        """Return how many calls occupy a line now."""
        return int((await self._database.row(_RUNNING))[0])

    async def agents(self) -> Sequence[Any]:
        """Return the agents; the one that the settings name is there from the beginning."""
        await self._database.run(_ADD_AGENT, id=self._agent_id)
        return await self._database.rows("select * from bolna_agents order by created_at, id")

    async def agent(self, agent_id: str) -> Any:
        """Return the agent, or None."""
        if agent_id == self._agent_id:
            await self._database.run(_ADD_AGENT, id=agent_id)
        return await self._database.row("select * from bolna_agents where id = %(id)s", id=agent_id)

    async def set_webhook(self, agent_id: str, url: str | None) -> None:
        await self._database.run(_SET_WEBHOOK, id=agent_id, url=url)

    async def webhook_url(self, agent_id: str) -> str:
        """Return where the agent's calls are reported to; empty means nowhere."""
        return self.url_of(await self.agent(agent_id))

    def url_of(self, agent: Any) -> str:
        return str(agent.webhook_url or "") if agent.has_own_webhook else self._default_url
