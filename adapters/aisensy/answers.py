"""What an answer of AiSensy means for us: may it be tried again, and is anybody at fault.

AiSensy documents no errors; these are the ones integrators have met. Its own errors can only be told by their text,
Meta's by their code. A refusal with a recipient named is about the number, any other about campaign, template or media.
"""

import re
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from adapters.aisensy.codes import Failure, failure_of
from domain.language import _
from domain.ports.outcomes import Refused, Unavailable, Unknown

MAX_WAIT = 900.0
# Only a person can mend a bad key or an empty wallet, so asking again every few seconds helps nobody.
HOUSE_WAIT = 300.0
_META_CODE = re.compile(r"\(#(\d{1,6})\)")
THE_RECIPIENT = (0,)

Bad = Refused | Unavailable | Unknown


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer read: the status it stands for, which may hide behind a 200, its code and its words."""

    status: int
    code: int | None = None
    text: str = ""
    trace_id: str = ""


def body_of(response: httpx.Response) -> dict[str, Any] | None:
    """Return the JSON object of the answer; an empty one where there is no body, None where it is something else."""
    if not response.content.strip():
        return {}
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def is_error(body: dict[str, Any]) -> bool:
    """Say whether a 200 is one in name only, as integrators report: AiSensy's errors may come as 200."""
    if str(body.get("success", True)).lower() == "false":
        return True
    return str(body.get("status", "")).lower() == "error" or bool(body.get("error") or body.get("errorCode"))


def outcome_of(response: httpx.Response) -> Bad:
    """Return what an answer means that does not say the message was taken."""
    answer = _read(response)
    if answer.status < 300:
        return Unknown(_("AiSensy answered {status}, but not that it took the message.", status=answer.status))
    if answer.status == 429:
        return Unavailable(_("AiSensy asks us to slow down."), retry_after=retry_after(response))
    if answer.code is not None:
        return _by_code(failure_of(answer.code, answer.text), response)
    if answer.status in (401, 402, 403):
        return _account(_account_reason(answer))
    if answer.status >= 500 or answer.status == 408:
        return _by_fault(answer, response)
    if (answer.status in (404, 405) and not _setup_reason(answer.text.lower())) or answer.status < 400:
        reason = _("This address is not AiSensy's ({status}). Check its base URL.", status=answer.status)
        return Unavailable(reason, retry_after=HOUSE_WAIT)
    return _by_text(answer)


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds AiSensy asks us to wait, at most a quarter of an hour; None when it does not say."""
    value = response.headers.get("Retry-After", "").strip()
    return min(max(float(value), 1.0), MAX_WAIT) if value.isascii() and value.isdigit() else None


def _read(response: httpx.Response) -> Answer:
    body = body_of(response)
    if body is None:
        return Answer(response.status_code, text=_plain(response))
    meta = body.get("error")
    nested = meta if isinstance(meta, dict) else {}
    text = _first(body.get("errorMessage"), nested.get("message"), meta, body.get("message"))
    number = _number(nested.get("code"))
    own = _number(body.get("errorCode")) or _number(str(body.get("name", "")).removeprefix("ERR"))
    in_text = _META_CODE.search(text)
    if number is None and in_text:
        number = int(in_text[1])
    status = response.status_code
    if own is not None and 400 <= own < 600 and own != 470:
        status = own if status < 300 else status
    elif own is not None and number is None:
        number = own
    if status < 300 and is_error(body):
        status = 400
    return Answer(status, number, text, _first(body.get("aisTraceId")))


def _by_code(failure: Failure, response: httpx.Response) -> Bad:
    if failure.fault == "account":
        return _account(failure.reason)
    if failure.fault == "later":
        return Unavailable(failure.reason, retry_after=retry_after(response))
    at_fault = failure.fault in ("recipient", "withheld", "opt_out")
    return Refused(failure.reason, recipients=THE_RECIPIENT if at_fault else ())


def _by_fault(answer: Answer, response: httpx.Response) -> Bad:
    if answer.status in (502, 504):
        # A gateway answered for a server that may have taken the message, and there is no look-up.
        return Unknown(_("AiSensy's gateway gave no answer ({status}).", status=answer.status))
    if answer.status == 408:
        return Unavailable(_("The message did not reach AiSensy in time."))
    return Unavailable(_("AiSensy has a fault ({status}).", status=answer.status), retry_after=retry_after(response))


def _account(reason: str) -> Unavailable:
    return Unavailable(reason, HOUSE_WAIT, is_account=True)


def _account_reason(answer: Answer) -> str:
    if answer.status == 402 or "credit" in answer.text.lower():
        return _("The AiSensy wallet is empty. Add WhatsApp credits in AiSensy.")
    if "password" in answer.text.lower():
        return _("AiSensy turned the password of our project away. Check AISENSY_PROJECT_PASSWORD.")
    return _("AiSensy turned our API key away: it is wrong or revoked. Check AISENSY_API_KEY.")


def _by_text(answer: Answer) -> Bad:
    text = answer.text.lower()
    if "no plan" in text:
        return _account(_("The AiSensy project has no active plan. Choose one in AiSensy."))
    if "not verified" in text:
        return _account(_("The WhatsApp Business account behind AiSensy is not verified. Verify it with Meta."))
    if "credit" in text or "invalid token" in text:
        return _account(_account_reason(answer))
    if "invalid number" in text:
        return Refused(_("AiSensy says that this is no valid WhatsApp number."), recipients=THE_RECIPIENT)
    return Refused(_setup_reason(text) or _refusal(answer))


def _setup_reason(text: str) -> str:
    if "params" in text:
        return _("The parameters, or those of its buttons, do not fit the AiSensy campaign.")
    if "does not exist" in text:
        return _("AiSensy has no such campaign. Check its name; it is not the template's.")
    if "not live" in text:
        return _("The AiSensy campaign is not live. Set it live in AiSensy.")
    if "media" in text:
        return _("The AiSensy campaign needs a picture or file, and the message has none.")
    if "requires a parameter" in text:
        return _("A button of the AiSensy campaign needs its address, and the message has none.")
    return ""


def _refusal(answer: Answer) -> str:
    said = answer.text or str(answer.status)
    if answer.trace_id:
        return _("AiSensy refused it: {message} (trace {trace})", message=said[:300], trace=answer.trace_id[:60])
    return _("AiSensy refused it: {message}", message=said[:300])


def _plain(response: httpx.Response) -> str:
    # A page of a gateway helps nobody.
    text = response.text.strip()
    return "" if text.startswith("<") else text[:300]


def _first(*values: object) -> str:
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10 else None
