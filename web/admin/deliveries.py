"""Deliveries: every e-mail with what became of it, and what can be done where it did not go as planned."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.language import _
from domain.messaging.interventions import cancel_delivery, look_up_again, retry_delivery, send_anyway
from domain.messaging.listing import (
    DeliveryFilter,
    DeliveryPage,
    find_delivery,
    list_deliveries,
    list_events,
    read_delivery_filter,
)
from domain.work import Work
from web.admin.leads import page_number
from web.filters import day
from web.rendering import go, page_or_fragment


class DeliveryController(Controller):
    path = "/deliveries"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        wanted = read_delivery_filter(request.query_params)
        found = await list_deliveries(work, wanted, page_number(request))
        context = {
            "deliveries": found,
            "wanted": wanted,
            "query": wanted.as_values(),
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "chips": chips(wanted, found),
            "kinds": kind_names(),
            "states": state_names(),
        }
        return page_or_fragment(
            request, "admin/deliveries/index.html", "admin/deliveries/_results.html", now=work.now, **context
        )

    @get("/{delivery_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], delivery_id: FromPath[UUID]
    ) -> Template:
        delivery = await find_delivery(work, delivery_id)
        context = {"delivery": delivery, "events": await list_events(work, delivery_id), "kinds": kind_names()}
        return page_or_fragment(request, "admin/deliveries/show.html", "admin/deliveries/_delivery.html", **context)

    @post("/{delivery_id:uuid}/retry")
    async def retry(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], delivery_id: FromPath[UUID]
    ) -> Response[Any]:
        return await act(request, work, delivery_id, retry_delivery, _("It is on its way again."))

    @post("/{delivery_id:uuid}/lookup")
    async def look_up(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], delivery_id: FromPath[UUID]
    ) -> Response[Any]:
        return await act(request, work, delivery_id, look_up_again, _("The provider is being asked."))

    @post("/{delivery_id:uuid}/another")
    async def send(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], delivery_id: FromPath[UUID]
    ) -> Response[Any]:
        return await act(request, work, delivery_id, send_anyway, _("It is sent again."))

    @post("/{delivery_id:uuid}/cancellation")
    async def cancel(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], delivery_id: FromPath[UUID]
    ) -> Response[Any]:
        return await act(request, work, delivery_id, cancel_delivery, _("The e-mail was cancelled."))


async def act(
    request: Request[Any, Any, Any],
    work: Work,
    delivery_id: UUID,
    do: Callable[[Work, UUID], Awaitable[None]],
    message: str,
) -> Response[Any]:
    await do(work, delivery_id)
    return go(request, f"/admin/deliveries/{delivery_id}", message)


def chips(wanted: DeliveryFilter, found: DeliveryPage) -> list[tuple[str, str]]:
    """Return what is filtered by, in words."""
    campaigns = dict(found.campaigns)
    words = {
        "q": _("Search: {what}", what=wanted.q),
        "state": _("State: {what}", what=state_names().get(wanted.state, "")),
        "kind": _("Kind: {what}", what=kind_names().get(wanted.kind, wanted.kind)),
        "campaign": _("Campaign: {what}", what=campaigns.get(str(wanted.campaign), _("one campaign"))),
        "since": _("From {day}", day=day(wanted.since)),
        "until": _("Until {day}", day=day(wanted.until)),
    }
    return [(name, words[name]) for name in wanted.as_values()]


def state_names() -> dict[str, str]:
    return {
        "pending": _("Waiting"),
        "sending": _("Sending"),
        "retry": _("Will try again"),
        "sent": _("Sent"),
        "failed": _("Failed"),
        "unknown": _("Unknown"),
        "cancelled": _("Cancelled"),
        "bounced": _("Bounced"),
        "dropped": _("Dropped"),
        "blocked": _("Blocked"),
        "spam": _("Marked as spam"),
        "unsubscribed": _("Unsubscribed"),
    }


def kind_names() -> dict[str, str]:
    return {
        "cta": _("Call to action"),
        "welcome": _("Welcome"),
        "enrolled": _("Enrolled"),
        "rejection": _("Rejection"),
        "set_password": _("Set a password"),
        "verify_admin_request": _("Admin access"),
        "test": _("Test e-mail"),
        "payment_link": _("Payment link"),
        "payment_received": _("Receipt"),
    }
