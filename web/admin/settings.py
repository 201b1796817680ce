"""Settings of the whole business: its name, the pause for everything, and the way out of the demo data."""

from decimal import Decimal
from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response, Template
from pydantic import Field

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
from domain.messaging.contact_rules import QUIET_CHANNELS, ContactRules, change_rules, read_rules
from domain.sessions.rules import ClassRules, change_class_rules, read_class_rules
from domain.work import Work
from web.fields import PersonName
from web.forms import FormModel, read_form, refuse
from web.rendering import go, page

INDEX = "/admin/settings"
PAGE = "admin/settings/show.html"
TIME = r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$"


class NameForm(FormModel):
    name: PersonName


class ContactRulesForm(FormModel):
    """Times of day as browsers write them; both empty means that the channel has no quiet hours."""

    email_from: str = Field("", pattern=TIME)
    email_until: str = Field("", pattern=TIME)
    whatsapp_from: str = Field("", pattern=TIME)
    whatsapp_until: str = Field("", pattern=TIME)
    call_from: str = Field("", pattern=TIME)
    call_until: str = Field("", pattern=TIME)
    marketing_a_day: int = Field(ge=1, le=20)
    call_price: Decimal = Field(ge=0, le=1000, decimal_places=2)

    def rules(self) -> ContactRules:
        """Return the rules that were typed; raise InvalidInput when only one end of quiet hours was."""
        quiet = {
            channel: (getattr(self, f"{channel}_from"), getattr(self, f"{channel}_until")) for channel in QUIET_CHANNELS
        }
        for channel, (since, until) in quiet.items():
            if bool(since) != bool(until):
                raise InvalidInput({f"{channel}_{'until' if since else 'from'}": _("Give both ends, or neither.")})
        return ContactRules(quiet, self.marketing_a_day, int(self.call_price * 100))


class ClassRulesForm(FormModel):
    """Both in minutes."""

    join_opens: int = Field(ge=0, le=240)
    late_after: int = Field(ge=0, le=240)


class RemovalForm(FormModel):
    word: str = ""


class SettingsController(Controller):
    path = "/settings"

    @get()
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, PAGE, form=None, **await context_of(work))

    @post("/name")
    async def update(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        data, _form = await read_form(request, NameForm, PAGE, **await context_of(work))
        await rename_business(work, data.name)
        return go(request, INDEX, _("The name is saved."))

    @post("/contact-rules")
    async def update_rules(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        context = await context_of(work)
        data, form = await read_form(request, ContactRulesForm, PAGE, **context)
        try:
            await change_rules(work, data.rules())
        except InvalidInput as error:
            raise refuse(PAGE, form, error, **context) from None
        return go(request, INDEX, _("The rules are saved. They hold for whatever leaves from now on."))

    @post("/class-rules")
    async def update_class_rules(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        data, _form = await read_form(request, ClassRulesForm, PAGE, **await context_of(work))
        await change_class_rules(work, ClassRules(data.join_opens, data.late_after))
        return go(request, INDEX, _("The rules of classes are saved."))

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
        context = await context_of(work)
        data, form = await read_form(request, RemovalForm, PAGE, **context)
        try:
            await remove_demo_data(work, data.word)
        except InvalidInput as error:
            raise refuse(PAGE, form, error, **context) from None
        return go(request, INDEX, _("The demo data is being removed."))


async def context_of(work: Work) -> dict[str, Any]:
    """Return what the page shows."""
    return {
        "settings": await read_settings(work),
        "rules": await read_rules(work),
        "class_rules": await read_class_rules(work),
        "remove_word": REMOVE_WORD,
    }
