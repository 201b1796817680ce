"""How a class was, said without signing in: by a link that is one person's. Opening it changes nothing, since mail programs
open every link to look for dangers."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.sessions.feedback import FeedbackForm, find_asked, give_feedback
from domain.sessions.feedback_links import read_feedback_token
from domain.work import Work
from web.forms import Form, refuse, typed_values
from web.rendering import go, page
from web.work import provide_system_work, services_of

SHOW = "public/feedback/show.html"


class PublicFeedbackController(Controller):
    path = "/feedback/{token:str}"
    dependencies = {"work": Provide(provide_system_work)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], token: FromPath[str]
    ) -> Template:
        feedback = await _found(request, work, token)
        values = {"rating": request.query_params.get("rating", "")}
        return page(request, SHOW, form=Form(values), feedback=feedback, place=request.url.path)

    @post()
    async def create(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], token: FromPath[str]
    ) -> Response[Any]:
        feedback, values = await _found(request, work, token), await typed_values(request)
        try:
            await give_feedback(work, feedback, *said(values))
        except (InvalidInput, Conflict) as error:
            raise refuse(SHOW, Form(values), error, feedback=feedback, place=request.url.path) from None
        return go(request, request.url.path, _("Thank you! That helps us."))


def said(values: dict[str, Any]) -> tuple[str, str]:
    """Return the rating and the comment that were sent."""
    comment = str(values.get("comment", "")).replace("\r\n", "\n").strip()
    return str(values.get("rating", "")), comment


async def _found(request: Request[Any, Any, Any], work: Work, token: str) -> FeedbackForm:
    return await find_asked(work, read_feedback_token(services_of(request).settings.secret, token))
