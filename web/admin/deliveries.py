"""Deliveries: everything that leaves the house, what became of it, and what can be done where it did not go as planned."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream, Template

from domain.errors import NotFound
from domain.language import _
from domain.messaging.exporting import export_deliveries
from domain.messaging.interventions import cancel_delivery, look_up_again, retry_delivery, send_anyway
from domain.messaging.listing import list_deliveries, read_delivery_filter
from domain.messaging.showing import find_delivery, list_events, render_email, shown_text
from domain.work import Work
from web.admin.campaigns import PREVIEW_HEADERS
from web.admin.delivery_words import channel_tabs, chips, counted, kind_names, state_names
from web.admin.leads import page_number
from web.downloads import csv_download
from web.rendering import go, page_or_fragment
from web.work import services_of


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
            "counted": counted(wanted.channel, found),
            "tabs": channel_tabs(),
            "kinds": kind_names(),
            "states": state_names(wanted.channel),
        }
        return page_or_fragment(
            request, "admin/deliveries/index.html", "admin/deliveries/_results.html", now=work.now, **context
        )

    @get("/export", opt={"no_shell": True})
    async def export(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Stream:
        wanted = read_delivery_filter(request.query_params)
        return await csv_download("deliveries", work.now, lambda file: export_deliveries(work, wanted, file))

    @get("/{delivery_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], delivery_id: FromPath[UUID]
    ) -> Template:
        delivery = await find_delivery(work, delivery_id)
        context = {
            "delivery": delivery,
            "events": await list_events(work, delivery),
            "text": shown_text(delivery) if delivery.channel == "whatsapp" else "",
            "kinds": kind_names(),
        }
        return page_or_fragment(request, "admin/deliveries/show.html", "admin/deliveries/_delivery.html", **context)

    @get("/{delivery_id:uuid}/message", opt={"no_shell": True})
    async def message(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], delivery_id: FromPath[UUID]
    ) -> Response[str]:
        """Show an e-mail as its recipient reads it, its secrets hidden."""
        delivery = await find_delivery(work, delivery_id)
        if delivery.channel != "email":
            raise NotFound(_("This is no e-mail."))
        services = services_of(request)
        email = await render_email(work, delivery, services.renderer, services.settings.base_url)
        return Response(email.html, media_type="text/html; charset=utf-8", headers=PREVIEW_HEADERS)

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
        return await act(request, work, delivery_id, cancel_delivery, _("It was cancelled."))


async def act(
    request: Request[Any, Any, Any],
    work: Work,
    delivery_id: UUID,
    do: Callable[[Work, UUID], Awaitable[None]],
    message: str,
) -> Response[Any]:
    await do(work, delivery_id)
    return go(request, f"/admin/deliveries/{delivery_id}", message)
