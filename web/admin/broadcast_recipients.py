"""The people of a broadcast: in a draft, who gets it and who not, to be taken off or put back; later, what each one got."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.broadcasts.audience import list_people, reason_names
from domain.broadcasts.broadcast import find_broadcast
from domain.broadcasts.drafting import deselect, select
from domain.broadcasts.progress import list_results
from domain.language import _, ngettext
from domain.work import Work
from web.addresses import page_number, uuid_or_none
from web.admin.broadcasts import INDEX
from web.forms import typed_values
from web.rendering import go, page_or_fragment, with_query


class BroadcastRecipientController(Controller):
    path = "/broadcasts/{broadcast_id:uuid}/recipients"

    @get()
    async def index(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Template:
        broadcast = await find_broadcast(work, broadcast_id)
        q = request.query_params.get("q", "").replace("\0", "").strip()[:100]
        which = request.query_params.get("which", "")
        number = page_number(request.query_params)
        if broadcast.is_draft:
            people = await list_people(work, broadcast, q, which if which in draft_choices() else "", number)
        else:
            people = await list_results(work, broadcast_id, q, which if which in result_choices() else "", number)
        context = {
            "broadcast": broadcast,
            "people": people,
            "choices": draft_choices() if broadcast.is_draft else result_choices(),
            "reasons": reason_names(),
            "results": result_choices(),
            "query": {"q": q, "which": which},
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        }
        return page_or_fragment(
            request, "admin/broadcasts/recipients.html", "admin/broadcasts/_recipients.html", **context
        )

    @post()
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], broadcast_id: FromPath[UUID]
    ) -> Response[Any]:
        """Take the ticked people off, or put them back."""
        typed = await typed_values(request)
        ids = typed.get("id", [])
        people = [found for one in (ids if isinstance(ids, list) else [ids]) if (found := uuid_or_none(str(one)))]
        back = with_query(f"{INDEX}/{broadcast_id}/recipients", q=typed.get("q"), which=typed.get("which"))
        if not people:
            return go(request, back, _("Tick the people first."), "info")
        if typed.get("action") == "select":
            await select(work, broadcast_id, people)
            message = ngettext("{count} person was put back.", "{count} people were put back.", len(people))
        else:
            await deselect(work, broadcast_id, people)
            message = ngettext("{count} person was taken off.", "{count} people were taken off.", len(people))
        return go(request, back, message)


def draft_choices() -> dict[str, str]:
    return {"chosen": _("Gets it")} | {name: text[:1].upper() + text[1:] for name, text in reason_names().items()}


def result_choices() -> dict[str, str]:
    outcomes = {
        "waiting": _("Waiting"),
        "sent": _("Sent"),
        "failed": _("Failed"),
        "unknown": _("Unknown"),
        "cancelled": _("Cancelled"),
    }
    return outcomes | {name: text[:1].upper() + text[1:] for name, text in reason_names().items()}
