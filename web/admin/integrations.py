"""Integrations: each provider's mode, settings and state, a try for whoever asks, and where its webhooks come in."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import AfterValidator, Field

from adapters.provider_facts import all_facts, facts_of, secret_webhook_url
from domain.accounts.profile import read_account
from domain.audit import record
from domain.errors import NotFound
from domain.integrations.overview import close_breaker, list_tests, read_traffic, require_provider
from domain.integrations.states import TITLES, breaker_of
from domain.integrations.trying import plan_test
from domain.language import _
from domain.leads.phones import parse_phone
from domain.work import Work
from web.fields import OneLine, Paragraphs
from web.forms import FormModel, read_form
from web.rendering import go, page
from web.work import services_of

INDEX = "/admin/integrations"
PAGE = "admin/integrations/show.html"


def _phone(text: str) -> str:
    number = parse_phone(text)
    if number is None:
        raise ValueError(_("This is no telephone number."))
    return number


Phone = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_phone)]


class NoDetails(FormModel):
    """What needs nothing typed."""


class CallForm(FormModel):
    to: Phone


class WhatsAppForm(FormModel):
    to: Phone
    campaign: Annotated[OneLine, Field(min_length=1, max_length=100)]
    params: Annotated[Paragraphs, Field(max_length=2_000)] = ""

    def details(self) -> dict[str, Any]:
        return {"to": self.to, "campaign": self.campaign, "params": self.params.splitlines()}


FORMS: dict[str, type[FormModel]] = {"aisensy": WhatsAppForm, "bolna": CallForm}


class IntegrationController(Controller):
    path = "/integrations"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        facts = all_facts(services_of(request).settings)
        traffic = await read_traffic(work)
        breakers = {name: breaker_of(row) for name, row in traffic.items()}
        return page(request, "admin/integrations/index.html", providers=facts, traffic=traffic, breakers=breakers)

    @get("/{provider:str}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], provider: FromPath[str]
    ) -> Template:
        return page(request, PAGE, form=None, **await context_of(request, work, provider))

    @post("/{provider:str}/breaker/closing")
    async def close(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], provider: FromPath[str]
    ) -> Response[Any]:
        await close_breaker(work, provider)
        message = _("Requests to {provider} go out again.", provider=TITLES[provider])
        return go(request, f"{INDEX}/{provider}", message)

    @post("/{provider:str}/tests")
    async def test(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], provider: FromPath[str]
    ) -> Response[Any]:
        context = await context_of(request, work, provider)
        data, _form = await read_form(request, FORMS.get(provider, NoDetails), PAGE, **context)
        details = data.details() if isinstance(data, WhatsAppForm) else data.model_dump()
        is_live = services_of(request).settings.is_live(provider)
        await plan_test(work, provider, is_live=is_live, **details)
        return go(request, f"{INDEX}/{provider}", _("The test is on its way. What comes of it appears below."))


class WebhookAddressController(Controller):
    """The one address that is a secret in itself."""

    path = "/integrations/{provider:str}/webhook-address"
    opt = {"audience": "super_admin"}

    @post(status_code=200)
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], provider: FromPath[str]
    ) -> Template:
        settings = services_of(request).settings
        facts = facts_of(settings, require_provider(provider))
        if not facts.masked_url:
            raise NotFound(_("The address of this webhook is no secret."))
        await record(work, "integration.webhook_address_shown", "provider", None, facts.title)
        address = secret_webhook_url(settings, facts.name)
        return page(request, "admin/integrations/webhook_address.html", facts=facts, address=address)


async def context_of(request: Request[Any, Any, Any], work: Work, provider: str) -> dict[str, Any]:
    """Return what the page of one provider shows; raise NotFound for what is none."""
    facts = facts_of(services_of(request).settings, require_provider(provider))
    row = (await read_traffic(work))[provider]
    account = await read_account(work)
    return {
        "facts": facts,
        "row": row,
        "breaker": breaker_of(row),
        "tests": await list_tests(work, provider),
        "phone": account.phone or "",
        "first_name": account.name.split()[0] if account.name else "",
        "is_owner": work.identity.role == "super_admin",
    }
