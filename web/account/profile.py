"""My profile and what may be written to me."""

from datetime import date
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field

from domain.accounts.class_news import WAYS, choose_class_news
from domain.accounts.profile import choose_news, keep_birthday, keep_zone, read_account, timezones, update_profile
from domain.errors import DomainError
from domain.language import _
from domain.work import SYSTEM, Work
from web.fields import OneLine, PersonName
from web.forms import Form, FormModel, read_form, refuse, typed_values
from web.rendering import go, page
from web.work import services_of

PAGE = "account/profile/edit.html"


class ProfileForm(FormModel):
    name: PersonName
    city: Annotated[OneLine, Field(max_length=80)] = ""
    timezone: str = Field(max_length=60)
    birthday: Annotated[date | None, BeforeValidator(lambda text: text or None)] = None


class NewsForm(FormModel):
    by_email: bool = False
    by_whatsapp: bool = False


class ProfileController(Controller):
    path = "/"

    @get()
    async def edit(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, PAGE, form=None, account=await read_account(work), timezones=zone_choices())

    @post()
    async def update(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        context = {"account": await read_account(work), "timezones": zone_choices()}
        data, form = await read_form(request, ProfileForm, PAGE, **context)
        try:
            # Before the profile, which would hold the row that this changes.
            assert work.identity.person_id
            async with services_of(request).database.work(SYSTEM) as system:
                await keep_zone(system, work.identity.person_id, data.timezone)
                await keep_birthday(system, work.identity.person_id, data.birthday)
            await update_profile(work, name=data.name, city=data.city)
        except DomainError as error:
            raise refuse(PAGE, form, error, **context) from None
        return go(request, "/account", _("Your profile is saved."))


class NewsController(Controller):
    path = "/news"

    @post()
    async def update(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        data, _form = await read_form(request, NewsForm, PAGE)
        assert work.identity.person_id
        async with services_of(request).database.work(SYSTEM) as system:
            await choose_news(system, work.identity.person_id, **data.model_dump())
        return go(request, "/account", _("Your choice is saved."))


class ClassNewsController(Controller):
    path = "/class-news"

    @post()
    async def update(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        values = await typed_values(request)
        assert work.identity.person_id
        try:
            async with services_of(request).database.work(SYSTEM) as system:
                await choose_class_news(system, work.identity.person_id, {way for way in WAYS if values.get(way)})
        except DomainError as error:
            context = {"account": await read_account(work), "timezones": zone_choices()}
            raise refuse(PAGE, Form(values), error, **context) from None
        return go(request, "/account", _("Your choice is saved."))


def zone_choices() -> list[tuple[str, str]]:
    return [(zone, zone.replace("_", " ")) for zone in timezones()]
