"""What an answer of SendGrid means for us: may it be tried again, and is anybody at fault.

Decided by status and field, never by the wording, which SendGrid changes.
"""

import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from adapters.sendgrid.limits import too_large
from adapters.traffic.held_back import held_back
from domain.language import _
from domain.ports import Outcome, Refused, Unavailable, Unknown

MAX_WAIT = 900.0
# Only a person can mend a bad key or an unknown sender, so asking again every few seconds helps nobody.
HOUSE_WAIT = 300.0
_INDEX = re.compile(r"^personalizations\.(\d+)\.")
# Raised before any byte of a request left.
NOT_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


def unreachable(error: httpx.HTTPError) -> Unavailable:
    return held_back(error) or Unavailable(_("SendGrid could not be reached ({error}).", error=type(error).__name__))


def outcome_of(response: httpx.Response) -> Outcome:
    """Return what any answer but 202 means."""
    status = response.status_code
    if status in (401, 403):
        return Unavailable(_house_reason(status, _errors(response)), HOUSE_WAIT, is_account=True)
    if status == 429:
        return Unavailable(_("SendGrid asks us to slow down."), retry_after=retry_after(response))
    if status in (500, 503):
        return Unavailable(_("SendGrid has a fault ({status}).", status=status), retry_after=retry_after(response))
    if status >= 500:
        # A gateway answered for a server that may have taken the request.
        return Unknown(_("SendGrid's gateway gave no answer ({status}).", status=status))
    if status < 300:
        return Unknown(_("SendGrid answered {status}, which does not say that it took the e-mail.", status=status))
    if status in (404, 405) or status < 400:
        reason = _("This address is not SendGrid's ({status}). Check its base URL.", status=status)
        return Unavailable(reason, HOUSE_WAIT, is_account=True)
    if status == 408:
        return Unavailable(_("The e-mail did not reach SendGrid in time."))
    return refusal(status, _errors(response))


def refusal_of(response: httpx.Response) -> Refused | Unavailable:
    """Return what an answer means to a request that may be made again without harm."""
    outcome = outcome_of(response)
    return outcome if isinstance(outcome, Refused | Unavailable) else Unavailable(getattr(outcome, "reason", ""))


def refusal(status: int, errors: list[dict[str, Any]]) -> Refused:
    """Return the refusal, with the recipients at fault when every error is about one of them."""
    if status == 413:
        return Refused(too_large())
    fields = {str(error.get("field") or "").rpartition(".")[2] for error in errors}
    if len(fields) == 1 and (words := _known(fields.pop())):
        return Refused(words)
    found = [_INDEX.match(str(error.get("field") or "")) for error in errors]
    reason = _("SendGrid refused it: {message}", message=_messages(errors) or str(status))
    if not found or not all(found):
        return Refused(reason)
    return Refused(reason, recipients=tuple(sorted({int(match[1]) for match in found if match})))


def _known(field: str) -> str:
    """Return our words for what SendGrid can only find wrong with the whole e-mail."""
    return {
        "send_at": _("SendGrid keeps an e-mail for at most 72 hours. Plan it for later here instead."),
        "batch_id": _("SendGrid does not know this batch any more: a batch is good for ten days."),
        "template_id": _("SendGrid does not take the id of this template."),
    }.get(field, "")


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds SendGrid asks us to wait, at most a quarter of an hour; None when it does not say."""
    if (seconds := _number(response.headers.get("Retry-After"))) is None:
        reset = _number(response.headers.get("X-RateLimit-Reset"))
        if reset is None:
            return None
        seconds = reset - _sent_at(response)
    return min(max(seconds, 1.0), MAX_WAIT)


def _house_reason(status: int, errors: list[dict[str, Any]]) -> str:
    if status == 403 and any(error.get("field") == "from" for error in errors):
        return _("SendGrid does not know our sender address. Verify it in SendGrid under Sender Authentication.")
    if status == 403:
        return _("SendGrid does not let our API key send e-mail. Give the key the Mail Send permission.")
    return _("SendGrid turned our API key away: it is wrong or revoked, or the account has no credits left.")


def _errors(response: httpx.Response) -> list[dict[str, Any]]:
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    errors = body.get("errors") if isinstance(body, dict) else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _messages(errors: list[dict[str, Any]]) -> str:
    distinct = dict.fromkeys(str(error.get("message") or "") for error in errors)
    return " ".join(message for message in distinct if message)[:300]


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e12 else None


def _sent_at(response: httpx.Response) -> float:
    # SendGrid's own clock where it tells it: ours may be wrong.
    try:
        return parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return time.time()
