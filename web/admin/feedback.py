"""What students said of classes: the list with its averages, and the CSV."""

from datetime import date
from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Stream, Template

from domain.language import _
from domain.sessions.feedback_listing import (
    FeedbackFilter,
    FeedbackPage,
    export_feedback,
    list_feedback,
    read_feedback_filter,
)
from domain.work import Work
from web.addresses import page_number
from web.downloads import csv_download
from web.rendering import page_or_fragment


class FeedbackController(Controller):
    path = "/feedback"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        wanted = read_feedback_filter(request.query_params)
        found = await list_feedback(work, wanted, page_number(request.query_params))
        return page_or_fragment(
            request,
            "admin/feedback/index.html",
            "admin/feedback/_results.html",
            found=found,
            totals=found.totals,
            query=wanted.as_query(),
            chips=_chips(wanted, found),
            weeks=[(f"{date.fromisoformat(week):%-d %b}", round(average, 2)) for week, average in found.totals.weeks],
            host_name=host_name,
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        )

    @get("/export", opt={"no_shell": True})
    async def export(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Stream:
        wanted = read_feedback_filter(request.query_params)
        return await csv_download("feedback", work.now, lambda file: export_feedback(work, wanted, file))


def host_name(host: str) -> str:
    """Return what a host is called; classes without one of their own have that of the settings."""
    return host if host not in ("", "-") else _("Host of the settings")


def _chips(wanted: FeedbackFilter, found: FeedbackPage) -> list[tuple[str, str]]:
    courses, batches = dict(found.totals.courses), dict(found.totals.batches)
    words = {
        "q": _("Search: {what}", what=wanted.q),
        "session": _("Class: {what}", what=found.totals.session_title or _("one class")),
        "course": _("Course: {what}", what=courses.get(str(wanted.course), _("one course"))),
        "batch": _("Batch: {what}", what=batches.get(str(wanted.batch), _("one batch"))),
        "host": _("Host: {what}", what=host_name(wanted.host)),
        "rating": _("Rating: {what}", what=wanted.rating),
    }
    return [(name, words[name]) for name in wanted.as_query()]
