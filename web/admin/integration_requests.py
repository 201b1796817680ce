"""What was said to a provider and what it answered, as far as it may be kept."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from domain.integrations.overview import require_provider
from domain.integrations.requests import MOST_KEPT, OUTCOMES, PER_PAGE, list_requests, show_request
from domain.integrations.states import TITLES
from domain.language import _
from domain.work import Work
from web.paging import page_number
from web.rendering import page


class IntegrationRequestController(Controller):
    path = "/integrations/{provider:str}/requests"

    @get()
    async def index(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], provider: FromPath[str]
    ) -> Template:
        require_provider(provider)
        wanted = request.query_params.get("outcome", "")
        query = {
            "q": request.query_params.get("q", "")[:200].replace("\0", ""),
            "outcome": wanted if wanted in OUTCOMES else "",
        }
        number = page_number(request)
        requests, total = await list_requests(work, provider, query["outcome"], query["q"], number)
        return page(
            request,
            "admin/integrations/requests.html",
            provider=provider,
            title=TITLES[provider],
            requests=requests,
            total=total,
            most=MOST_KEPT,
            page=number,
            pages=-(-total // PER_PAGE),
            query=query,
            outcomes=outcome_names(),
        )

    @get("/{request_id:uuid}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        provider: FromPath[str],
        request_id: FromPath[UUID],
    ) -> Template:
        kept = await show_request(work, require_provider(provider), request_id)
        return page(
            request,
            "admin/integrations/request.html",
            provider=provider,
            title=TITLES[provider],
            kept=kept,
            outcomes=outcome_names(),
        )


def outcome_names() -> dict[str, str]:
    return {
        "answered": _("Answered"),
        "refused": _("Refused"),
        "throttled": _("Asked to slow down"),
        "failed": _("Failed"),
        "unreachable": _("Not reached"),
        "silent": _("No answer"),
    }
