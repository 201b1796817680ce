"""What an answer of Zoom means for us: may it be tried again, and who can mend it.

Decided by status and code: the wording follows the account's language.
"""

import logging
import random
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from domain.language import _
from domain.ports import Refused, Unavailable, Unknown

log = logging.getLogger(__name__)

# Only a person can mend a bad key, a missing scope or a plan, so asking again every few seconds helps nobody.
HOUSE_WAIT = 300.0
# The daily limits end at midnight UTC at the latest.
MAX_WAIT = 86_400.0
_SCOPES = re.compile(r"\[([^\]]*)\]")

NO_PERMISSION, PAID_ONLY_HOST = 200, 3161
UNKNOWN_USER, FOREIGN_USER = 1001, 1010
NO_MEETING, NO_RECORDING = 3001, 3301
NO_SUCH_ENDPOINT = 2300
BAD_TOKEN, MISSING_SCOPE = 124, 4711


def body_of(response: httpx.Response) -> dict[str, Any]:
    """Return the answer's JSON object, or an empty one."""
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def code_of(response: httpx.Response) -> int:
    """Return Zoom's error code, 0 where there is none."""
    code = body_of(response).get("code")
    return code if isinstance(code, int) else 0


def is_token_trouble(response: httpx.Response) -> bool:
    """Say whether a new token may help; a few endpoints answer 400 with the code of 401."""
    return response.status_code == 401 or (response.status_code == 400 and code_of(response) == BAD_TOKEN)


def failure_of(response: httpx.Response) -> Refused | Unavailable | Unknown:
    """Return what any answer but success means."""
    status, code = response.status_code, code_of(response)
    log.warning("Zoom answered %s, code %s (%s)", status, code, response.headers.get("x-zm-trackingid", ""))
    if status == 429:
        return Unavailable(_("Zoom's limit on requests is used up for now."), retry_after=retry_after(response))
    if is_token_trouble(response):
        return Unavailable(_("Zoom does not take our access token. Is the app activated?"), retry_after=HOUSE_WAIT)
    if status in (500, 502, 504) or status < 300:
        return Unknown(_("Zoom gave no clear answer ({status}).", status=status))
    if status > 500:
        return Unavailable(_("Zoom has a fault ({status}).", status=status), retry_after=retry_after(response))
    if (status in (404, 405) and code in (0, NO_SUCH_ENDPOINT)) or status < 400:
        reason = _("This address is not Zoom's ({status}). Check ZOOM_API_BASE_URL.", status=status)
        return Unavailable(reason, retry_after=HOUSE_WAIT)
    return _refusal(code, response)


def _refusal(code: int, response: httpx.Response) -> Refused | Unavailable:
    said = _message(response)
    if code == MISSING_SCOPE:
        scopes = _SCOPES.search(said)
        reason = _("The Zoom app lacks a permission. Add the scope {scopes} to it.", scopes=scopes[1] if scopes else "")
        return Unavailable(reason, retry_after=HOUSE_WAIT)
    if code in (NO_PERMISSION, PAID_ONLY_HOST):
        return Unavailable(
            _("Zoom does not allow this to the account or its host: {message}", message=said), retry_after=HOUSE_WAIT
        )
    if code in (UNKNOWN_USER, FOREIGN_USER):
        return Refused(_("Zoom does not know this host in our account. Check ZOOM_HOST or the class's host."))
    if code == NO_MEETING:
        return Refused(_("The meeting does not exist in Zoom any more."))
    return Refused(_("Zoom refused it: {message}", message=said or str(response.status_code)))


def token_failure(response: httpx.Response) -> Unavailable:
    """Return what any answer but a token means. Nothing has left the house yet."""
    status = response.status_code
    log.warning("Zoom gave no token: %s, %s", status, str(body_of(response).get("error", ""))[:40])
    if status == 429 or status >= 500:
        return Unavailable(_("Zoom gives no token just now ({status}).", status=status), retry_after(response))
    if status in (400, 401, 403):
        # Both 400 and 401 have been seen for the same bad pair.
        reason = _(
            "Zoom turned our app away. Check ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET, "
            "and that the app is of the server-to-server kind and activated."
        )
        return Unavailable(reason, retry_after=HOUSE_WAIT)
    reason = _("This address gives no Zoom tokens ({status}). Check ZOOM_OAUTH_TOKEN_URL.", status=status)
    return Unavailable(reason, retry_after=HOUSE_WAIT)


def retry_after(response: httpx.Response) -> float:
    """Return the seconds to wait: what Zoom says (seconds or a moment), else by the kind of the limit."""
    seconds = _said_wait(response.headers.get("Retry-After", ""), now := _answered_at(response))
    if seconds is None and "daily" in response.headers.get("X-RateLimit-Type", "").lower():
        seconds = (_midnight_after(now) - now).total_seconds()
    if seconds is None:
        # The limits per second: with jitter, so that those who were turned away together do not return together.
        return random.uniform(1.0, 2.0)
    return min(max(seconds, 1.0), MAX_WAIT)


def _said_wait(value: str, now: datetime) -> float | None:
    if value.isdigit():
        return float(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()


def _midnight_after(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _answered_at(response: httpx.Response) -> datetime:
    # Zoom's own clock where it tells it: ours may be wrong.
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.fromtimestamp(time.time(), UTC)


def _message(response: httpx.Response) -> str:
    body = body_of(response)
    errors = body.get("errors")
    details = (
        [str(one.get("message", "")) for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    )
    return " ".join(part for part in (str(body.get("message") or ""), *details) if part)[:300]
