"""What an answer of Bolna means for us: may it be asked again, who has to mend what, or is it simply no."""

from typing import Any

import httpx
import msgspec

from adapters.traffic.held_back import held_back
from domain.language import _
from domain.ports import CannotTell, Refused, Unavailable, Unknown

MAX_WAIT = 900.0
# Only a person can mend a bad key or an empty wallet, so asking every few seconds helps nobody.
HOUSE_WAIT = 300.0
THE_RECIPIENT = (0,)
# Raised before any byte of a request left.
NOT_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)

Failure = Refused | Unavailable | Unknown


def silence(error: Exception) -> Unavailable | Unknown:
    """Return what it means that no answer came: nothing left the house, or nobody knows."""
    if held := held_back(error):
        return held
    name = type(error).__name__
    if isinstance(error, (*NOT_CONNECTED, httpx.InvalidURL)):
        return Unavailable(_("Bolna could not be reached ({error}).", error=name))
    return Unknown(_("Bolna fell silent ({error}).", error=name))


def body_of(response: httpx.Response) -> dict[str, Any]:
    """Return the answer's JSON object; anything else, like a gateway's HTML, counts as an empty one."""
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def failure_of(response: httpx.Response, body: dict[str, Any]) -> Failure:
    """Return what an answer means that is not the one hoped for."""
    status = response.status_code
    if reason := _account_reason(status, body):
        return Unavailable(reason, HOUSE_WAIT, is_account=True)
    if reason := _house_reason(status, body):
        return Unavailable(reason, retry_after=HOUSE_WAIT)
    if status == 429:
        return Unavailable(_("Bolna asks us to slow down."), retry_after=_retry_after(response))
    if status == 503:
        return Unavailable(_("Bolna is out of service for the moment."), retry_after=_retry_after(response))
    if status == 408:
        return Unavailable(_("The request did not reach Bolna in time."))
    if status >= 500 or not body:
        # Whatever answered, the call may have been placed before: it has to be looked up.
        return Unknown(_("Bolna gave no clear answer ({status}).", status=status))
    if response.is_success:
        return Unknown(_("Bolna answered {status}, but not what was asked.", status=status))
    return _refusal(status, message_of(body))


def cannot_tell(response: httpx.Response, body: dict[str, Any]) -> CannotTell:
    """Return why a question found no answer."""
    return CannotTell(failure_of(response, body).reason)


def malformed() -> CannotTell:
    return CannotTell(_("Bolna's answer could not be read."))


def message_of(body: dict[str, Any]) -> str:
    """Return Bolna's words, which stand in one of three fields; ``detail`` may list what is wrong by field."""
    for name in ("message", "detail", "error"):
        value = body.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()[:300]
        if isinstance(value, list) and value:
            return "; ".join(map(_fault_of_field, value))[:300]
    return ""


def _fault_of_field(fault: object) -> str:
    if not isinstance(fault, dict):
        return str(fault)
    place = fault.get("loc")
    field = str(place[-1]) if isinstance(place, list) and place else ""
    return f"{field}: {fault.get('msg', '')}".strip(": ")


def _account_reason(status: int, body: dict[str, Any]) -> str:
    said = message_of(body).lower()
    if status in (401, 403):
        # Its docs promise 401, its servers were seen to answer 403.
        return _("Bolna turned our key away: it is wrong or revoked. Check BOLNA_API_KEY.")
    if status == 402 or (400 <= status < 500 and ("balance" in said or "wallet" in said)):
        return _("The Bolna wallet is empty. Add credits in Bolna.")
    return ""


def _house_reason(status: int, body: dict[str, Any]) -> str:
    """Return what only a person can mend, and what may be about this one call: it may name an agent of its own."""
    said = message_of(body).lower()
    if status in (400, 404, 422) and "agent" in said and "from_number" not in said:
        return _("Bolna does not know this agent. Check BOLNA_AGENT_ID.")
    if status == 400 and "from_number" in said:
        return _("The agent in Bolna has no number to call from. Check its telephony provider in Bolna.")
    if (status in (404, 405) and not body) or 300 <= status < 400:
        return _("This address is not Bolna's ({status}). Check BOLNA_BASE_URL.", status=status)
    return ""


def _refusal(status: int, said: str) -> Refused:
    # Also what trial accounts answer, which call none but verified numbers.
    is_about_number = any(word in said.lower() for word in ("recipient", "phone", "verified number"))
    reason = _("Bolna refused it: {message}", message=said or str(status))
    return Refused(reason, recipients=THE_RECIPIENT if is_about_number else ())


def _retry_after(response: httpx.Response) -> float | None:
    # Undocumented, and honoured where it comes.
    said = response.headers.get("Retry-After", "").strip()
    return min(max(float(said), 1.0), MAX_WAIT) if said.isascii() and said.isdigit() else None
