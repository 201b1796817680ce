"""The account and its webhook: whether it may send, where it reports to, and how."""

from collections.abc import Mapping
from secrets import randbelow
from typing import Any

from adapters.sandbox.database import SandboxDatabase

SWITCHES = ("has_plan", "has_credits", "is_verified", "is_webhook_signed", "tells_submitted_id")
# So many failures within twenty minutes suspend a webhook, as answering 410 does at once.
MOST_FAILURES = 100
GONE = 410
_FAILURES = """
select count(*) from callback_attempts a join callbacks c on c.id = a.callback_id
where c.provider = 'aisensy' and a.at > app_now() - interval '20 minutes' and (a.status is null or a.status >= 300)
"""
_UPDATE = "update aisensy_account set {names} where id = 1"


class Account:
    """Reads the one row of the account, and remembers whether its webhook is signed: some plans offer no secret."""

    def __init__(self, database: SandboxDatabase, default_url: str, secret: str) -> None:
        self._database = database
        self._default_url = default_url
        self._secret = secret
        self.is_webhook_signed = True

    async def read(self) -> Any:
        row = await self._database.row("select * from aisensy_account")
        self.is_webhook_signed = row.is_webhook_signed
        return row

    async def change(self, values: dict[str, Any]) -> None:
        """Change switches, ``webhook_url`` and ``webhook_shape`` by name."""
        if values:
            names = ", ".join(f"{name} = %({name})s" for name in values)
            await self._database.run(_UPDATE.format(names=names), **values)

    async def heard(self, status: int | None) -> None:
        """Take what the webhook has answered: it is switched off where nobody wants it, or too much has failed."""
        if status is not None and status < 300:
            return
        failures = (await self._database.row(_FAILURES))[0]
        if status == GONE or failures > MOST_FAILURES:
            await self.change({"is_webhook_on": False})

    def handshake(self, shape: str) -> Mapping[str, str]:
        """Return what a new address is asked with: nothing by AiSensy, a challenge where Meta's payload is passed on."""
        if shape != "cloud":
            return {}
        return {"hub.mode": "subscribe", "hub.verify_token": self._secret, "hub.challenge": str(randbelow(10**10))}

    def webhook_url(self, row: Any) -> str:
        return str(row.webhook_url or self._default_url)
