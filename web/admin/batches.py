"""The batches of a course: made, changed, opened and closed."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field

from domain.courses.archiving import archive_batch, unarchive_batch
from domain.courses.batches import BatchFacts, create_batch, open_batch, show_batch, update_batch
from domain.courses.editing import show_course
from domain.errors import InvalidInput
from domain.language import _
from domain.sessions.local_times import HOME_ZONE, zone_names
from domain.work import Work
from web.admin.courses import rupees_typed
from web.fields import OneLine
from web.forms import FormModel, read_form, refuse, typed_values
from web.rendering import go, page

FORM = "admin/courses/batch.html"


def _empty_is_none(text: str) -> str | None:
    return text or None


def _price_or_none(text: str) -> str | None:
    return rupees_typed(text) if str(text).strip() else None


class BatchForm(FormModel):
    name: Annotated[OneLine, Field(min_length=1, max_length=80)]
    starts_on: Annotated[date | None, BeforeValidator(_empty_is_none)] = None
    ends_on: Annotated[date | None, BeforeValidator(_empty_is_none)] = None
    capacity: Annotated[int | None, BeforeValidator(_empty_is_none)] = None
    timezone: Annotated[OneLine, Field(max_length=60)] = HOME_ZONE
    keep: Literal["", "moments", "local"] = ""
    tell: bool = False
    recordings_visible: bool = False
    # Limits come before what reads the field: so they judge a figure, and an empty field is none.
    price: Annotated[Decimal | None, Field(ge=0, le=100_000_000, decimal_places=2), BeforeValidator(_price_or_none)] = (
        None
    )
    instalments: Annotated[int | None, Field(ge=1, le=12), BeforeValidator(_empty_is_none)] = None

    def facts(self) -> BatchFacts:
        dates = self.starts_on, self.ends_on
        own = None if self.price is None else int(self.price * 100), self.instalments
        return BatchFacts(self.name, *dates, self.capacity, self.timezone, self.recordings_visible, *own)


def zone_choices() -> list[tuple[str, str]]:
    """Return the zones to choose from, India's first."""
    names = [HOME_ZONE, *(name for name in zone_names() if name != HOME_ZONE)]
    return [(name, name.replace("_", " ")) for name in names]


class BatchController(Controller):
    path = "/courses/{course_id:uuid}/batches"

    @get("/new")
    async def new(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Template:
        course = (await show_course(work, course_id)).facts
        return page(request, FORM, form=None, batch=None, course=course, zones=zone_choices())

    @post()
    async def create(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], course_id: FromPath[UUID]
    ) -> Response[Any]:
        context = {"batch": None, "course": (await show_course(work, course_id)).facts, "zones": zone_choices()}
        data, form = await read_form(request, BatchForm, FORM, **context)
        try:
            await create_batch(work, course_id, data.facts())
        except InvalidInput as error:
            raise refuse(FORM, form, error, **context) from None
        return go(request, f"/admin/courses/{course_id}#batches", _("The batch is made and open for applications."))

    @get("/{batch_id:uuid}/edit")
    async def edit(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        batch_id: FromPath[UUID],
    ) -> Template:
        batch = await show_batch(work, course_id, batch_id)
        course = (await show_course(work, course_id)).facts
        return page(request, FORM, form=None, batch=batch, course=course, zones=zone_choices())

    @post("/{batch_id:uuid}/edit")
    async def update(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        batch_id: FromPath[UUID],
    ) -> Response[Any]:
        batch = await show_batch(work, course_id, batch_id)
        context = {"batch": batch, "course": (await show_course(work, course_id)).facts, "zones": zone_choices()}
        data, form = await read_form(request, BatchForm, FORM, **context)
        try:
            await update_batch(work, course_id, batch_id, data.facts(), keep=data.keep, tell=data.tell)
        except InvalidInput as error:
            raise refuse(FORM, form, error, **context) from None
        return go(request, f"/admin/courses/{course_id}#batches", _("Saved."))

    @post("/{batch_id:uuid}/opening")
    async def open(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        batch_id: FromPath[UUID],
    ) -> Response[Any]:
        is_open = (await typed_values(request)).get("is_open") == "yes"
        await open_batch(work, course_id, batch_id, is_open)
        message = _("The batch is open for applications.") if is_open else _("The batch takes no more applications.")
        return go(request, f"/admin/courses/{course_id}#batches", message)

    @post("/{batch_id:uuid}/archive")
    async def archive(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        course_id: FromPath[UUID],
        batch_id: FromPath[UUID],
    ) -> Response[Any]:
        is_archived = (await typed_values(request)).get("is_archived") == "yes"
        name = await (archive_batch if is_archived else unarchive_batch)(work, course_id, batch_id)
        message = _("{name} is archived.", name=name) if is_archived else _("{name} is back.", name=name)
        return go(request, f"/admin/courses/{course_id}#batches", message)
