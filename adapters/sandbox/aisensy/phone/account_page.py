"""The account's page: whether it may send, its webhook, its campaigns and templates."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.certificates import certificates
from adapters.sandbox.aisensy.account import SWITCHES
from adapters.sandbox.aisensy.catalogue import Catalogue
from adapters.sandbox.aisensy.sending import Sending
from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.rendering import from_own_pages, go, page

TEST = {"event": "test.webhook", "data": {"message": "This is a test webhook from AiSensy"}}
_TIMEOUT = httpx.Timeout(5.0)


class AccountController(Controller):
    path = "/phone/account"
    guards = [from_own_pages]

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        sending: NamedDependency[Sending],
        catalogue: NamedDependency[Catalogue],
        callbacks: NamedDependency[Callbacks],
    ) -> Response[str]:
        row = await sending.account.read()
        return page(
            request,
            "phone/account.html",
            account=row,
            webhook_url=sending.account.webhook_url(row),
            campaigns=await catalogue.campaigns(),
            tests=(await callbacks.about("aisensy", "test"))[-5:],
        )

    @post(status_code=303)
    async def update(self, request: Request[Any, Any, Any], sending: NamedDependency[Sending]) -> Response[bytes]:
        """Change the account. A new webhook address is asked first, as AiSensy does: it must answer a GET with 2xx.

        For Meta's payload the handshake is Meta's: the challenge has to come back.
        """
        form = await request.form()
        values: dict[str, Any] = {name: form.get(name) == "on" for name in SWITCHES}
        values["webhook_shape"] = "cloud" if form.get("webhook_shape") == "cloud" else "project"
        url = str(form.get("webhook_url") or "").strip()
        changed = url != sending.account.webhook_url(await sending.account.read())
        if changed and url and not await _answers(url, sending.account.handshake(values["webhook_shape"])):
            await sending.account.change(values)
            return go("/phone/account?done=unanswered")
        if changed:
            values["webhook_url"] = url
        await sending.account.change(values)
        return go("/phone/account?done=saved")

    @post("/webhook", status_code=303)
    async def switch_on(self, sending: NamedDependency[Sending]) -> Response[bytes]:
        """Switch the webhook on again that was suspended."""
        await sending.account.change({"is_webhook_on": True})
        return go("/phone/account?done=saved")

    @post("/test", status_code=303)
    async def test(self, sending: NamedDependency[Sending], callbacks: NamedDependency[Callbacks]) -> Response[bytes]:
        """Post the dashboard's test call, which has no topic."""
        url = sending.account.webhook_url(await sending.account.read())
        await callbacks.plan("aisensy", url=url, body=msgspec.json.encode(TEST), subject="test", kind="test.webhook")
        return go("/phone/account?done=tested")

    @post("/campaigns/{name:str}", status_code=303)
    async def set_live(
        self, request: Request[Any, Any, Any], catalogue: NamedDependency[Catalogue], name: FromPath[str]
    ) -> Response[bytes]:
        """Set a campaign live, or take it back."""
        if await catalogue.campaign(name) is None:
            raise NotFoundException
        await catalogue.set_live(name, (await request.form()).get("is_live") == "true")
        return go("/phone/account?done=saved#campaigns")


async def _answers(url: str, handshake: Mapping[str, str]) -> bool:
    try:
        async with httpx.AsyncClient(
            verify=certificates(), timeout=_TIMEOUT, follow_redirects=False, trust_env=False
        ) as client:
            answer = await client.get(url, params=handshake) if handshake else await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return answer.is_success and (not handshake or answer.text == handshake["hub.challenge"])
