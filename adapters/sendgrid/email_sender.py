"""E-mail out through SendGrid's ``/v3/mail/send``, and the look-up of what became of an attempt."""

from typing import Any
from uuid import UUID

import httpx
import msgspec

from adapters.sendgrid.answers import outcome_of
from adapters.sendgrid.mail import MAX_BYTES, MAX_RECIPIENTS, mail_body
from adapters.traffic.held_back import held_back
from domain.language import _
from domain.ports import CannotTell, Email, EmailResult, Found, Missing, Outcome, Refused, Sent, Unavailable, Unknown

# Raised before any byte of a request left.
_NOT_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


class SendGridEmailSender:
    """An EmailSender. The client knows the address and the key; see ``client_for``."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, email: Email) -> Outcome:
        """Hand one request to SendGrid. Never raises; silence after it may have left is Unknown."""
        if not 0 < len(email.recipients) <= MAX_RECIPIENTS:
            return Refused(_("An e-mail has between 1 and 1,000 recipients."))
        body = mail_body(email)
        if len(body) >= MAX_BYTES:
            return Refused(_("The e-mail with its attachments is larger than the 30 MB SendGrid takes."))
        try:
            response = await self._client.post(
                "/v3/mail/send", content=body, headers={"Content-Type": "application/json"}
            )
        except _NOT_CONNECTED as error:
            return held_back(error) or Unavailable(
                _("SendGrid could not be reached ({error}).", error=type(error).__name__)
            )
        except httpx.HTTPError as error:
            return Unknown(_("SendGrid fell silent ({error}).", error=type(error).__name__))
        return _accepted(email, response) if response.status_code == 202 else outcome_of(response)

    async def find(self, send_id: UUID) -> Found | Missing | CannotTell:
        """Ask the Email Activity API for any message of the attempt.

        It is an add-on of the account, and empty for the regional (EU) address: both give CannotTell.
        """
        if self._client.base_url.host == "api.eu.sendgrid.com":
            return CannotTell(_("SendGrid keeps no searchable e-mail activity for EU accounts."))
        query = f"(unique_args['send_id']=\"{send_id}\")"
        try:
            response = await self._client.get("/v3/messages", params={"limit": "1", "query": query})
        except httpx.HTTPError as error:
            return CannotTell(_("SendGrid could not be asked ({error}).", error=type(error).__name__))
        return _found(response)


def _accepted(email: Email, response: httpx.Response) -> Sent:
    # The id is missing on rare occasions; our own ids in each event serve then.
    message_id = response.headers.get("X-Message-Id", "")
    results = [EmailResult(recipient.email, "accepted", message_id or None) for recipient in email.recipients]
    return Sent(message_id=message_id, results=results)


def _found(response: httpx.Response) -> Found | Missing | CannotTell:
    if response.status_code in (400, 401, 403):
        return CannotTell(_("The SendGrid account has no e-mail activity add-on, or our key may not read it."))
    if response.status_code != 200:
        return CannotTell(_("SendGrid could not be asked ({error}).", error=response.status_code))
    try:
        messages: Any = msgspec.json.decode(response.content)["messages"]
        return Found(messages[0]["msg_id"].split(".", 1)[0]) if messages else Missing()
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
        return CannotTell(_("SendGrid's answer could not be read."))
