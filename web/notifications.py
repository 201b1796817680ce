"""What is under the bell, the same for admins and students, each at their own address."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Template

from domain.language import _
from domain.notifications import PER_PAGE, list_notifications, mark_read, open_notification
from domain.work import Work
from web.paging import page_number
from web.public.sign_in import local_path
from web.rendering import go, page


class NotificationsController(Controller):
    path = "/notifications"

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        show: FromQuery[str] = "",
    ) -> Template:
        number = page_number(request)
        rows, total = await list_notifications(work, page=number, unread=show == "unread")
        return page(
            request,
            "notifications/index.html",
            notifications=rows,
            total=total,
            page=number,
            pages=-(-total // PER_PAGE),
            query={"show": show},
            place=_place(work),
            now=work.now,
        )

    @get("/{notification_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], notification_id: FromPath[UUID]
    ) -> Response[Any]:
        # Opening one reads it, wherever it leads.
        return go(request, local_path(await open_notification(work, notification_id)) or _place(work))

    @post("/{notification_id:uuid}/reading")
    async def read(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], notification_id: FromPath[UUID]
    ) -> Response[Any]:
        await mark_read(work, notification_id)
        return go(request, _place(work))

    @post("/all/reading")
    async def read_all(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        await mark_read(work)
        return go(request, _place(work), _("All are marked as read."))


def _place(work: Work) -> str:
    return "/admin/notifications" if work.identity.is_admin else "/student/notifications"
