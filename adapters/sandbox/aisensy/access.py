"""What stands before AiSensy's endpoints: the key, the account's state, planned faults, and numbers with a fate."""

import hmac
from typing import Any

from litestar import Request, Response

from adapters.provider_settings import SANDBOX_VALUES
from adapters.sandbox.aisensy import answers
from adapters.sandbox.aisensy.account import Account
from adapters.sandbox.aisensy.outcomes import Fate
from adapters.sandbox.faults import Faults, never_answered
from adapters.settings import Settings


def is_credential(settings: Settings, name: str, given: object) -> bool:
    """Say whether this is the sandbox's credential, or the one the settings name."""
    known = (SANDBOX_VALUES[name], settings.credential(name, "aisensy"))
    return isinstance(given, str) and any(hmac.compare_digest(given.encode(), one.encode()) for one in known if one)


async def fault(request: Request[Any, Any, Any], faults: Faults) -> Response[bytes] | None:
    """Return the answer of a planned fault; None lets the request through."""
    kind = await faults.strike(request, "aisensy")
    if kind is None:
        return None
    return never_answered() if kind == "lost" else refused_with(int(kind))


async def account_refusal(account: Account) -> Response[bytes] | None:
    """Return what an account answers that may not send."""
    row = await account.read()
    if not row.has_plan:
        return answers.no_plan()
    if not row.is_verified:
        return answers.not_verified()
    return None if row.has_credits else answers.no_credits()


def fated(request: Request[Any, Any, Any], fate: Fate) -> Response[bytes] | None:
    """Return what every request about a number is answered whose fate is to be refused."""
    if fate.is_silent:
        request.scope["state"]["silent"] = True
    return refused_with(fate.status) if fate.status else None


def refused_with(status: int) -> Response[bytes]:
    """Return the answer AiSensy, or the gateway in front of it, gives with this status."""
    if status == 400:
        return answers.short("Invalid Number")
    if status == 401:
        return answers.unauthorized()
    if status == 402:
        return answers.no_credits()
    if status == 403:
        return answers.named("ERR403", "Forbidden", 403)
    if status == 429:
        response = answers.named("ERR429", "Too Many Requests", 429)
        response.headers["Retry-After"] = "1"
        return response
    return answers.gateway(status)
