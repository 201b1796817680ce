"""SendGrid's event webhook: verify the raw bytes, store what is new, answer; the worker does the rest."""

from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Request, Response, post

from adapters.sendgrid.events import MalformedEvents, parse_events
from adapters.sendgrid.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, is_signed, public_key
from domain.messaging.webhooks import store_events
from domain.work import SYSTEM
from web.webhooks.rejecting import turn_away
from web.webhooks.replays import note_replay
from web.work import services_of

LARGEST = 4_000_000  # SendGrid sends at most 768 KB at a time


class SendGridWebhookController(Controller):
    path = "/webhooks/sendgrid"
    opt = {"audience": "provider", "no_shell": True}
    include_in_schema = False

    @post(status_code=200, request_max_body_size=LARGEST)
    async def create(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        services = services_of(request)
        body = await request.body()
        received_at = datetime.now(UTC)
        signature = request.headers.get(SIGNATURE_HEADER, "")
        timestamp = request.headers.get(TIMESTAMP_HEADER, "")
        if not is_signed(public_key(services.settings), signature, timestamp, body, received_at):
            return await turn_away(request, "sendgrid", "unsigned", len(body))
        try:
            events = parse_events(body, received_at)
        except MalformedEvents:
            return await turn_away(request, "sendgrid", "malformed", len(body), status=400)
        async with services.database.work(SYSTEM) as work:
            new = await store_events(work, events)
        note_replay("sendgrid", new, len(events))
        return Response(b"", status_code=200)
