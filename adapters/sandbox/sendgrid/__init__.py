"""SendGrid's side of the wire, under ``/sendgrid``."""

from litestar import Router

from adapters.sandbox.rendering import given
from adapters.sandbox.sendgrid.access import check_access
from adapters.sandbox.sendgrid.activity import ActivityController
from adapters.sandbox.sendgrid.batches import BatchController, ScheduledSendController
from adapters.sandbox.sendgrid.mail_send import MailSendController
from adapters.sandbox.sendgrid.suppressions import (
    GlobalUnsubscribeController,
    GroupUnsubscribeController,
    SuppressionController,
)
from adapters.sandbox.sendgrid.templates import TemplateController
from adapters.sandbox.sendgrid.webhook_settings import EventWebhookController


def sendgrid_router() -> Router:
    return Router(
        "/sendgrid/v3",
        before_request=check_access,
        dependencies={"chance": given("sendgrid_chance")},
        route_handlers=[
            MailSendController,
            BatchController,
            ScheduledSendController,
            ActivityController,
            SuppressionController,
            GlobalUnsubscribeController,
            GroupUnsubscribeController,
            EventWebhookController,
            TemplateController,
        ],
    )
