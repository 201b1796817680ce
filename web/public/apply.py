"""The application form of a course: public, phone first, one application however often it is sent."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field

from domain.admissions.applicants import Applicant
from domain.admissions.applying import Answers, apply
from domain.courses.catalogue import Offer, find_offer
from domain.errors import DomainError, NotFound, TooMany
from domain.language import _, ngettext
from domain.leads.tracking import note_arrival, read_token
from domain.work import SYSTEM, Work
from web.fields import EmailAddress, OneLine, Paragraphs, PersonName, Phone
from web.forms import Form, FormModel, FormRefused, read_form, refuse
from web.rendering import go, page
from web.visitor import address_of
from web.work import read_frame, services_of

FORM = "public/apply/new.html"
CLOSED = "public/apply/closed.html"
UNSURE = "unsure"
PER_ADDRESS, PER_CONTACT, SECONDS = 60, 10, 3600


def _uuid(text: str) -> UUID:
    """Return the form's token; one that was tampered with only loses its protection against a double press."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _batch(text: str) -> UUID | None:
    try:
        return None if text == UNSURE else UUID(text)
    except ValueError:
        raise ValueError(_("Please choose one of the batches.")) from None


class ApplyForm(FormModel):
    name: PersonName
    email: EmailAddress
    phone: Phone
    city: Annotated[OneLine, Field(max_length=80)] = ""
    motivation: Annotated[Paragraphs, Field(max_length=2000)] = ""
    batch: Annotated[UUID | None, BeforeValidator(_batch)]
    consent_email: bool = False
    consent_whatsapp: bool = False
    form_token: Annotated[UUID, BeforeValidator(_uuid)] = Field(default_factory=uuid4)
    t: str = Field(default="", max_length=200)

    def applicant(self) -> Applicant:
        return Applicant(self.name, self.email, self.phone, self.city, self.consent_email, self.consent_whatsapp)


class ApplyController(Controller):
    path = "/apply/{slug:str}"

    @get()
    async def new(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], slug: FromPath[str], t: FromQuery[str] = ""
    ) -> Template:
        offer = await _offer(work, slug)
        if offer is None or not offer.is_open:
            return page(request, CLOSED, status_code=404 if offer is None else 200, offer=offer)
        services = services_of(request)
        if delivery_id := read_token(services.settings.secret, t):
            async with services.database.work(SYSTEM) as system:
                await note_arrival(system, delivery_id)
        return page(request, FORM, form=None, offer=offer, form_token=uuid4(), t=t)

    @post()
    async def create(self, request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any] | Template:
        # A visitor may not write; the system does it for them, in a transaction that is opened after the checks.
        try:
            return await self._create(request, slug)
        except (FormRefused, DomainError):
            await read_frame(request)
            raise

    async def _create(self, request: Request[Any, Any, Any], slug: str) -> Response[Any] | Template:
        services = services_of(request)
        async with services.database.work() as visitor:
            offer = await _offer(visitor, slug)
        if offer is None or not offer.is_open:
            await read_frame(request)
            return page(request, CLOSED, status_code=404 if offer is None else 409, offer=offer)
        thanks = go(request, f"/apply/{slug}/thanks")
        if (await request.form()).get("website"):
            return thanks  # only programs fill a field nobody sees: they are told what everybody is told
        context = {"offer": offer, "form_token": uuid4(), "t": ""}
        data, form = await read_form(request, ApplyForm, FORM, **context)
        if refused := await _limited(request, data):
            return await _too_many(request, form, refused, context)
        answers = Answers(data.batch, data.motivation, data.form_token, read_token(services.settings.secret, data.t))
        try:
            async with services.database.work(SYSTEM) as work:
                await apply(work, offer, data.applicant(), answers)
        except DomainError as error:
            raise refuse(FORM, form, error, **context) from None
        return thanks

    @get("/thanks")
    async def show(self, request: Request[Any, Any, Any], work: NamedDependency[Work], slug: FromPath[str]) -> Template:
        offer = await _offer(work, slug)
        return page(request, "public/apply/thanks.html" if offer else CLOSED, offer=offer)


async def _offer(work: Work, slug: str) -> Offer | None:
    try:
        return await find_offer(work, slug)
    except NotFound:
        return None


async def _limited(request: Request[Any, Any, Any], data: ApplyForm) -> TooMany | None:
    """Count this attempt for the network address and for the person's contacts. Many phones share one address."""
    limiter = services_of(request).limiter
    buckets = [(f"apply:address:{address_of(request)}", PER_ADDRESS)]
    buckets += [(f"apply:contact:{contact}", PER_CONTACT) for contact in (data.email, data.phone)]
    for bucket, most in buckets:
        if wait := await limiter.hit(bucket, limit=most, seconds=SECONDS):
            time = ngettext("{count} minute", "{count} minutes", -(-wait // 60))
            return TooMany(_("That was sent very often. Please try again in {time}.", time=time), wait)
    return None


async def _too_many(
    request: Request[Any, Any, Any], form: Form[Any], error: TooMany, context: dict[str, Any]
) -> Template:
    await read_frame(request)
    refused = Form(form.values, {"": str(error)})
    answer = page(request, FORM, status_code=429, form=refused, **context)
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer
