"""The texts of our e-mails: the list, writing one anew with its preview, and what it was before."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.errors import Conflict, DomainError, InvalidInput, NotFound
from domain.language import _
from domain.messaging.templates.checking import check_text
from domain.messaging.templates.previewing import show_text
from domain.messaging.templates.reading import as_text, find_version, list_texts, list_versions, read_common
from domain.messaging.templates.text import TOPICS, TemplateText
from domain.messaging.templates.trying import find_tried, try_text
from domain.messaging.templates.writing import reset_text, restore_text, save_text
from domain.people import search_people
from domain.work import Work
from web.addresses import uuid_or_none
from web.admin.campaigns import PREVIEW_HEADERS
from web.fields import OneLine, Paragraphs
from web.forms import Form, FormModel, read_form, refuse, typed_values
from web.rendering import go, page, with_query
from web.work import services_of

INDEX = "/admin/templates"
EDIT = "admin/message_templates/edit.html"
PREVIEW = "email/preview.html"  # there, since it stands under the policy of e-mails: it may have styles of its own
LONGEST = 20_000  # what is longer than a text may be is told beside its field, and kept there
MOST_PEOPLE = 8


class TextForm(FormModel):
    subject: Annotated[OneLine, Field(max_length=LONGEST)] = ""
    body: Annotated[Paragraphs, Field(max_length=LONGEST)] = ""
    seen: Annotated[int, Field(ge=0)] = 0
    who: Annotated[OneLine, Field(max_length=200)] = ""


class TrialForm(TextForm):
    form_token: UUID


class SeenForm(FormModel):
    seen: Annotated[int, Field(ge=0)] = 0


class MessageTemplateController(Controller):
    path = "/templates"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        texts = await list_texts(work)
        topics = [(topic_names()[topic], [one for one in texts if one.text.topic == topic]) for topic in TOPICS]
        return page(request, "admin/message_templates/index.html", topics=topics)

    @get("/people", opt={"no_shell": True})
    async def people(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        """Offer people to read a text as."""
        people = await search_people(work, request.query_params.get("who", "")[:100], MOST_PEOPLE)
        headers = {"Cache-Control": "no-store"}
        return Template("admin/message_templates/_people.html", context={"people": people}, headers=headers)

    @get("/{key:str}")
    async def edit(self, request: Request[Any, Any, Any], work: NamedDependency[Work], key: FromPath[str]) -> Template:
        context = await question(work, key)
        asked = request.query_params
        tried_id = uuid_or_none(asked.get("tried", ""))
        tried = await find_tried(work, key, tried_id) if tried_id else None
        if tried is None:
            return page(request, EDIT, form=None, **context)
        # What was typed stays, saved or not, and is still a change of the version that was looked at.
        seen = asked.get("seen", "")
        values = {"subject": tried.subject, "body": tried.body, "who": asked.get("who", "")[:200]}
        values["seen"] = seen if seen.isdecimal() else str(context["text"].revision)
        return page(request, EDIT, form=Form(values), **context | {"tried": tried_id})

    @post("/{key:str}")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], key: FromPath[str]
    ) -> Response[Any]:
        context = await question(work, key)
        data, form = await read_form(request, TextForm, EDIT, **context)
        try:
            text = await save_text(work, key, data.subject, data.body, seen=data.seen)
        except Conflict as error:
            # Whoever saves once more has been told, and means it.
            outdated = Form({**form.values, "seen": context["text"].revision})
            raise refuse(EDIT, outdated, error, **context) from None
        except DomainError as error:
            raise refuse(EDIT, form, error, **context) from None
        return go(
            request, INDEX, _("“{title}” is saved as version {number}.", title=_(text.title), number=text.version)
        )

    @get("/{key:str}/preview", opt={"no_shell": True})
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work], key: FromPath[str]) -> Template:
        """Show a text as somebody reads it: as it is, or as an older version was."""
        text, business = await found(work, key)
        if (version := request.query_params.get("version", "")).isdecimal():
            text = as_text(key, await find_version(work, key, int(version)))
        return await shown(request, work, text, business, request.query_params.get("who", ""))

    @post("/{key:str}/preview", status_code=200)
    async def preview(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], key: FromPath[str]
    ) -> Template:
        """Show a text as it is being written. Nothing is kept."""
        text, business = await found(work, key)
        typed = {name: str(value) for name, value in (await typed_values(request)).items()}
        written = text.rewritten(typed.get("subject", ""), typed.get("body", ""))
        return await shown(request, work, written, business, typed.get("who", "")[:200])

    @post("/{key:str}/trial")
    async def trial(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], key: FromPath[str]
    ) -> Response[Any]:
        """Send a text to whoever asks, once a form. What is typed stays in the form: it need not be saved."""
        context = await question(work, key)
        data, form = await read_form(request, TrialForm, EDIT, **context)
        services, text = services_of(request), context["text"].rewritten(data.subject, data.body)
        try:
            check_text(text, text.subject, text.body)
            seen = await show_text(
                work, services.renderer, text, services.settings.base_url, business=context["business"], who=data.who
            )
            delivery_id = await try_text(work, text, seen.values, data.form_token)
        except DomainError as error:
            raise refuse(EDIT, form, error, **context) from None
        back = with_query(f"{INDEX}/{key}", tried=delivery_id, seen=data.seen, who=data.who)
        return go(request, back, _("A test is on its way to you."))

    @get("/{key:str}/versions/{version:int}")
    async def version(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], key: FromPath[str], version: FromPath[int]
    ) -> Template:
        old = await find_version(work, key, version)
        text, _business = await found(work, key)
        return page(request, "admin/message_templates/version.html", text=text, old=old)

    @post("/{key:str}/versions/{version:int}/restoration")
    async def restore(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], key: FromPath[str], version: FromPath[int]
    ) -> Response[Any]:
        context = await question(work, key)
        data, _form = await read_form(request, SeenForm, EDIT, **context)
        try:
            await restore_text(work, key, version, seen=data.seen)
        except InvalidInput as error:
            # It stands in the form, to be put right there: what could be filled then cannot be now.
            old = await find_version(work, key, version)
            values = {"subject": old.subject, "body": old.body, "seen": data.seen}
            raise refuse(EDIT, Form(values), error, **context) from None
        return go(request, f"{INDEX}/{key}", _("Version {number} is back.", number=version))

    @post("/{key:str}/reset")
    async def reset(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], key: FromPath[str]
    ) -> Response[Any]:
        data, _form = await read_form(request, SeenForm, EDIT, **await question(work, key))
        await reset_text(work, key, seen=data.seen)
        return go(request, f"{INDEX}/{key}", _("The default is back."))


async def found(work: Work, key: str) -> tuple[TemplateText, str]:
    """Return a text as it is now, and the name of the business. Raises NotFound."""
    business, text = await read_common(work, key)
    if text is None:
        raise NotFound(_("There is no such template."))
    return text, business


async def question(work: Work, key: str) -> dict[str, Any]:
    """Return what the page of a text shows. Raises NotFound."""
    text, business = await found(work, key)
    return {
        "text": text,
        "business": business,
        "versions": await list_versions(work, key),
        "topic": topic_names()[text.topic],
        "tried": None,
        "form_token": uuid4(),
    }


async def shown(request: Request[Any, Any, Any], work: Work, text: TemplateText, business: str, who: str) -> Template:
    """Return the page for the frame of the preview; it says what is wrong with a text that cannot be sent."""
    services = services_of(request)
    try:
        check_text(text, text.subject, text.body)
    except InvalidInput as error:
        return Template(PREVIEW, context={"problems": error.fields, "shown": None}, headers=PREVIEW_HEADERS)
    seen = await show_text(work, services.renderer, text, services.settings.base_url, business=business, who=who)
    return Template(PREVIEW, context={"problems": {}, "shown": seen, "who": who}, headers=PREVIEW_HEADERS)


def topic_names() -> dict[str, str]:
    return {
        "leads": _("Leads"),
        "joining": _("Joining"),
        "payments": _("Payments"),
        "classes": _("Classes"),
        "assignments": _("Assignments"),
        "after": _("After class"),
    }
