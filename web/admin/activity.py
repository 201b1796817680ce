"""The activity feed: the newest as a fragment of the dashboard, and all of it, page by page, into the past."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from domain.dashboard.activity import MOST, PER_PAGE, list_activity
from domain.work import Work
from web.rendering import is_fragment, page


class ActivityController(Controller):
    path = "/activity"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        if is_fragment(request):
            events = await list_activity(work, most=MOST)
            return page(request, "admin/activity/_activity.html", events=events, now=work.now)
        before = read_moment(request.query_params.get("before", ""))
        events = await list_activity(work, before)
        has_more = len(events) == PER_PAGE
        return page(request, "admin/activity/index.html", events=events, now=work.now, before=before, has_more=has_more)


def read_moment(text: str) -> datetime | None:
    """Return the moment in the address; what cannot be read is now."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
