"""An e-mail as the JSON of ``POST /v3/mail/send``: one personalisation a recipient."""

from base64 import b64encode
from typing import Any
from uuid import UUID

import msgspec

from domain.ports import Attachment, Email, Recipient


def mail_body(email: Email) -> bytes:
    """Return the request body. Every copy carries our ids, which come back in each event and can be searched for."""
    body: dict[str, Any] = {
        "personalizations": [_personalization(recipient, email) for recipient in email.recipients],
        "from": _address(email.sender, email.sender_name),
        **_text(email),
    }
    if email.reply_to:
        body["reply_to"] = {"email": email.reply_to}
    if email.categories:
        body["categories"] = list(dict.fromkeys(email.categories))
    if email.attachments:
        body["attachments"] = [_attachment(attachment) for attachment in email.attachments]
    if email.send_at:
        body["send_at"] = int(email.send_at.timestamp())
    if email.batch_id:
        body["batch_id"] = email.batch_id
    return msgspec.json.encode(body)


def _text(email: Email) -> dict[str, Any]:
    if email.template:  # it has a subject and a text of its own, which would win over ours
        return {"template_id": email.template}
    return {"subject": email.subject, "content": _content(email)}


def _personalization(recipient: Recipient, email: Email) -> dict[str, Any]:
    personalization: dict[str, Any] = {
        "to": [_address(recipient.email, recipient.name)],
        "custom_args": _custom_args(recipient.delivery_id, email.send_id),
    }
    # Substitutions are for text that travels along; a dynamic template ignores them and reads its own data.
    if email.template:
        personalization["dynamic_template_data"] = dict(recipient.template_data)
    elif recipient.substitutions:
        personalization["substitutions"] = dict(recipient.substitutions)
    if recipient.headers:
        personalization["headers"] = dict(recipient.headers)
    return personalization


def _custom_args(delivery_id: UUID, send_id: UUID) -> dict[str, str]:
    return {"delivery_id": str(delivery_id), "send_id": str(send_id)}


def _address(email: str, name: str) -> dict[str, str]:
    return {"email": email, "name": name} if name else {"email": email}


def _content(email: Email) -> list[dict[str, str]]:
    # SendGrid wants the plain text first and refuses empty values.
    parts = (("text/plain", email.text), ("text/html", email.html))
    return [{"type": media_type, "value": value} for media_type, value in parts if value]


def _attachment(attachment: Attachment) -> dict[str, str]:
    # Of all parameters of a type SendGrid takes the method of a calendar alone; it adds the character set by itself.
    method = f"; method={attachment.method}" if attachment.method else ""
    written = {
        "content": b64encode(attachment.content).decode("ascii"),
        "type": attachment.media_type + method,
        "filename": attachment.filename,
        "disposition": "inline" if attachment.content_id else "attachment",
    }
    return written | ({"content_id": attachment.content_id} if attachment.content_id else {})
