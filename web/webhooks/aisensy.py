"""AiSensy's webhook: verify the raw bytes, store what is new, answer; the worker does the rest.

Saving the address makes AiSensy ask for it, and Meta's handshake asks for its challenge back. Who has no secret to sign
with posts to the address that ends in a token.
"""

from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from adapters.aisensy.events import MalformedEvents, parse_events
from adapters.aisensy.signature import CLOUD_SIGNATURE_HEADER, SIGNATURE_HEADER
from adapters.aisensy.webhook_token import is_genuine, knows_us, may_look
from domain.messaging.webhooks import store_whatsapp_events
from domain.work import SYSTEM
from web.webhooks.rejecting import told_length, turn_away
from web.webhooks.replays import note_replay
from web.work import services_of

LARGEST = 1_000_000
LONGEST_CHALLENGE = 200
ADDRESSES = ["/", "/{token:str}"]


class AiSensyWebhookController(Controller):
    path = "/webhooks/aisensy"
    opt = {"audience": "provider", "no_shell": True}
    include_in_schema = False

    @get(ADDRESSES)
    async def show(self, request: Request[Any, Any, Any], token: FromPath[str] = "") -> Response[bytes]:
        """Say that the address is there; a handshake gets its challenge back if it names our secret."""
        settings = services_of(request).settings
        asked = request.query_params
        if not may_look(settings, token):
            return await turn_away(request, "aisensy", "unsigned", 0)
        if "hub.challenge" not in asked:
            return Response(b"", status_code=200)
        challenge = asked["hub.challenge"]
        if asked.get("hub.mode") != "subscribe" or not knows_us(settings, asked.get("hub.verify_token", "")):
            return await turn_away(request, "aisensy", "unsigned", 0, status=403)
        if len(challenge) > LONGEST_CHALLENGE:
            return await turn_away(request, "aisensy", "malformed", len(challenge), status=400)
        return Response(challenge.encode("utf-8", "replace"), status_code=200, media_type="text/plain")

    @post(ADDRESSES, status_code=200, request_max_body_size=LARGEST)
    async def create(self, request: Request[Any, Any, Any], token: FromPath[str] = "") -> Response[bytes]:
        services = services_of(request)
        # The address first: of a stranger who guesses at it the body is not even read.
        if not may_look(services.settings, token):
            return await turn_away(request, "aisensy", "unsigned", told_length(request))
        body = await request.body()
        signature = request.headers.get(SIGNATURE_HEADER) or request.headers.get(CLOUD_SIGNATURE_HEADER, "")
        if not is_genuine(services.settings, token, signature, body):
            return await turn_away(request, "aisensy", "unsigned", len(body))
        try:
            events = parse_events(body, datetime.now(UTC))
        except MalformedEvents:
            return await turn_away(request, "aisensy", "malformed", len(body), status=400)
        if events:
            async with services.database.work(SYSTEM) as work:
                new = await store_whatsapp_events(work, events)
            note_replay("aisensy", new, len(events))
        return Response(b"", status_code=200)
