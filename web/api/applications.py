"""Applications: the queue, one application, and the decision on it, by the rules of the pages."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Response
from pydantic import Field

from domain.admissions.application import show_application
from domain.admissions.approving import Approval, approve
from domain.admissions.queue import Filters, list_applications
from domain.admissions.rejecting import Rejection, reject
from domain.errors import InvalidInput
from domain.work import Work
from web.api.describing import changes, reads
from web.api.paging import PageNumber, Paging, PerPage
from web.api.repeating import IdempotencyKey, Once
from web.api.shapes import Body, Page, Shape
from web.fields import Paragraphs

State = Literal["new", "approved", "rejected"]
Sort = Literal["submitted", "-submitted", "name", "-name", "city", "-city"]
Version = Annotated[
    int, Field(ge=1, le=2_000_000_000, description="The version you have read: a later one is refused.", examples=[1])
]


class Application(Shape):
    """Somebody who has applied for a course."""

    id: UUID
    name: Annotated[str, Field(examples=["Ravi Kumar"])]
    email: str
    phone: str
    city: str
    status: State
    course: str
    batch: Annotated[str | None, Field(description="The batch asked for, or given with the approval.")]
    submitted_at: datetime


class ApplicationList(Page):
    items: list[Application]


class BatchChoice(Shape):
    """A batch that the application can go into."""

    id: UUID
    name: str
    starts_on: date | None
    is_open: bool
    capacity: int | None
    taken: int


class ApplicationDetail(Application):
    person_id: UUID
    course_id: UUID
    batch_id: UUID | None
    motivation: str
    consent_email: bool
    consent_whatsapp: bool
    version: Annotated[int, Field(description="Rises with every change; a decision names the one it was made on.")]
    decided_at: datetime | None
    decider: Annotated[str, Field(description="Who decided, empty while it is open.")]
    decision_reason: str
    campaign: Annotated[str | None, Field(description="The campaign it came from.")]
    batches: list[BatchChoice]


class ApprovalBody(Body):
    version: Version
    batch_id: UUID
    beyond_capacity: Annotated[bool, Field(description="Approve even when the batch is full.")] = False


class RejectionBody(Body):
    version: Version
    reason: Annotated[Paragraphs, Field(max_length=1000, description="For the team; not sent.")] = ""
    with_email: Annotated[bool, Field(description="Tell the applicant, ten minutes later.")] = False


class ApplicationApi(Controller):
    path = "/applications"
    tags = ["Applications"]

    @reads(
        scope="applications:read", summary="List applications", description="The last first, unless sorted otherwise."
    )
    async def index(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        status: Annotated[State | None, QueryParameter(description="Only applications that stand so.")] = None,
        q: Annotated[str | None, QueryParameter(max_length=200, description="Part of a name, e-mail or phone.")] = None,
        course_id: Annotated[UUID | None, QueryParameter(description="Only applications for this course.")] = None,
        sort: Annotated[Sort | None, QueryParameter(description="The order; the last first when not given.")] = None,
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> ApplicationList:
        paging = Paging(page, per_page, request.url)
        filters = Filters(state=status or "", q=q or "", course=course_id, sort=sort or "-submitted")
        queue = await list_applications(work, filters, paging.page, paging.per_page)
        items = [Application.model_validate(row) for row in queue.applications]
        return ApplicationList(items=items, **paging.of(items, queue.total))

    @reads("/{application_id:uuid}", scope="applications:read", summary="Get an application")
    async def show(self, work: NamedDependency[Work], application_id: FromPath[UUID]) -> ApplicationDetail:
        return await detail(work, application_id)

    @changes(
        "/{application_id:uuid}/approval",
        scope="applications:decide",
        summary="Approve an application",
        description="Makes the applicant a student of the batch and writes them the welcome.",
    )
    async def approve(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        application_id: FromPath[UUID],
        data: JSONBody[ApprovalBody],
        key: IdempotencyKey = None,
    ) -> Response[ApplicationDetail]:
        once = Once(key, request.url.path)

        async def decide() -> tuple[int, ApplicationDetail]:
            approval = Approval(application_id, data.version, data.batch_id)
            try:
                await approve(work, approval, beyond_capacity=data.beyond_capacity)
            except InvalidInput as error:
                fields = {"batch_id" if name == "batch" else name: text for name, text in error.fields.items()}
                raise InvalidInput(fields) from None
            return 201, await detail(work, application_id)

        return await once.answer(work, data, decide)

    @changes(
        "/{application_id:uuid}/rejection",
        scope="applications:decide",
        summary="Reject an application",
        description="An e-mail, if asked for, leaves ten minutes later.",
    )
    async def reject(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        application_id: FromPath[UUID],
        data: JSONBody[RejectionBody],
        key: IdempotencyKey = None,
    ) -> Response[ApplicationDetail]:
        once = Once(key, request.url.path)

        async def decide() -> tuple[int, ApplicationDetail]:
            rejection = Rejection(application_id, data.version)
            await reject(work, rejection, reason=data.reason, with_email=data.with_email)
            return 201, await detail(work, application_id)

        return await once.answer(work, data, decide)


async def detail(work: Work, application_id: UUID) -> ApplicationDetail:
    found = await show_application(work, application_id)
    names = set(ApplicationDetail.model_fields) - {"batches"}
    facts: dict[str, Any] = {name: getattr(found.facts, name) for name in names}
    return ApplicationDetail(**facts, batches=[BatchChoice.model_validate(batch) for batch in found.batches])
