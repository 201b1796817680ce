"""Instamojo's webhook: verify the form, keep what it says once, and read from Instamojo itself what is true of it."""

import asyncio
import logging
from typing import Any

from litestar import Controller, Request, Response, post

from adapters.instamojo.events import MalformedHint, parse_webhook
from adapters.instamojo.references import PARAMETER
from adapters.instamojo.signature import is_signed
from domain.payments.checking import HintTaken, take_hint
from domain.work import SYSTEM
from web.webhooks.rejecting import turn_away
from web.webhooks.replays import note_replay
from web.work import services_of

log = logging.getLogger(__name__)

LARGEST = 64_000
PATIENCE = 12.0  # seconds that Instamojo may take to be read; then it is asked to call again


class InstamojoWebhookController(Controller):
    path = "/webhooks/instamojo"
    opt = {"audience": "provider", "no_shell": True}
    include_in_schema = False

    @post(status_code=200, request_max_body_size=LARGEST)
    async def create(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        services = services_of(request)
        body = await request.body()
        if not is_signed(body, services.settings.credential("INSTAMOJO_SALT", "instamojo")):
            return await turn_away(request, "instamojo", "unsigned", len(body))
        try:
            hint = parse_webhook(body, request.query_params.get(PARAMETER, ""))
        except MalformedHint:
            return await turn_away(request, "instamojo", "malformed", len(body), status=400)
        try:
            async with asyncio.timeout(PATIENCE):
                taken = await take_hint(lambda: services.database.work(SYSTEM), services.payments, hint)
        except TimeoutError:
            taken = HintTaken("Instamojo did not answer in time.")
        if taken.problem:
            # Instamojo calls again when it hears this; and what is open is looked at from time to time anyway.
            log.warning("an Instamojo webhook has to come again: %s", taken.problem)
            return Response(b"", status_code=503, headers={"Retry-After": "60"})
        note_replay("instamojo", int(taken.is_new), 1)
        return Response(b"", status_code=200)
