"""Zoom's webhook: prove our address when asked, verify the raw bytes, keep what is new, answer within three seconds."""

from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Request, Response, post

from adapters.zoom.events import MalformedEvent, parse_event
from adapters.zoom.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, is_signed, secret_token, validation_answer
from domain.sessions.events import store_meeting_event
from domain.work import SYSTEM
from web.webhooks.rejecting import turn_away
from web.webhooks.replays import note_replay
from web.work import services_of

LARGEST = 1_000_000


class ZoomWebhookController(Controller):
    path = "/webhooks/zoom"
    opt = {"audience": "provider", "no_shell": True}
    include_in_schema = False

    @post(status_code=200, request_max_body_size=LARGEST)
    async def create(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        services = services_of(request)
        body, now = await request.body(), datetime.now(UTC)
        secret = secret_token(services.settings)
        signature = request.headers.get(SIGNATURE_HEADER, "")
        if not is_signed(secret, signature, request.headers.get(TIMESTAMP_HEADER, ""), body, now):
            return await turn_away(request, "zoom", "unsigned", len(body))
        if answer := validation_answer(secret, body):
            return Response(answer, status_code=200, media_type="application/json")
        try:
            event = parse_event(body, now)
        except MalformedEvent:
            return await turn_away(request, "zoom", "malformed", len(body), status=400)
        async with services.database.work(SYSTEM) as work:
            new = await store_meeting_event(work, event)
        note_replay("zoom", new, 1)
        return Response(b"", status_code=200)
