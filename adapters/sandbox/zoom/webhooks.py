"""Zoom's webhooks: the events' form, their signature, when they are tried again, and the check of our address."""

import hmac
import json
import time
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

import httpx
import msgspec

from adapters.certificates import certificates
from adapters.sandbox.callbacks import Caller
from adapters.sandbox.zoom.account import Account
from adapters.settings import Settings

AGENT = "Zoom Marketplace/1.0a"
# The waits between attempts, each counted from the one before.
GAPS = (timedelta(minutes=5), timedelta(minutes=20), timedelta(minutes=60))
TIMEOUT = 3.0


def caller(settings: Settings) -> Caller:
    """Return how Zoom calls: it waits three seconds, and tries again only for silence and faults of the other side."""
    secret = settings.credential("ZOOM_WEBHOOK_SECRET_TOKEN", "zoom")
    return Caller(
        sign=lambda body: signed_headers(secret, body),
        gaps=GAPS,
        timeout=TIMEOUT,
        user_agent=AGENT,
        tries_again=lambda status: status is None or status >= 500,
    )


async def tell(
    zoom: Account,
    kind: str,
    meeting: Any,
    subject: Mapping[str, Any],
    *,
    after: timedelta = timedelta(),
    **more: Any,
) -> None:
    """Plan the webhook of something that happens now, or ``after`` a while."""
    moment = (await zoom.database.now()) + zoom.after(after)
    # Of what stays the same in every run: ids of meetings do not.
    luck = zoom.chance.share("webhook", kind, meeting.topic, subject.get("participant", {}).get("user_name", ""))
    event = {
        "event": kind,
        "event_ts": int(moment.timestamp() * 1000) + int(luck * 1000),
        **more,
        "payload": {"account_id": zoom.id, "object": dict(subject)},
    }
    # Close events overtake one another on their way, as in life.
    await zoom.callbacks.plan(
        "zoom",
        url=zoom.webhook_url,
        body=encoded(event),
        subject=str(meeting.id),
        kind=kind,
        media_type="application/json; charset=utf-8",
        after=after + timedelta(seconds=0.2 + luck * 1.3),
    )


def encoded(event: Mapping[str, Any]) -> bytes:
    """Return the event as Zoom writes it: compact and not escaped, so that who writes it anew gets the same bytes."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def signed_headers(secret: str, body: bytes) -> dict[str, str]:
    """Sign a body now. The request id is the same for every attempt at one event."""
    timestamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, sha256).hexdigest()
    name = sha256(body).hexdigest()
    request_id = "_".join((name[:8], name[8:12], name[12:16], name[16:20], name[20:32]))
    return {
        "x-zm-request-timestamp": timestamp,
        "x-zm-signature": f"v0={digest}",
        "x-zm-request-id": request_id,
        "x-zm-trackingid": f"v=2.0;clid=sandbox;rid=WEB_{name[32:]}",
    }


async def check_address(zoom: Account) -> str:
    """Check the address of the webhooks as Zoom does; return what is wrong with it, or nothing."""
    plain = token_urlsafe(16)
    event = {
        "event": "endpoint.url_validation",
        "payload": {"plainToken": plain},
        "event_ts": int(time.time() * 1000),
    }
    body = encoded(event)
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT}
    headers |= signed_headers(zoom.secret_token, body)
    try:
        async with httpx.AsyncClient(
            verify=certificates(), timeout=TIMEOUT, follow_redirects=False, trust_env=False
        ) as client:
            response = await client.post(zoom.webhook_url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"The address does not answer ({type(error).__name__})."
    expected = hmac.new(zoom.secret_token.encode(), plain.encode(), sha256).hexdigest()
    return _wrong(response, {"plainToken": plain, "encryptedToken": expected})


def _wrong(response: httpx.Response, expected: dict[str, str]) -> str:
    if response.status_code != 200:
        return f"The address answered {response.status_code} instead of 200."
    try:
        answer = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "The answer is not JSON."
    return "" if answer == expected else "The answer does not hold the token encrypted with the secret token."
