"""Bolna's webhook, behind a secret in its address. It only says that there may be news: the worker reads the call itself."""

from typing import Any

from litestar import Controller, Request, Response, post
from litestar.params import FromPath

from adapters.bolna.client import webhook_token
from adapters.bolna.events import MalformedReport, event_id_of, parse_webhook
from adapters.bolna.webhook_token import is_token
from domain.messaging.webhooks import store_call_hint
from domain.work import SYSTEM
from web.webhooks.rejecting import told_length, turn_away
from web.webhooks.replays import note_replay
from web.work import services_of

LARGEST = 2_000_000  # a post holds the transcript


class BolnaWebhookController(Controller):
    path = "/webhooks/bolna"
    opt = {"audience": "provider", "no_shell": True}
    include_in_schema = False

    @post("/{token:str}", status_code=200, request_max_body_size=LARGEST)
    async def create(self, request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
        services = services_of(request)
        # The token first: a stranger's body is not even read.
        if not is_token(webhook_token(services.settings), token):
            return await turn_away(request, "bolna", "unsigned", told_length(request))
        body = await request.body()
        try:
            report = parse_webhook(body)
        except MalformedReport:
            # An agent's tools post whatever they like to the same address.
            return await turn_away(request, "bolna", "malformed", len(body), status=400)
        async with services.database.work(SYSTEM) as work:
            new = await store_call_hint(work, event_id_of(report), report)
        note_replay("bolna", new, 1)
        return Response(b"", status_code=200)
