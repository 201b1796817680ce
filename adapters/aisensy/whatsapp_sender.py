"""WhatsApp out: templates through AiSensy's campaigns, free text through its Project API."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx

from adapters.aisensy.answers import THE_RECIPIENT, body_of, is_error, outcome_of
from adapters.aisensy.client import Account
from adapters.aisensy.messages import campaign_body, is_phone, problem_of, problem_of_text, text_body
from adapters.traffic.held_back import held_back
from domain.language import _
from domain.ports.outcomes import Refused, Unavailable, Unknown
from domain.ports.whatsapp import WhatsAppMessage, WhatsAppOutcome, WhatsAppSent, WhatsAppText

PASSWORD_HEADER = "X-AiSensy-Project-API-Pwd"
_JSON = {"Content-Type": "application/json"}
# The request never reached the other side, so nothing can have left.
_NOT_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


class AiSensyWhatsAppSender:
    """AiSensy as a WhatsAppSender. AiSensy knows no idempotency key: whatever is Unknown must not be sent again."""

    def __init__(self, client: httpx.AsyncClient, account: Account) -> None:
        self._client = client
        self._account = account

    async def send(self, message: WhatsAppMessage) -> WhatsAppOutcome:
        """Start the campaign for one person. Never raises; silence after it may have left is Unknown."""
        if not is_phone(message.destination):
            return Refused(_("This is no telephone number with its country code."), recipients=THE_RECIPIENT)
        if problem := problem_of(message):
            return Refused(problem)
        body = campaign_body(message, self._account.api_key)
        answer = await self._post(self._account.campaign_path, body, {})
        if not isinstance(answer, httpx.Response):
            return answer
        taken = _taken(answer)
        if taken is None:
            return outcome_of(answer)
        # The docs promise a 200 and no body; most answers hold this id, which is not WhatsApp's.
        return _sent(message.campaign, _text(taken.get("submitted_message_id")), message.destination)

    async def send_text(self, text: WhatsAppText) -> WhatsAppOutcome:
        """Send free text, which WhatsApp takes for 24 hours after the customer last wrote. Never raises."""
        if not (self._account.project_url and self._account.project_password):
            return Unavailable(_("Set AISENSY_PROJECT_ID and AISENSY_PROJECT_PASSWORD to write in free text."))
        if not is_phone(text.destination):
            return Refused(_("This is no telephone number with its country code."), recipients=THE_RECIPIENT)
        if problem := problem_of_text(text):
            return Refused(problem)
        headers = {PASSWORD_HEADER: self._account.project_password}
        answer = await self._post(f"{self._account.project_url}/messages", text_body(text), headers)
        if not isinstance(answer, httpx.Response):
            return answer
        taken = _taken(answer)
        if taken is not None:
            return _sent("", _wamid(taken), text.destination)
        outcome = outcome_of(answer)
        # Free text has a password of its own: where that is wrong, templates leave all the same.
        return replace(outcome, is_account=False) if isinstance(outcome, Unavailable) else outcome

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> httpx.Response | Unavailable | Unknown:
        try:
            return await self._client.post(url, content=body, headers=_JSON | headers)
        except _NOT_CONNECTED as error:
            return held_back(error) or Unavailable(
                _("AiSensy could not be reached ({error}).", error=type(error).__name__)
            )
        except httpx.HTTPError as error:
            return Unknown(_("AiSensy fell silent ({error}).", error=type(error).__name__))


def _taken(response: httpx.Response) -> dict[str, Any] | None:
    """Return the body of an answer that says the message was taken, else None."""
    if not response.is_success:
        return None
    body = body_of(response)
    return None if body is None or is_error(body) else body


def _sent(campaign: str, message_id: str, destination: str) -> WhatsAppSent:
    return WhatsAppSent(campaign, message_id, destination, timestamp=datetime.now(UTC))


def _wamid(body: dict[str, Any]) -> str:
    # The list may hold an object without an id.
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    return _text(first.get("id")) if isinstance(first, dict) else ""


def _text(value: object) -> str:
    return value.replace("\x00", "") if isinstance(value, str) else ""
