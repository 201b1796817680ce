"""SendGrid's side of the wire, under ``/sendgrid``."""

import time

from litestar import Router

from adapters.sandbox.callbacks import Caller
from adapters.sandbox.mailbox.replying import GAPS, USER_AGENT
from adapters.sandbox.rendering import given
from adapters.sandbox.sendgrid.access import check_access
from adapters.sandbox.sendgrid.activity import ActivityController
from adapters.sandbox.sendgrid.batches import BatchController, ScheduledSendController
from adapters.sandbox.sendgrid.mail_send import MailSendController
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.sandbox.sendgrid.signing import signed_headers
from adapters.sandbox.sendgrid.suppressions import (
    GlobalUnsubscribeController,
    GroupUnsubscribeController,
    SuppressionController,
)
from adapters.sandbox.sendgrid.webhook_settings import EventWebhookController


def sendgrid_caller() -> Caller:
    """Return how SendGrid posts what its inbound parse has taken apart: signed as its events are."""
    return Caller(
        sign=lambda body: signed_headers(body, int(time.time())),
        gaps=GAPS,
        user_agent=USER_AGENT,
        tries_again=lambda status: status is None or status >= 500,
    )


def sendgrid_router(chance: Chance) -> Router:
    return Router(
        "/sendgrid/v3",
        before_request=check_access,
        dependencies={"chance": given(chance)},
        route_handlers=[
            MailSendController,
            BatchController,
            ScheduledSendController,
            ActivityController,
            SuppressionController,
            GlobalUnsubscribeController,
            GroupUnsubscribeController,
            EventWebhookController,
        ],
    )
