"""E-mail out through SendGrid's ``/v3/mail/send``, and the look-up of what became of an attempt."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import msgspec

from adapters.sendgrid import batches
from adapters.sendgrid.answers import NOT_CONNECTED, outcome_of, unreachable
from adapters.sendgrid.limits import MAX_BYTES, objection, too_large
from adapters.sendgrid.mail import mail_body
from domain.language import _
from domain.ports import (
    BatchCancelled,
    BatchOpened,
    CannotTell,
    Email,
    EmailRefused,
    EmailResult,
    Found,
    Missing,
    Outcome,
    Refused,
    Sent,
    Unavailable,
    Unknown,
)


class SendGridEmailSender:
    """An EmailSender. The client knows the address and the key; see ``client_for``."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, email: Email) -> Outcome:
        """Hand one request to SendGrid. Never raises; silence after it may have left is Unknown."""
        if reason := objection(email):
            return _refused(email, Refused(reason))
        # Twenty megabytes in base64 would keep the event loop for a while.
        body = await asyncio.to_thread(mail_body, email) if email.attachments else mail_body(email)
        if len(body) >= MAX_BYTES:
            return _refused(email, Refused(too_large()))
        try:
            response = await self._client.post(
                "/v3/mail/send", content=body, headers={"Content-Type": "application/json"}
            )
        except NOT_CONNECTED as error:
            return unreachable(error)
        except httpx.HTTPError as error:
            return Unknown(_("SendGrid fell silent ({error}).", error=type(error).__name__))
        if response.status_code == 202:
            return _accepted(email, response)
        outcome = outcome_of(response)
        return _refused(email, outcome) if isinstance(outcome, Refused) else outcome

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

    async def open_batch(self) -> BatchOpened | Refused | Unavailable:
        """Ask for a name under which scheduled e-mails can be cancelled together. Never raises."""
        return await batches.open_batch(self._client)

    async def cancel(self, batch_id: str) -> BatchCancelled | Refused | Unavailable:
        """Let nothing of the batch leave that has not left. Never raises."""
        return await batches.cancel(self._client, batch_id)


def _accepted(email: Email, response: httpx.Response) -> Sent:
    # The id is missing on rare occasions; our own ids in each event serve then.
    message_id = response.headers.get("X-Message-Id", "")
    results = [EmailResult(recipient.email, "accepted", message_id or None) for recipient in email.recipients]
    return Sent(message_id=message_id, batch_id=email.batch_id, results=results)


def _refused(email: Email, refusal: Refused) -> EmailRefused:
    """Say it of each recipient: SendGrid takes all of a request or nothing of it."""
    at_fault = set(refusal.recipients) or range(len(email.recipients))
    results = [
        EmailResult(recipient.email, "rejected", reason=refusal.reason)
        if index in at_fault
        else EmailResult(recipient.email, "held_back")
        for index, recipient in enumerate(email.recipients)
    ]
    return EmailRefused(refusal.reason, refusal.recipients, batch_id=email.batch_id, results=results)


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
