"""Personal tokens for the API: my own, and for super admins those of the whole team."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field

from domain.accounts.api_tokens import (
    DAYS,
    PER_PAGE,
    create_token,
    list_my_tokens,
    list_team_tokens,
    revoke_my_token,
    revoke_team_token,
)
from domain.accounts.scopes import scope_names
from domain.errors import DomainError
from domain.language import _, ngettext
from domain.work import Work
from web.addresses import page_number
from web.fields import PersonName
from web.forms import FormModel, read_form, refuse
from web.rendering import go, page

INDEX, TEAM = "/admin/tokens", "/admin/team/tokens"
NEW = "admin/tokens/new.html"

Several = Annotated[list[str], BeforeValidator(lambda sent: sent if isinstance(sent, list) else [sent])]


class TokenForm(FormModel):
    id: UUID
    name: PersonName
    scopes: Several = Field(default_factory=list)
    days: Annotated[int | None, BeforeValidator(lambda sent: sent or None)] = None


class TokenController(Controller):
    path = "/tokens"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        context = {"tokens": await list_my_tokens(work), "scope_names": scope_names(), "now": work.now}
        return page(request, "admin/tokens/index.html", **context)

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, NEW, form=None, **choices())

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        data, form = await read_form(request, TokenForm, NEW, **choices())
        try:
            made = await create_token(work, data.id, name=data.name, scopes=data.scopes, days=data.days)
        except DomainError as error:
            raise refuse(NEW, form, error, **choices()) from None
        # Shown on the answer itself: an address, a cookie or a row to read it from again would keep it.
        return page(request, "admin/tokens/made.html", made=made, scope_names=scope_names())

    @post("/{token_id:uuid}/revocation")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], token_id: FromPath[UUID]
    ) -> Response[Any]:
        name = await revoke_my_token(work, token_id)
        return go(request, INDEX, _("“{name}” is revoked. It opens nothing any more.", name=name))


class TeamTokenController(Controller):
    path = "/tokens"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        number = page_number(request.query_params)
        tokens, total = await list_team_tokens(work, number)
        return page(
            request,
            "admin/tokens/team.html",
            tokens=tokens,
            total=total,
            page=number,
            pages=-(-total // PER_PAGE),
            query={},
            scope_names=scope_names(),
            now=work.now,
        )

    @post("/{token_id:uuid}/revocation")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], token_id: FromPath[UUID]
    ) -> Response[Any]:
        name = await revoke_team_token(work, token_id)
        return go(request, TEAM, _("“{name}” is revoked. It opens nothing any more.", name=name))


def choices() -> dict[str, Any]:
    """Return what can be chosen for a new token; its id is new, so that a form sent twice makes one."""
    days = [(count, ngettext("{count} day", "{count} days", count)) for count in DAYS]
    return {"scope_names": scope_names(), "days": days, "new_id": uuid4()}
