"""The deletion of many leads while it is under way, and what came of it."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.errors import Conflict
from domain.leads.mass_deletion import find_deletion, resume_deletion, stop_deletion
from domain.work import Work
from web.rendering import go, page_or_fragment


class LeadDeletionController(Controller):
    path = "/leads/deletions/{deletion_id:uuid}"

    @get()
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], deletion_id: FromPath[UUID]
    ) -> Template:
        deletion = await find_deletion(work, deletion_id)
        return page_or_fragment(
            request, "admin/lead_deletions/show.html", "admin/lead_deletions/_deletion.html", deletion=deletion
        )

    @post("/stop")
    async def stop(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], deletion_id: FromPath[UUID]
    ) -> Response[Any]:
        return await moved(request, deletion_id, stop_deletion(work, deletion_id))

    @post("/resume")
    async def resume(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], deletion_id: FromPath[UUID]
    ) -> Response[Any]:
        return await moved(request, deletion_id, resume_deletion(work, deletion_id))


def address(deletion_id: UUID) -> str:
    return f"/admin/leads/deletions/{deletion_id}"


async def moved(request: Request[Any, Any, Any], deletion_id: UUID, change: Awaitable[None]) -> Response[Any]:
    """Make the change and show the deletion; who came too late is told how it stands instead."""
    try:
        await change
    except Conflict as conflict:
        return go(request, address(deletion_id), str(conflict), "warning")
    return go(request, address(deletion_id))
