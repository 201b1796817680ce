"""What stands before every SendGrid endpoint: planned faults, the API key, the rate limit."""

import hmac
import time
from collections import defaultdict
from typing import Any

from litestar import Request, Response

from adapters.sandbox.faults import RETRY_AFTER, Faults, arranged, never_answered
from adapters.sandbox.sendgrid import answers
from adapters.settings import SANDBOX_SENDGRID_KEY, Settings

FAULT_HEADER = "X-Sandbox-Fault"
# A key may carry its fault: "<key>.fault-503".
FAULT_SUFFIX = ".fault-"
MAIL_SEND_PER_SECOND = 10_000
OTHERS_PER_MINUTE = 600


class RateLimit:
    """Counts requests in fixed windows of real time, mail/send by the second and all else by the minute."""

    def __init__(self, mail_send: int = MAIL_SEND_PER_SECOND, others: int = OTHERS_PER_MINUTE) -> None:
        self.limits = {True: (mail_send, 1), False: (others, 60)}
        self._counts: dict[tuple[bool, int], int] = defaultdict(int)

    def hit(self, sending: bool) -> tuple[bool, dict[str, str]]:
        """Count a request; say whether it is within the limit, with the headers that tell the state."""
        limit, seconds = self.limits[sending]
        window = int(time.time()) // seconds
        for old in [key for key in self._counts if key[0] == sending and key[1] < window]:
            del self._counts[old]
        self._counts[sending, window] += 1
        remaining = limit - self._counts[sending, window]
        return remaining >= 0, rate_headers(limit, max(remaining, 0), (window + 1) * seconds)


def rate_headers(limit: int, remaining: int, reset: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(reset),
    }


async def check_access(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """Answer for the endpoint when it must not be reached; None lets the request through."""
    if refusal := _key_refusal(request):
        return refusal
    sending = request.scope["path"].endswith("/v3/mail/send")
    if fault := await _fault(request):
        return _faulty(fault)
    allowed, headers = request.app.state.sendgrid_limit.hit(sending)
    if not allowed:
        return answers.too_many(headers)
    return None


def _key_refusal(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if not key:
        return answers.error(401, "Permission denied, wrong credentials")
    settings: Settings = request.app.state.settings
    bare = key.strip().split(FAULT_SUFFIX)[0].encode()
    known = (SANDBOX_SENDGRID_KEY.encode(), settings.sendgrid_key.encode())
    if scheme.lower() == "bearer" and any(hmac.compare_digest(bare, one) for one in known):
        return None
    return answers.error(401, "The provided authorization grant is invalid, expired, or revoked")


async def _fault(request: Request[Any, Any, Any]) -> str | None:
    _, _, from_key = request.headers["Authorization"].partition(FAULT_SUFFIX)
    asked_for = request.headers.get(FAULT_HEADER) or from_key
    faults: Faults = request.app.state.faults
    return arranged(request, asked_for) if asked_for else await faults.strike(request, "sendgrid")


def _faulty(fault: str) -> Response[bytes]:
    """Return the answer of a planned fault."""
    if fault == "lost":
        return never_answered()
    status = int(fault) if fault.isdigit() else 500
    if status == 429:
        # SendGrid tells when by its own headers; Retry-After, which it does not document, says the same.
        return answers.too_many(rate_headers(1, 0, int(time.time()) + int(RETRY_AFTER)) | {"Retry-After": RETRY_AFTER})
    if status >= 500 or status == 413:
        # Gateways speak HTML.
        return Response(f"<html><h1>{status}</h1></html>".encode(), status_code=status, media_type="text/html")
    messages = {401: "The provided authorization grant is invalid, expired, or revoked", 403: "access forbidden"}
    return answers.error(status, messages.get(status, "Bad Request"))
