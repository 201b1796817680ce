"""What is done to many leads at once: to the ticked ones, or to all that the list's filter finds, after confirming how many."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response, Template

from domain.errors import DomainError, InvalidInput
from domain.language import _, ngettext
from domain.leads.filters import LeadFilter, read_filter
from domain.leads.listing import count_leads, file_names
from domain.leads.mass_deletion import MANY, plan_deletion
from domain.leads.removing import delete_leads
from domain.leads.sequence_moments import sequence_moments
from domain.leads.sequences import (
    count_running,
    count_startable,
    list_sequence_courses,
    start_sequences,
    stop_sequences,
)
from domain.leads.tagging import add_tag, read_tag, remove_tag
from domain.work import Work
from web.addresses import uuid_or_none
from web.admin.lead_deletions import address
from web.admin.leads import asked_values, chips
from web.forms import Form, FormRefused, typed_values
from web.rendering import go, page, with_query

LIST = "/admin/leads"
ACTIONS = ("tag", "untag", "delete", "sequence", "unsequence")
ASKED_FIRST = ("delete", "sequence", "unsequence")
TEMPLATE = "admin/leads/selection.html"


class LeadSelectionController(Controller):
    path = "/leads/selection"

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        """Tag the ticked leads at once; ask first before anything larger, or anything that cannot be undone."""
        typed = await typed_values(request)
        wanted, action = selected(typed), str(typed.get("action", ""))
        if action not in ACTIONS:
            raise InvalidInput({"action": _("Please choose what to do.")})
        if wanted.ids == ():
            return go(request, back_to(typed), _("Tick the leads first."), "info")
        if action in ASKED_FIRST or wanted.ids is None:
            return go(
                request,
                with_query(f"{LIST}/selection", action=action, new_tag=typed.get("new_tag"), **as_query(wanted)),
            )
        if not str(typed.get("new_tag", "")).strip(" ,;|"):
            return go(request, back_to(typed), _("Write the tag first."), "info")
        change = add_tag if action == "tag" else remove_tag
        count = await change(work, wanted, read_tag(str(typed["new_tag"])))
        return go(request, back_to(typed), tagged(action, count))

    @get()
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        values = asked_values(request)
        return page(request, TEMPLATE, form=Form(values), **await confirmation(work, values))

    @post("/tags")
    async def tag(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        typed = await typed_values(request)
        action = "untag" if typed.get("action") == "untag" else "tag"
        change = add_tag if action == "tag" else remove_tag
        try:
            count = await change(work, selected(typed), read_tag(str(typed.get("new_tag", ""))), expected(typed))
        except DomainError as error:
            raise await refused(work, typed, error) from None
        return go(request, LIST, tagged(action, count))

    @post("/deletion")
    async def destroy(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        typed = await typed_values(request)
        try:
            confirmed = expected(typed)
            if str(typed.get("typed_count", "")).replace(",", "").strip() != str(confirmed):
                raise InvalidInput({"typed_count": _("Please type {count} to go ahead.", count=confirmed)})
            if confirmed > MANY:
                return go(request, address(await plan_deletion(work, selected(typed), confirmed)))
            count = await delete_leads(work, selected(typed), confirmed)
        except DomainError as error:
            raise await refused(work, typed, error) from None
        return go(request, LIST, ngettext("{count} lead was deleted.", "{count} leads were deleted.", count))

    @post("/sequences")
    async def start(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        """Begin the lead sequence about a course; each course has its own number, and the one beside it was confirmed."""
        typed = await typed_values(request)
        course_id = uuid_or_none(str(typed.get("course", "")))
        try:
            confirmed = expected(typed | {"expected": typed.get(f"expected-{course_id}", "")})
            count = await start_sequences(work, selected(typed), course_id, confirmed)
        except DomainError as error:
            raise await refused(work, typed, error) from None
        done = ngettext("The sequence begins for {count} lead.", "The sequence begins for {count} leads.", count)
        return go(request, back_to(typed), done)

    @post("/sequences/stop")
    async def stop(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        typed = await typed_values(request)
        try:
            count = await stop_sequences(work, selected(typed), expected(typed))
        except DomainError as error:
            raise await refused(work, typed, error) from None
        return go(
            request, back_to(typed), ngettext("{count} sequence was stopped.", "{count} sequences were stopped.", count)
        )


def selected(typed: dict[str, Any]) -> LeadFilter:
    """Return which leads a form means: all that match when it says so, else the ticked ones alone."""
    if typed.get("scope") == "all":
        return read_filter({name: value for name, value in typed.items() if name != "id"})
    return LeadFilter(ids=read_filter({"id": typed.get("id", [])}).ids)


def as_query(wanted: LeadFilter) -> dict[str, Any]:
    """Return the selection as it stands in an address or in hidden fields."""
    values = wanted.as_values()
    return {"scope": "all", **values} if wanted.ids is None else values


def back_to(typed: dict[str, Any]) -> str:
    """Return the address of the list as it was filtered."""
    wanted = read_filter({name: value for name, value in typed.items() if name != "id"})
    return with_query(LIST, **wanted.as_values(), sort=typed.get("sort"))


def expected(typed: dict[str, Any]) -> int:
    """Return the number of leads that the confirmed page showed."""
    try:
        return int(str(typed.get("expected", "")))
    except ValueError:
        raise InvalidInput({"": _("Please look at the number once more.")}) from None


def tagged(action: str, count: int) -> str:
    if action == "tag":
        return ngettext("{count} lead was tagged.", "{count} leads were tagged.", count)
    return ngettext("The tag was taken off {count} lead.", "The tag was taken off {count} leads.", count)


async def confirmation(work: Work, typed: dict[str, Any]) -> dict[str, Any]:
    """Return what the question shows: what would be done, to how many, and which."""
    wanted = selected(typed)
    action = typed.get("action") if typed.get("action") in ACTIONS else "tag"
    courses = await list_sequence_courses(work) if action == "sequence" else []
    return {
        "action": action,
        "count": await (count_running if action == "unsequence" else count_leads)(work, wanted),
        "sequence_moments": await sequence_moments(work) if courses else "",
        "courses": [(one, await count_startable(work, wanted, one.id)) for one in courses],
        "selection": as_query(wanted),
        "chips": chips(wanted, await file_names(work, wanted)),
        "back": back_to(typed),
    }


async def refused(work: Work, typed: dict[str, Any], error: DomainError) -> FormRefused:
    """Return the question once more, with what was wrong and the count as it is now."""
    errors = error.fields if isinstance(error, InvalidInput) else {"": str(error)}
    return FormRefused(TEMPLATE, Form(typed, errors), await confirmation(work, typed))
