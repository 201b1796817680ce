"""The picture of a student, for admins, who may also take it away."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream

from domain.work import Work
from web.account.picture import picture_of, without_picture


class StudentPictureController(Controller):
    path = "/students/{person_id:uuid}/picture"

    @get(opt={"no_shell": True})
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Stream:
        return await picture_of(request, work, person_id)

    @post("/removal")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        return await without_picture(request, work, person_id, f"/admin/students/{person_id}")
