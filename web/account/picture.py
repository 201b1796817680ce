"""My picture: shown, put in and taken away."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.response import Response, Stream
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE

from adapters.pictures import PillowPictureMaker
from domain.accounts.profile import read_account
from domain.errors import NotFound
from domain.language import _
from domain.learning.pictures import (
    MAX_PICTURE,
    MEDIA_TYPE,
    NoPicture,
    find_picture,
    keep_picture,
    make_picture,
    remove_picture,
)
from domain.work import Work
from web.account.profile import PAGE, zone_choices
from web.admin.imports import chunks
from web.downloads import stored_chunks
from web.drained import Drained
from web.errors import render_http_error
from web.forms import Form, FormRefused
from web.rendering import go
from web.work import opened_work, services_of

TOO_LARGE = MAX_PICTURE + 1_000_000


def too_large(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Say on the page itself what was refused while it was still coming in."""
    if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        message = _("A picture of up to {limit} MB, please.", limit=MAX_PICTURE // 1024 // 1024)
        return Drained(go(request, "/account", message, "error"))
    return render_http_error(request, error)


class PictureController(Controller):
    path = "/picture"
    exception_handlers = {HTTPException: too_large}

    @get(opt={"no_shell": True})
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Stream:
        assert work.identity.person_id
        return await picture_of(request, work, work.identity.person_id)

    @post(opt={"takes_files": True}, request_max_body_size=TOO_LARGE)
    async def update(self, request: Request[Any, Any, Any]) -> Response[Any]:
        upload = (await request.form()).get("picture")
        files = services_of(request).files
        try:
            if not isinstance(upload, UploadFile) or not upload.filename:
                raise NoPicture(_("Please choose a picture first."))
            stored_name, size = await make_picture(files, PillowPictureMaker(), chunks(upload))
        except NoPicture as error:
            raise await refused_picture(request, error) from None
        try:
            async with opened_work(request) as work:
                before = await keep_picture(work, stored_name, size)
        except BaseException:
            await files.delete(stored_name)
            raise
        answer = go(request, "/account", _("Your picture is saved."))
        if before:
            answer.background = BackgroundTask(files.delete, before)
        return answer

    @post("/removal")
    async def destroy(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        assert work.identity.person_id
        return await without_picture(request, work, work.identity.person_id, "/account")


async def refused_picture(request: Request[Any, Any, Any], error: NoPicture) -> FormRefused:
    """Return what to raise: the page of the account, with the reason beside the picture."""
    async with opened_work(request) as work:
        account = await read_account(work)
    values = {name: getattr(account, name) for name in ("name", "city", "timezone")}
    return FormRefused(PAGE, Form(values, {"picture": str(error)}), {"account": account, "timezones": zone_choices()})


async def picture_of(request: Request[Any, Any, Any], work: Work, person_id: UUID) -> Stream:
    """Return somebody's picture. Its address changes with it, so a browser may keep it."""
    found = await find_picture(work, person_id)
    try:
        picture = await stored_chunks(services_of(request).files, found.stored_name)
    except FileNotFoundError:
        raise NotFound(_("There is no picture.")) from None
    headers = {"Content-Length": str(found.size), "Cache-Control": "private, max-age=86400"}
    return Stream(picture, media_type=MEDIA_TYPE, headers=headers)


async def without_picture(request: Request[Any, Any, Any], work: Work, person_id: UUID, path: str) -> Response[Any]:
    """Take somebody's picture away, and answer."""
    stored_name = await remove_picture(work, person_id)
    answer = go(request, path, _("The picture is taken away."))
    if stored_name:
        answer.background = BackgroundTask(services_of(request).files.delete, stored_name)
    return answer
