"""Turns templates into answers: the environment they render in, whole pages, fragments and redirects."""

from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Response, Template
from litestar.types import Receive, Scope, Send

from adapters.settings import ROOT
from domain.language import _, ngettext
from web.cookies import Cookies
from web.csrf import new_visitor, token_for
from web.filters import FILTERS
from web.shell import Frame
from web.static_files import static
from web.work import read_frame


@cache
def environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
        auto_reload=False,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(_=_, ngettext=ngettext, static=static)
    return environment


def engine() -> JinjaTemplateEngine:
    return JinjaTemplateEngine.from_environment(environment())


class Shell:
    """What templates know as ``shell``: the frame read from the database, and this request."""

    def __init__(self, request: Request[Any, Any, Any], visitor: str) -> None:
        settings = request.app.state.services.settings
        cookies = Cookies(settings)
        frame: Frame = request.scope["state"].get("shell") or Frame()
        self.user = frame.user
        self.counts = frame.counts
        self.now = frame.now
        self.business_name = frame.business_name
        self.sending_paused = frame.sending_paused
        self.csrf_token = token_for(settings, visitor, cookies.sign_in(request))
        self.path = request.url.path
        self.sandbox = settings.all_in_sandbox
        self.sandbox_url = settings.sandbox_url
        self.public_url = settings.base_url
        self.production = settings.production
        self.flash = cookies.read_flash(request)


class Page(Template):
    """A template that renders when it is sent: after the commit, when the shell has been read."""

    visitor = ""

    def to_asgi_response(self, request: Request[Any, Any, Any], **options: Any) -> Any:
        render = super().to_asgi_response

        async def send_page(scope: Scope, receive: Receive, send: Send) -> None:
            await _complete_frame(request)
            self.context["shell"] = Shell(request, self.visitor)
            await render(request=request, **options)(scope, receive, send)

        return send_page


async def _complete_frame(request: Request[Any, Any, Any]) -> None:
    """Read the frame for a page that no handler made: nobody who is signed in should see it as a stranger does."""
    if "shell" in request.scope["state"] or is_fragment(request):
        return
    if Cookies(request.app.state.services.settings).sign_in(request):
        with suppress(Exception):  # an error page must not fail for want of its frame
            await read_frame(request)


def page(request: Request[Any, Any, Any], name: str, *, status_code: int = 200, **context: Any) -> Page:
    """Render a whole page. Gives the browser the cookie that its forms' tokens are bound to, if it has none."""
    cookies = Cookies(request.app.state.services.settings)
    visitor = cookies.visitor(request)
    response_cookies = [] if visitor else [cookies.new_visitor(visitor := new_visitor())]
    if cookies.read_flash(request):
        response_cookies.append(cookies.no_flash())
    headers = {"Cache-Control": "no-store", "Vary": "HX-Request-Type, Cookie"}
    answer = Page(name, context=context, headers=headers, cookies=response_cookies, status_code=status_code)
    answer.visitor = visitor
    return answer


def is_fragment(request: Request[Any, Any, Any]) -> bool:
    return request.headers.get("HX-Request-Type") == "partial"


def page_or_fragment(
    request: Request[Any, Any, Any], name: str, fragment: str, *, status_code: int = 200, **context: Any
) -> Template:
    """Render ``fragment`` for an htmx swap, the whole page ``name`` for everything else."""
    return page(request, fragment if is_fragment(request) else name, status_code=status_code, **context)


def go(request: Request[Any, Any, Any], path: str, message: str = "", kind: str = "success") -> Response[Any]:
    """Answer a form: on to ``path`` (of ours), where ``message`` is shown once."""
    cookies = [Cookies(request.app.state.services.settings).flash(kind, message)] if message else []
    if is_fragment(request):
        return Response(b"", status_code=204, headers={"HX-Redirect": path}, cookies=cookies)
    return Redirect(path, status_code=303, cookies=cookies)


def with_query(path: str, **values: object) -> str:
    """Return ``path`` with those values that are not empty as its query."""
    query = urlencode({name: value for name, value in values.items() if value not in (None, "", [])}, doseq=True)
    return f"{path}?{query}" if query else path
