"""Bolna's side of the wire, under ``/bolna``, its store of recordings, and pages to look into calls."""

from datetime import timedelta
from typing import Any

from litestar import Router

from adapters.sandbox.bolna import answers as bolna_answers
from adapters.sandbox.bolna.access import Access, check_access
from adapters.sandbox.bolna.account import Account
from adapters.sandbox.bolna.agent_endpoints import AgentController
from adapters.sandbox.bolna.call_endpoints import CallController
from adapters.sandbox.bolna.calling import Calling
from adapters.sandbox.bolna.execution_endpoints import ExecutionController
from adapters.sandbox.bolna.executions import Executions
from adapters.sandbox.bolna.pages import CallPagesController
from adapters.sandbox.bolna.recordings import FileController, RecordingController
from adapters.sandbox.callbacks import Callbacks, Caller
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.settings import Settings

__all__ = ["CALL_PAGES", "Access", "bolna_answers", "bolna_parts", "bolna_router"]

CALL_PAGES = (CallPagesController, FileController)
# Bolna tries again after a failed delivery; how often and when is not published.
GAPS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))


def bolna_router() -> Router:
    return Router(
        "/bolna",
        before_request=check_access,
        route_handlers=[CallController, ExecutionController, AgentController, RecordingController],
    )


def bolna_parts(database: SandboxDatabase, callbacks: Callbacks, settings: Settings, chance: Chance) -> dict[str, Any]:
    """Return what Bolna's endpoints and the call pages need, and say how Bolna calls back: without any signature."""
    # Who forges a post does not know the secret that ends the address.
    callbacks.register(
        "bolna", Caller(gaps=GAPS, timeout=10.0, user_agent="Bolna", misdirect=lambda url: f"{url}-forged")
    )
    account = Account(database, settings)
    return {"calling": Calling(database, callbacks, account, Executions(settings, chance), chance)}
