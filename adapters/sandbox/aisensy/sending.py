"""Taking a message of the business: it is kept, and its statuses are told as they happen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from adapters.sandbox.aisensy.account import Account
from adapters.sandbox.aisensy.events import cloud_message, cloud_status, message_object, project_event
from adapters.sandbox.aisensy.messages import add_message, is_burst
from adapters.sandbox.aisensy.outcomes import PLANNED, Step, course_of, fate_of_message
from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.faults import Faults
from adapters.sandbox.sendgrid.outcomes import Chance

STATUS = "message.status.updated"
FROM_CUSTOMER = ("message.sender.user", "message.created")


@dataclass(frozen=True, slots=True)
class Sending:
    """What it takes to let a message happen."""

    database: SandboxDatabase
    callbacks: Callbacks
    account: Account
    chance: Chance
    faults: Faults

    async def take(self, contact: Any, content: Mapping[str, Any], code: int | None = None, **fields: Any) -> Any:
        """Keep a message of the business and plan what becomes of it; a ``code`` fails it whatever the number."""
        number = (await self.database.row("select nextval('whatsapp_numbers')"))[0]
        message_id = self.chance.token("whatsapp", number)[:24]
        planned = await self.faults.take("aisensy:message")
        fate = PLANNED[planned] if planned else fate_of_message(contact.phone, message_id, self.chance)
        if code is None and await is_burst(self.database, contact.phone):
            code = 131056
        if code is None and contact.wants_no_marketing and fields.get("category") == "MARKETING":
            code = 131050
        fate = replace(fate, code=code or fate.code)
        steps = course_of(fate, message_id, self.chance)
        row = await add_message(
            self.database, contact.phone, content, message_id=message_id, code=fate.code, steps=steps, **fields
        )
        await self._tell(row, contact, steps)
        return row

    async def hear(self, row: Any, contact: Any) -> None:
        """Tell the business what a customer wrote, under both topics, as AiSensy does."""
        account = await self.account.read()
        if not account.is_webhook_on:
            return
        url = self.account.webhook_url(account)
        if account.webhook_shape == "cloud":
            await self._plan(url, cloud_message(row, contact), row, "messages", 0)
            return
        message = message_object(row, contact, "DELIVERED")
        for topic in FROM_CUSTOMER:
            await self._plan(url, project_event(topic, message, row.created_at), row, topic, 0)

    async def _tell(self, row: Any, contact: Any, steps: list[Step]) -> None:
        account = await self.account.read()
        if not account.is_webhook_on:
            return
        for step in steps:
            if step.told_after is None:
                continue
            at = row.created_at + timedelta(seconds=step.after)
            if account.webhook_shape == "cloud":
                body = cloud_status(row, step.status, at)
            else:
                named = step.is_named and account.tells_submitted_id
                body = project_event(STATUS, message_object(row, contact, step.status, names_submitted=named), at)
            await self._plan(self.account.webhook_url(account), body, row, step.status.lower(), step.told_after)

    async def _plan(self, url: str, body: bytes, row: Any, kind: str, seconds: float) -> None:
        await self.callbacks.plan(
            "aisensy", url=url, body=body, subject=row.message_id, kind=kind, after=timedelta(seconds=seconds)
        )
