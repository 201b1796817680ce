"""Settings of the whole business: its name, the pause for everything, and the way out of the demo data."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response, Template

from domain.business_settings import (
    REMOVE_WORD,
    pause_sending,
    read_settings,
    remove_demo_data,
    rename_business,
    resume_sending,
)
from domain.errors import InvalidInput
from domain.language import _
from domain.work import Work
from web.fields import PersonName
from web.forms import FormModel, read_form, refuse
from web.rendering import go, page

INDEX = "/admin/settings"
PAGE = "admin/settings/show.html"


class NameForm(FormModel):
    name: PersonName


class RemovalForm(FormModel):
    word: str = ""


class SettingsController(Controller):
    path = "/settings"

    @get()
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, PAGE, form=None, settings=await read_settings(work), remove_word=REMOVE_WORD)

    @post("/name")
    async def update(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        context = {"settings": await read_settings(work), "remove_word": REMOVE_WORD}
        data, _form = await read_form(request, NameForm, PAGE, **context)
        await rename_business(work, data.name)
        return go(request, INDEX, _("The name is saved."))

    @post("/pause")
    async def pause(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        await pause_sending(work)
        return go(request, INDEX, _("Sending is paused. Nothing leaves until you let it go on."), "warning")

    @post("/pause/end")
    async def resume(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        await resume_sending(work)
        return go(request, INDEX, _("Sending goes on."))


class DemoRemovalController(Controller):
    path = "/settings/demo/removal"
    opt = {"audience": "super_admin"}

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        context = {"settings": await read_settings(work), "remove_word": REMOVE_WORD}
        data, form = await read_form(request, RemovalForm, PAGE, **context)
        try:
            await remove_demo_data(work, data.word)
        except InvalidInput as error:
            raise refuse(PAGE, form, error, **context) from None
        return go(request, INDEX, _("The demo data is being removed."))
