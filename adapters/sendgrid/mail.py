"""An e-mail as the JSON of ``POST /v3/mail/send``: one personalisation a recipient."""

from base64 import b64encode
from typing import Any
from uuid import UUID

import msgspec

from domain.ports import Attachment, Email, Recipient

MAX_RECIPIENTS = 1_000
MAX_BYTES = 30 * 1024 * 1024


def mail_body(email: Email) -> bytes:
    """Return the request body. Every copy carries our ids, which come back in each event and can be searched for."""
    body: dict[str, Any] = {
        "personalizations": [_personalization(recipient, email.send_id) for recipient in email.recipients],
        "from": _address(email.sender, email.sender_name),
        "subject": email.subject,
        "content": _content(email),
    }
    if email.reply_to:
        body["reply_to"] = {"email": email.reply_to}
    if email.categories:
        body["categories"] = list(email.categories)
    if email.attachments:
        body["attachments"] = [_attachment(attachment) for attachment in email.attachments]
    return msgspec.json.encode(body)


def _personalization(recipient: Recipient, send_id: UUID) -> dict[str, Any]:
    personalization: dict[str, Any] = {
        "to": [_address(recipient.email, recipient.name)],
        "custom_args": {"delivery_id": str(recipient.delivery_id), "send_id": str(send_id)},
    }
    if recipient.substitutions:
        personalization["substitutions"] = dict(recipient.substitutions)
    if recipient.headers:
        personalization["headers"] = dict(recipient.headers)
    return personalization


def _address(email: str, name: str) -> dict[str, str]:
    return {"email": email, "name": name} if name else {"email": email}


def _content(email: Email) -> list[dict[str, str]]:
    # SendGrid wants the plain text first and refuses empty values.
    parts = (("text/plain", email.text), ("text/html", email.html))
    return [{"type": media_type, "value": value} for media_type, value in parts if value]


def _attachment(attachment: Attachment) -> dict[str, str]:
    return {
        "content": b64encode(attachment.content).decode("ascii"),
        "type": attachment.media_type,
        "filename": attachment.filename,
        "disposition": "attachment",
    }
