"""Leads: the list, one lead with what it led to, and adding one by the rules of an import."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Response
from pydantic import Field

from domain.leads.filters import read_filter
from domain.leads.listing import find_lead, list_applications, list_emails, list_leads
from domain.leads.taking import take_lead
from domain.work import Row, Work
from web.api.asking import Search, Since, Until
from web.api.describing import changes, reads
from web.api.paging import PageNumber, Paging, PerPage
from web.api.repeating import IdempotencyKey, Once
from web.api.shapes import Body, Page, Shape
from web.fields import OneLine, Paragraphs

Status = Literal["new", "emailed", "applied", "enrolled"]
Sort = Literal["created", "status", "-status", "name", "-name"]
Text = Annotated[OneLine, Field(max_length=200)]


class Lead(Shape):
    """Somebody who may become a student."""

    id: UUID
    person_id: UUID
    name: Annotated[str, Field(examples=["Ravi Kumar"])]
    email: Annotated[str | None, Field(examples=["ravi@example.com"])]
    phone: Annotated[str | None, Field(description="With its country, as +919876543210.", examples=["+919876543210"])]
    city: str
    status: Status
    source: Annotated[str, Field(examples=["website"])]
    tags: list[str]
    created_at: datetime


class LeadList(Page):
    items: list[Lead]


class LeadEmail(Shape):
    """An e-mail to a lead; its id is that of the delivery."""

    id: UUID
    kind: str
    state: str
    subject: str | None
    created_at: datetime
    sent_at: datetime | None


class LeadApplication(Shape):
    id: UUID
    status: Literal["new", "approved", "rejected"]
    course: str
    submitted_at: datetime


class LeadDetail(Lead):
    """A lead with all that is known of it."""

    campaign: str
    notes: str
    attributes: Annotated[dict[str, str], Field(description="Extras by the names they came with.")]
    import_id: UUID | None
    consent_email: bool
    consent_whatsapp: bool
    suppressed: Annotated[str | None, Field(description="Why campaign e-mail is not sent, if it is not.")]
    emailed_at: datetime | None
    emails: list[LeadEmail]
    applications: list[LeadApplication]


class TakenLead(LeadDetail):
    """A lead that was just sent in."""

    is_new: Annotated[bool, Field(description="False when the person was a lead already, and was completed.")]
    warnings: Annotated[list[str], Field(description="What of it could not be used.")]


class NewLead(Body):
    """At least one of e-mail and phone must be usable. Who is known by them is completed, never doubled or overwritten."""

    name: Annotated[Text, Field(examples=["Ravi Kumar"])] = ""
    email: Annotated[Text, Field(examples=["ravi@example.com"])] = ""
    phone: Annotated[Text, Field(description="Without a country it is Indian.", examples=["98765 43210"])] = ""
    whatsapp: Text = ""
    city: Annotated[Text, Field(examples=["Pune"])] = ""
    state: Text = ""
    source: Annotated[Text, Field(examples=["website"])] = ""
    campaign: Text = ""
    notes: Annotated[Paragraphs, Field(max_length=5000)] = ""
    tags: Annotated[list[Text], Field(max_length=20, examples=[["webinar"]])] = []
    consent: Annotated[bool | None, Field(description="Whether they agreed to be written to.")] = None
    attributes: Annotated[dict[Text, Text], Field(max_length=60, examples=[{"Landing page": "/python"}])] = {}

    def as_row(self) -> dict[str, str]:
        """Return the texts as a row of an imported file has them; empty ones are left out."""
        texts = self.model_dump(exclude={"tags", "consent", "attributes"})
        texts["tags"] = ", ".join(self.tags)
        texts["consent"] = "" if self.consent is None else "yes" if self.consent else "no"
        return {name: text for name, text in texts.items() if text}


class LeadApi(Controller):
    path = "/leads"
    tags = ["Leads"]

    @reads(scope="leads:read", summary="List leads", description="The newest first, unless sorted otherwise.")
    async def index(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        q: Search = None,
        status: Annotated[Status | None, QueryParameter(description="Only leads of this status.")] = None,
        source: Annotated[str | None, QueryParameter(max_length=120, description="This source; `-` for none.")] = None,
        tag: Annotated[str | None, QueryParameter(max_length=50, description="Only leads with this tag.")] = None,
        import_id: Annotated[UUID | None, QueryParameter(description="Only leads of this import.")] = None,
        since: Since = None,
        until: Until = None,
        sort: Annotated[Sort | None, QueryParameter(description="The order; the newest first when not given.")] = None,
        page: PageNumber = 1,
        per_page: PerPage = 20,
    ) -> LeadList:
        paging = Paging(page, per_page, request.url)
        asked = {"q": q, "status": status, "source": source, "tag": tag, "import": import_id and str(import_id)}
        asked |= {"since": since and since.isoformat(), "until": until and until.isoformat()}
        found = await list_leads(work, read_filter(asked), sort or "", paging.page, paging.per_page)
        items = [Lead.model_validate(row) for row in found.rows]
        return LeadList(items=items, **paging.of(items, found.total, found.is_more))

    @reads("/{lead_id:uuid}", scope="leads:read", summary="Get a lead")
    async def show(self, work: NamedDependency[Work], lead_id: FromPath[UUID]) -> LeadDetail:
        return LeadDetail(**await detail(work, lead_id))

    @changes(
        scope="leads:write",
        summary="Add a lead",
        description="Follows the rules of one row of an import.",
        also={200: (TakenLead, "The person was a lead already; what was missing is filled in.")},
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        data: JSONBody[NewLead],
        key: IdempotencyKey = None,
    ) -> Response[TakenLead]:
        once = Once(key, request.url.path)

        async def take() -> tuple[int, TakenLead]:
            taken = await take_lead(work, data.as_row(), data.attributes)
            facts = await detail(work, taken.id)
            shape = TakenLead(**facts, is_new=taken.is_new, warnings=list(taken.warnings))
            return (201 if taken.is_new else 200), shape

        return await once.answer(work, data, take)


async def detail(work: Work, lead_id: UUID) -> dict[str, Any]:
    """Return the fields of a lead's detail."""
    row: Row = await find_lead(work, lead_id)
    names = set(LeadDetail.model_fields) - {"emails", "applications"}
    emails = [LeadEmail.model_validate(one) for one in await list_emails(work, row.person_id)]
    applications = [
        LeadApplication(id=one.id, status=one.status, course=one.title, submitted_at=one.submitted_at)
        for one in await list_applications(work, row.person_id)
    ]
    return {name: getattr(row, name) for name in names} | {"emails": emails, "applications": applications}
