"""What stands before every endpoint of Bolna: the key, planned faults, and the limits by the minute."""

import hmac
import time
from collections import Counter
from typing import Any

from litestar import Request, Response

from adapters.provider_settings import SANDBOX_VALUES
from adapters.sandbox.bolna import answers
from adapters.sandbox.faults import Faults, never_answered
from adapters.settings import Settings

CALLS_A_MINUTE = 500
OTHERS_A_MINUTE = 1_000


class Access:
    """Lets requests through, or answers for the endpoint. Counts them by real minutes."""

    def __init__(self, calls: int = CALLS_A_MINUTE, others: int = OTHERS_A_MINUTE) -> None:
        self._limits = {"calls": calls, "others": others}
        self._minute = 0
        self._seen: Counter[str] = Counter()

    async def check(self, request: Request[Any, Any, Any]) -> Response[bytes] | None:
        """Answer for the endpoint when it must not be reached; None lets the request through."""
        if refusal := _key_refusal(request):
            return refusal
        faults: Faults = request.app.state.faults
        if kind := await faults.strike(request, "bolna"):
            return never_answered() if kind == "lost" else answers.refused_with(int(kind))
        return None if self._hit(_bucket(request)) else answers.too_many()

    def _hit(self, bucket: str) -> bool:
        if self._minute != (minute := int(time.time()) // 60):
            self._minute, self._seen = minute, Counter()
        self._seen[bucket] += 1
        return self._seen[bucket] <= self._limits[bucket]


async def check_access(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """Ask the access of the sandbox that is called."""
    access: Access = request.app.state.bolna_access
    return await access.check(request)


def sandbox_value(settings: Settings, name: str) -> str:
    """Return a credential the sandbox goes by: its own where the account's belongs to the live provider."""
    return SANDBOX_VALUES[name] if settings.is_live("bolna") else settings.credential(name, "bolna")


def _key_refusal(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        return answers.error(401, answers.DENIED)
    known = {SANDBOX_VALUES["BOLNA_API_KEY"], sandbox_value(request.app.state.settings, "BOLNA_API_KEY")}
    if any(hmac.compare_digest(key.strip().encode(), one.encode()) for one in known):
        return None
    return answers.detail(403, answers.BAD_KEY)


def _bucket(request: Request[Any, Any, Any]) -> str:
    path = request.url.path
    is_call = path.rstrip("/").endswith("/bolna/call")
    return "calls" if is_call or (request.method == "GET" and "/v2/agent/" in path) else "others"
