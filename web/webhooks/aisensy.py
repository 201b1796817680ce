"""AiSensy's webhook: verify the raw bytes, store what is new, answer; the worker does the rest."""

from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Request, Response, post

from adapters.aisensy.client import webhook_secret
from adapters.aisensy.events import MalformedEvents, parse_events
from adapters.aisensy.signature import CLOUD_SIGNATURE_HEADER, SIGNATURE_HEADER, is_signed
from domain.messaging.webhooks import store_whatsapp_events
from domain.work import SYSTEM
from web.webhooks.rejecting import turn_away
from web.work import services_of

LARGEST = 1_000_000


class AiSensyWebhookController(Controller):
    path = "/webhooks/aisensy"
    opt = {"audience": "provider", "no_shell": True}
    include_in_schema = False

    @post(status_code=200, request_max_body_size=LARGEST)
    async def create(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        services = services_of(request)
        body = await request.body()
        signature = request.headers.get(SIGNATURE_HEADER) or request.headers.get(CLOUD_SIGNATURE_HEADER, "")
        if not is_signed(webhook_secret(services.settings), signature, body):
            return await turn_away(request, "aisensy", "unsigned", len(body))
        try:
            events = parse_events(body, datetime.now(UTC))
        except MalformedEvents:
            return await turn_away(request, "aisensy", "malformed", len(body), status=400)
        if events:
            async with services.database.work(SYSTEM) as work:
                await store_whatsapp_events(work, events)
        return Response(b"", status_code=200)
