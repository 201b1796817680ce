"""SendGrid's inbound parse: an e-mail to our reply domain, posted to an address that is itself the secret.

Anything but a server error is final for SendGrid, so what can be read is kept and what cannot is logged; a fault of ours
answers 500, and the e-mail comes again for three days.
"""

import asyncio
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.params import FromPath

from adapters.sendgrid.inbound import MalformedInbound, parse_inbound
from adapters.sendgrid.inbound_token import is_inbound_token
from domain.messaging.inbound import receive_email
from domain.work import SYSTEM
from web.webhooks.rejecting import told_length, turn_away
from web.webhooks.replays import note_replay
from web.work import services_of

# SendGrid takes e-mails of up to 30 MB. A handful of photos is what people answer with; more would let a few
# senders fill our memory, where a whole e-mail is while it is read.
LARGEST = 20_000_000


class SendGridInboundController(Controller):
    path = "/webhooks/sendgrid/inbound"
    opt = {"audience": "provider", "no_shell": True}
    include_in_schema = False

    @post("/{token:str}", status_code=200, request_max_body_size=LARGEST)
    async def create(self, request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
        services = services_of(request)
        if not is_inbound_token(services.settings, token):
            return await turn_away(request, "sendgrid", "unsigned", told_length(request))
        body = await request.body()
        content_type = request.headers.get("Content-Type", "")
        try:
            mail = await asyncio.to_thread(parse_inbound, content_type, body)
        except MalformedInbound:
            return await turn_away(request, "sendgrid", "malformed", len(body), status=400)
        kept = await receive_email(
            lambda: services.database.work(SYSTEM), services.files, mail, secret=services.settings.secret
        )
        note_replay("sendgrid", int(kept is not None), 1)
        return Response(b"", status_code=200)
