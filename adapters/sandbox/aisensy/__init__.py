"""AiSensy's side of the wire, under ``/aisensy``, and the customers' phones."""

from datetime import timedelta
from typing import Any

from litestar import Router

from adapters.aisensy.signature import CLOUD_SIGNATURE_HEADER, SIGNATURE_HEADER, sign
from adapters.sandbox.aisensy import answers as aisensy_answers
from adapters.sandbox.aisensy.account import GONE, Account
from adapters.sandbox.aisensy.campaigns import CampaignController
from adapters.sandbox.aisensy.catalogue import Catalogue
from adapters.sandbox.aisensy.events import PROJECT_ID
from adapters.sandbox.aisensy.phone.account_page import AccountController
from adapters.sandbox.aisensy.phone.controller import PhoneController
from adapters.sandbox.aisensy.phone.machine import PhoneMachineController
from adapters.sandbox.aisensy.project import ProjectController
from adapters.sandbox.aisensy.project_access import may_enter
from adapters.sandbox.aisensy.sending import Sending
from adapters.sandbox.aisensy.session_messages import SessionMessageController
from adapters.sandbox.callbacks import Callbacks, Caller
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.faults import Faults
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.settings import Settings

__all__ = ["PHONE_PAGES", "aisensy_answers", "aisensy_parts", "aisensy_router"]

PHONE_PAGES = (AccountController, PhoneController, PhoneMachineController)


def aisensy_router() -> Router:
    project = Router(
        "/project-apis/v1/project/{project_id:str}",
        before_request=may_enter,
        route_handlers=[ProjectController, SessionMessageController],
    )
    return Router("/aisensy", route_handlers=[CampaignController, project])


def aisensy_parts(
    database: SandboxDatabase, callbacks: Callbacks, settings: Settings, chance: Chance, faults: Faults
) -> dict[str, Any]:
    """Return what AiSensy's endpoints and the phones need, and say how AiSensy calls back."""
    secret = settings.credential("AISENSY_WEBHOOK_SECRET", "aisensy")
    account = Account(database, f"{settings.base_url}/webhooks/aisensy", secret)
    callbacks.register("aisensy", _caller(secret, account))
    return {
        "catalogue": Catalogue(database, settings.base_url),
        "sending": Sending(database, callbacks, account, chance, faults),
    }


def _caller(secret: str, account: Account) -> Caller:

    def headers(body: bytes) -> dict[str, str]:
        if body.startswith(b'{"object":"whatsapp_business_account"'):
            return {CLOUD_SIGNATURE_HEADER: f"sha256={sign(secret, body)}"}
        signature = {SIGNATURE_HEADER: sign(secret, body)} if account.is_webhook_signed else {}
        return {"X-AiSensy-API-Version": "v1", "X-AiSensy-Project-Id": PROJECT_ID, **signature}

    # One more attempt after about five minutes, and five seconds for an answer.
    return Caller(
        sign=headers,
        # Who does not sign is told from others by the address alone.
        misdirect=lambda url: url if account.is_webhook_signed else f"{url}-wrong",
        gaps=(timedelta(minutes=5),),
        timeout=5.0,
        user_agent="AiSensy",
        tries_again=lambda status: status not in (429, GONE),
        count=lambda attempts: {"X-Retry-Count": str(attempts)} if attempts else {},
        # Whether it signs is read anew: the last to change it may have been the sandbox before its restart.
        prepare=account.read,
        heard=account.heard,
    )
