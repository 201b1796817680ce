"""What a person sees when something goes wrong: one table of statuses, one look, and a reference that finds it in Errors."""

import logging
import secrets
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Response, Template

from adapters.postgres.error_log import redacted_trace
from adapters.quiet_paths import quiet_path
from domain import errors
from domain.language import _
from domain.ports import StoreAway
from domain.work import OvertakenByAnother
from web.api.errors import answer_http_error, is_overtaken, overtaken
from web.forms import FormRefused
from web.rendering import go, is_fragment, page, with_query
from web.work import PasswordChangeNeeded, SignInNeeded

log = logging.getLogger(__name__)

STATUS: dict[type[errors.DomainError], int] = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.Conflict: 409,
    errors.TooMany: 429,
}
PAGES = {403, 404, 409, 422, 429, 500}


def render_domain_error(request: Request[Any, Any, Any], error: errors.DomainError) -> Response[Any]:
    response = _render(request, STATUS.get(type(error), 422), str(error))
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def render_overtaken(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    if not is_overtaken(error):
        return render_unexpected(request, error)
    return render_domain_error(request, errors.Conflict(overtaken()))


def render_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if request.url.path.startswith("/api/"):  # outside of its routes, which answer for themselves
        return answer_http_error(request, error)
    if error.status_code >= 500:
        return render_unexpected(request, error)
    known = {404: _("There is no page at this address."), 413: _("That is larger than we can take.")}
    message = known.get(error.status_code, _("The request could not be understood."))
    return _render(request, error.status_code, message)


def render_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Show what to do next, and leave the whole story under a reference in Errors."""
    reference = keep_error(request, error)
    return _render(request, 500, _("Something went wrong on our side. Nothing you typed was sent twice."), reference)


def render_store_away(request: Request[Any, Any, Any], error: StoreAway) -> Response[Any]:
    """Say that it is the files alone, and worth another try."""
    reference = keep_error(request, error)
    message = _("The place where we keep files does not answer. Please try again in a moment.")
    response = _render(request, 503, message, reference)
    response.headers["Retry-After"] = "30"
    return response


def keep_error(request: Request[Any, Any, Any], error: Exception) -> str:
    """Write an error that nobody foresaw to the log and to Errors; return the reference that finds it."""
    reference = secrets.token_hex(4)
    trace = redacted_trace(error)
    log.error("unexpected error %s at %s %s\n%s", reference, request.method, quiet_path(request.url.path), trace)
    identity = request.scope["state"].get("identity")
    request.app.state.errors.remember(
        reference=reference,
        component="web",
        error=error,
        method=request.method,
        path=request.url.path,
        person_id=identity.person_id if identity else None,
    )
    return reference


def render_refused_form(request: Request[Any, Any, Any], refused: FormRefused) -> Template:
    status = 429 if refused.retry_after else 422
    response = page(request, refused.template, status_code=status, form=refused.form, **refused.context)
    if refused.retry_after:
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def send_to_sign_in(request: Request[Any, Any, Any], _error: SignInNeeded) -> Response[Any]:
    if request.route_handler.opt.get("no_shell"):
        return Response(b"", status_code=401)
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    path = with_query("/sign-in", next=back if request.method == "GET" else "")
    if is_fragment(request):
        return Response(b"", status_code=401, headers={"HX-Redirect": with_query("/sign-in")})
    return Redirect(path, status_code=303)


def send_to_password(request: Request[Any, Any, Any], _error: PasswordChangeNeeded) -> Response[Any]:
    return go(request, "/account/password")


def _render(request: Request[Any, Any, Any], status: int, message: str, reference: str = "") -> Response[Any]:
    if is_fragment(request):
        response = page(request, "errors/_notice.html", status_code=status, message=message, reference=reference)
        response.headers |= {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"}
        return response
    name = status if status in PAGES else (422 if status < 500 else 500)
    return page(request, f"errors/{name}.html", status_code=status, message=message, reference=reference)


HANDLERS: dict[Any, Any] = {
    errors.DomainError: render_domain_error,
    OvertakenByAnother: render_overtaken,
    ExceptionGroup: render_overtaken,  # what a dependency raises on its way out comes in one
    StoreAway: render_store_away,
    FormRefused: render_refused_form,
    SignInNeeded: send_to_sign_in,
    PasswordChangeNeeded: send_to_password,
    HTTPException: render_http_error,
    Exception: render_unexpected,
}
