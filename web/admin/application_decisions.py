"""Deciding on many applications: first a page that says how many and asks the rest, then the decision."""

from typing import Any, Literal
from uuid import UUID

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.response import Response, Template
from pydantic import Field, field_validator

from domain.admissions.approving import BatchFull
from domain.admissions.bulk import Selection, approve_selection, batch_choices, reject_selection, selected
from domain.admissions.following import list_following
from domain.admissions.queue import read_moment
from domain.errors import DomainError, InvalidInput
from domain.language import _, ngettext
from domain.work import Work
from web.admin.applications import INDEX, query_of, read_filters
from web.fields import Paragraphs
from web.forms import Form, FormModel, FormRefused, read_form, typed_values
from web.rendering import go, page, with_query

CONFIRM = "admin/applications/decide.html"
MOST_AT_ONCE = 1000


class SelectionForm(FormModel):
    """What was ticked in the list: ids, or all that match the filters sent along."""

    action: Literal["approve", "reject"]
    id: list[UUID] = Field(default_factory=list, max_length=100)
    scope: str = ""

    @field_validator("id", mode="before")
    @classmethod
    def _as_list(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


class DecisionForm(SelectionForm):
    """The confirmed decision."""

    count: int
    until: str = ""
    reason: Paragraphs = Field(default="", max_length=1000)
    with_email: bool = False
    beyond_capacity: bool = False


class ApplicationDecisionController(Controller):
    path = "/applications/decisions"

    @post("/new", status_code=200)
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        data, form = await read_form(
            request, SelectionForm, CONFIRM, choices=[], count=0, query={}, until="", full=False
        )
        until = work.now.isoformat() if data.scope == "all" else ""
        context = await _confirming(work, _selection(data, form.values, until), form.values, until)
        return page(request, CONFIRM, form=form, full=False, **context)

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        values = await typed_values(request)
        data, form = await read_form(
            request, DecisionForm, CONFIRM, choices=[], count=0, query={}, until="", full=False
        )
        selection = _selection(data, values, data.until)
        try:
            message, undo = await _decide(work, data, selection, values)
        except DomainError as error:
            context = await _confirming(work, selection, values, data.until)
            refused = Form(form.values, {"": str(error)})
            raise FormRefused(CONFIRM, refused, {**context, "full": isinstance(error, BatchFull)}) from None
        query = query_of(read_filters(values))
        return go(request, with_query(INDEX, undo=undo, **query), "" if undo else message)


async def _decide(work: Work, data: DecisionForm, selection: Selection, values: dict[str, Any]) -> tuple[str, str]:
    """Decide; return the message to show, and the moment that undoes a rejection."""
    if data.action == "reject":
        await reject_selection(work, selection, confirmed=data.count, reason=data.reason, with_email=data.with_email)
        return "", work.now.isoformat()
    approved, left_out = await approve_selection(
        work,
        selection,
        confirmed=data.count,
        batches=_chosen_batches(values),
        beyond_capacity=data.beyond_capacity,
    )
    message = ngettext("{count} application approved.", "{count} applications approved.", approved)
    if left_out:
        message += " " + ngettext("{count} was left out.", "{count} were left out.", left_out)
    return message, ""


async def _confirming(work: Work, selection: Selection, values: dict[str, Any], until: str) -> dict[str, Any]:
    applications = await selected(work, selection)
    if not applications:
        raise InvalidInput({"": _("None of these applications is waiting for a decision any more.")})
    if len(applications) > MOST_AT_ONCE:
        text = _(
            "That is {count}. Please decide on at most {most} at once.", count=len(applications), most=MOST_AT_ONCE
        )
        raise InvalidInput({"": text})
    choices = await batch_choices(work, applications)
    query = query_of(read_filters(values))
    context = {"count": len(applications), "choices": choices, "query": query, "until": until}
    return context | {"follows": await list_following(work)}


def _selection(data: SelectionForm, values: dict[str, Any], until: str) -> Selection:
    if data.scope != "all":
        return Selection(ids=data.id)
    filters = read_filters(values)
    return Selection(filters=filters.before(read_moment(until)))


def _chosen_batches(values: dict[str, Any]) -> dict[UUID, UUID | None]:
    """Read the fields named batch-<course>; an empty one means the batch each asked for."""
    chosen: dict[UUID, UUID | None] = {}
    for name, value in values.items():
        if name.startswith("batch-"):
            try:
                chosen[UUID(name.removeprefix("batch-"))] = UUID(str(value)) if value else None
            except ValueError:
                raise InvalidInput({"": _("Choose a batch of this course.")}) from None
    return chosen
