"""The team: who waits for admin access, who has it, and what a super admin may change about that."""

from typing import Any, Literal
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.accounts import team
from domain.accounts.admin_requests import approve_admin_request, list_waiting_requests, reject_admin_request
from domain.errors import DomainError
from domain.language import _
from domain.work import Work
from web.fields import EmailAddress, PersonName
from web.forms import FormModel, read_form, refuse
from web.paging import page_number
from web.rendering import go, page

INDEX = "/admin/team"


class InviteForm(FormModel):
    name: PersonName
    email: EmailAddress
    role: Literal["admin", "super_admin"] = "admin"


class RoleForm(FormModel):
    role: str = ""


class TeamController(Controller):
    path = "/"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        number = page_number(request)
        members, total = await team.list_team(work, number)
        return page(
            request,
            "admin/team/index.html",
            requests=await list_waiting_requests(work),
            members=members,
            total=total,
            page=number,
            pages=-(-total // team.PER_PAGE),
            query={},
            roles=role_names(),
            now=work.now,
        )

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, "admin/team/new.html", form=None, roles=role_names())

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        data, form = await read_form(request, InviteForm, "admin/team/new.html", roles=role_names())
        try:
            await team.invite_admin(work, **data.model_dump())
        except DomainError as error:
            raise refuse("admin/team/new.html", form, error, roles=role_names()) from None
        return go(request, INDEX, _("{name} gets an e-mail with a link to set a password.", name=data.name))


class MemberController(Controller):
    path = "/{person_id:uuid}"

    @post("/role")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        data, _form = await read_form(request, RoleForm, "admin/team/new.html")
        member = await team.change_role(work, person_id, data.role)
        text = _("{name} is now {role}.", name=member.name, role=role_names()[data.role])
        return go(request, INDEX, text)

    @post("/link")
    async def send_link(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        member = await team.mail_way_in_again(work, person_id)
        return go(request, INDEX, _("{name} gets an e-mail with a link to set a password.", name=member.name))

    @post("/deactivation")
    async def deactivate(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        member = await team.deactivate_admin(work, person_id)
        return go(request, INDEX, _("{name} has no access any more.", name=member.name))

    @post("/activation")
    async def activate(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        member = await team.activate_admin(work, person_id)
        return go(request, INDEX, _("{name} has access again.", name=member.name))


class AdminRequestDecisionController(Controller):
    path = "/requests/{request_id:uuid}"

    @post("/approval")
    async def approve(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], request_id: FromPath[UUID]
    ) -> Response[Any]:
        await approve_admin_request(work, request_id)
        return go(request, INDEX, _("Approved. An e-mail with a link to set a password is on its way."))

    @post("/rejection")
    async def reject(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], request_id: FromPath[UUID]
    ) -> Response[Any]:
        await reject_admin_request(work, request_id)
        return go(request, INDEX, _("The request is rejected."))


def role_names() -> dict[str, str]:
    return {"admin": _("Admin"), "super_admin": _("Super admin")}
