"""The settings of the event webhook: where it posts, whether it does, and whether it signs."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid import answers
from adapters.sandbox.sendgrid.bodies import json_object
from adapters.sandbox.sendgrid.posting import EventPoster
from adapters.sendgrid.signature import SANDBOX_SENDGRID_PUBLIC_KEY

EVENTS = (
    *("processed", "deferred", "delivered", "bounce", "dropped", "open", "click"),
    *("spam_report", "unsubscribe", "group_unsubscribe", "group_resubscribe"),
)
_UPDATE = """
update event_webhooks set enabled = coalesce(%(enabled)s, enabled), url = coalesce(%(url)s, url),
  signed = coalesce(%(signed)s, signed) where id = %(id)s
"""


class EventWebhookController(Controller):
    path = "/user/webhooks/event"

    @get("/settings/all")
    async def index(
        self, database: NamedDependency[SandboxDatabase], poster: NamedDependency[EventPoster]
    ) -> Response[bytes]:
        rows = await database.rows("select * from event_webhooks order by id")
        return answers.as_json({"max_allowed": 5, "webhooks": [_shown(row, poster) for row in rows]})

    @get("/settings/{webhook_id:str}")
    async def show(
        self,
        database: NamedDependency[SandboxDatabase],
        poster: NamedDependency[EventPoster],
        webhook_id: FromPath[str],
    ) -> Response[bytes]:
        row = await _webhook(database, webhook_id)
        return answers.as_json(_shown(row, poster)) if row else answers.error(404, "webhook not found")

    @patch("/settings/{webhook_id:str}")
    async def update(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        poster: NamedDependency[EventPoster],
        webhook_id: FromPath[str],
    ) -> Response[bytes]:
        body = await json_object(request)
        enabled, url = body.get("enabled"), body.get("url")
        if enabled is not None and type(enabled) is not bool:
            return answers.error(400, "enabled must be a boolean", "enabled")
        if url is not None and not (isinstance(url, str) and url.startswith(("http://", "https://"))):
            return answers.error(400, "url must be a valid address", "url")
        await database.run(_UPDATE, id=webhook_id, enabled=enabled, url=url, signed=None)
        row = await _webhook(database, webhook_id)
        return answers.as_json(_shown(row, poster)) if row else answers.error(404, "webhook not found")

    @get("/settings/signed/{webhook_id:str}")
    async def public_key(
        self, database: NamedDependency[SandboxDatabase], webhook_id: FromPath[str]
    ) -> Response[bytes]:
        return _key_of(await _webhook(database, webhook_id))

    @patch("/settings/signed/{webhook_id:str}")
    async def sign(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase], webhook_id: FromPath[str]
    ) -> Response[bytes]:
        enabled = (await json_object(request)).get("enabled")
        if type(enabled) is not bool:
            return answers.error(400, "enabled must be a boolean", "enabled")
        await database.run(_UPDATE, id=webhook_id, enabled=None, url=None, signed=enabled)
        return _key_of(await _webhook(database, webhook_id))

    @post("/test", status_code=200)
    async def test(self, request: Request[Any, Any, Any], poster: NamedDependency[EventPoster]) -> Response[bytes]:
        body = await json_object(request)
        url = body.get("url")
        await poster.post_example(url if isinstance(url, str) and url else None)
        return answers.nothing()


async def _webhook(database: SandboxDatabase, webhook_id: str) -> Any:
    return await database.row("select * from event_webhooks where id = %(id)s", id=webhook_id)


def _key_of(row: Any) -> Response[bytes]:
    if row is None:
        return answers.error(404, "webhook not found")
    return answers.as_json({"id": row.id, "public_key": SANDBOX_SENDGRID_PUBLIC_KEY if row.signed else ""})


def _shown(row: Any, poster: EventPoster) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": row.id, "enabled": row.enabled, "url": row.url or poster.default_url}
    shown |= dict.fromkeys(EVENTS, True)
    shown["public_key"] = SANDBOX_SENDGRID_PUBLIC_KEY if row.signed else msgspec.UNSET
    return {name: value for name, value in shown.items() if value is not msgspec.UNSET}
