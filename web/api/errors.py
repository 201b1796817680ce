"""What the API answers when something goes wrong: one shape, a status, a code for programs and a message for people."""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Response

from domain import errors
from domain.language import _
from domain.work import OvertakenByAnother
from web.api.access import TokenRefused
from web.forms import message_of

STATUS: dict[type[errors.DomainError], tuple[int, str]] = {
    errors.NotFound: (404, "not_found"),
    errors.NotAllowed: (403, "not_allowed"),
    errors.Conflict: (409, "conflict"),
    errors.TooMany: (429, "too_many_requests"),
    errors.InvalidInput: (422, "invalid"),
    TokenRefused: (401, "token_missing"),
}
CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def api_error(
    status: int,
    code: str,
    message: str,
    fields: Mapping[str, str] | None = None,
    reference: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Return the one shape in which the API says what is wrong."""
    error = {"code": code, "message": message, "fields": dict(fields or {}), "reference": reference}
    return Response({"error": error}, status_code=status, headers=dict(headers or {}), media_type="application/json")


def answer_domain_error(_request: Request[Any, Any, Any], error: errors.DomainError) -> Response[Any]:
    known = next((kind for kind in type(error).__mro__ if kind in STATUS), None)
    status, code = STATUS[known] if known else (422, "refused")
    fields = {name: text for name, text in getattr(error, "fields", {}).items() if name}
    headers = {}
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, TokenRefused):
        headers["WWW-Authenticate"] = 'Bearer realm="Gurudesk API"'
    return api_error(status, getattr(error, "code", code), str(error), fields, headers=headers)


def overtaken() -> str:
    return _("Somebody else was saving the same in this very moment. Nothing of yours was saved: please look again.")


def is_overtaken(error: BaseException) -> bool:
    """Say whether the transaction lost a race and nothing else is wrong."""
    if isinstance(error, ExceptionGroup):
        return all(is_overtaken(one) for one in error.exceptions)
    return isinstance(error, OvertakenByAnother)


def answer_overtaken(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    if not is_overtaken(error):
        return answer_unexpected(request, error)
    return answer_domain_error(request, errors.Conflict(overtaken()))


def answer_invalid(_request: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
    """Say what is wrong with each parameter or field of the body, in our words."""
    fields: dict[str, str] = {}
    problems: Any = getattr(error.__cause__, "errors", None)  # what pydantic said of the body
    for problem in problems or ():  # of the body
        name = ".".join(str(part) for part in problem["loc"] if part != "data")
        fields.setdefault(name or "body", message_of(problem) if name else _("Send a JSON object as the body."))
    if not problems:
        for found in error.extra if isinstance(error.extra, list) else ():
            name, text = str(found.get("key", "")), str(found.get("message", ""))
            is_body = name in ("", "data")
            fields.setdefault(
                "body" if is_body else name, _("Send a body, please.") if is_body else _parameter_message(text)
            )
    return api_error(422, "invalid", _("Some values are not right."), fields)


def answer_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    status = error.status_code
    if status >= 500:
        return answer_unexpected(request, error)
    messages = {
        404: _("There is nothing at this address."),
        405: _("This address does not take that method."),
        413: _("That is larger than we can take."),
    }
    message = messages.get(status, _("The request could not be understood."))
    headers = {name: text for name, text in (error.headers or {}).items() if name.lower() == "allow"}
    return api_error(status, CODES.get(status, "bad_request"), message, headers=headers)


def answer_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    from web.errors import keep_error  # which answers for the API outside of its routes, and so imports this

    reference = keep_error(request, error)
    return api_error(500, "unexpected", _("Something went wrong on our side."), reference=reference)


def _parameter_message(text: str) -> str:
    if text.startswith("Invalid enum value"):
        return _("Please choose one of the options.")
    if "UUID" in text or "uuid" in text:
        return _("This is no id.")
    if "date" in text:
        return _("Please write a date as 2026-11-28.")
    if "int" in text:
        return _("Please write a whole number within the limits.")
    if "length" in text:
        return _("This is too long.")
    return _("This does not look right. Please check it.")


HANDLERS: dict[Any, Any] = {
    errors.DomainError: answer_domain_error,
    OvertakenByAnother: answer_overtaken,
    ExceptionGroup: answer_overtaken,  # what a dependency raises on its way out comes in one
    ValidationException: answer_invalid,
    HTTPException: answer_http_error,
    Exception: answer_unexpected,
}
