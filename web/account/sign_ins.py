"""The browsers I am signed in with."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.accounts.browsers import browser_name
from domain.accounts.profile import read_account
from domain.accounts.sign_ins import list_sign_ins, revoke_sign_in, revoke_sign_ins
from domain.language import _, ngettext
from domain.work import Work
from web.cookies import Cookies
from web.rendering import go, page
from web.work import services_of


class SignInsController(Controller):
    path = "/sign-ins"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        account, sign_ins = await read_account(work), await list_sign_ins(work)
        context = {"sign_ins": sign_ins, "browser_name": browser_name, "zone": account.timezone}
        return page(request, "account/sign_ins/index.html", **context)

    @post("/{sign_in_id:uuid}/revocation")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], sign_in_id: FromPath[UUID]
    ) -> Response[Any]:
        await revoke_sign_in(work, sign_in_id)
        if sign_in_id == work.identity.sign_in_id:
            answer = go(request, "/sign-in", _("You are signed out."))
            answer.set_cookie(Cookies(services_of(request).settings).no_sign_in())
            return answer
        return go(request, "/account/sign-ins", _("That browser is signed out."))

    @post("/others/revocation")
    async def destroy_others(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        assert work.identity.person_id
        ended = await revoke_sign_ins(work, work.identity.person_id, but=work.identity.sign_in_id)
        text = ngettext("{count} other browser is signed out.", "{count} other browsers are signed out.", ended)
        return go(request, "/account/sign-ins", text)
