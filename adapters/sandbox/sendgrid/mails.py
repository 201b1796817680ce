"""Mails and messages: a mail is one request, kept once; a message is one recipient's copy of it."""

import time
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import msgspec

from adapters.sandbox.database import Connection, one

_MAIL = """
insert into mails (message_id, accepted_at, from_email, from_name, reply_to, subject, content, headers, categories,
  template_id, asm_group_id, batch_id, bypass_suppressions, click_tracking, open_tracking)
values (%(message_id)s, %(accepted_at)s, %(from_email)s, %(from_name)s, %(reply_to)s, %(subject)s, %(content)s,
  %(headers)s, %(categories)s, %(template_id)s, %(asm_group_id)s, %(batch_id)s, %(bypass)s, %(click)s, %(open)s)
returning id
"""
_MESSAGES = """
copy messages (mail_id, sg_message_id, field, email, name, from_address, subject, headers, substitutions, template_data,
  custom_args, send_at, released_at) from stdin
"""


async def store_mail(
    connection: Connection, body: dict[str, Any], message_id: str, now: datetime, *, held: bool
) -> int:
    """Store a checked request with all its messages and return the mail's id. Belongs into a transaction.

    What is neither scheduled nor ``held`` with its batch is marked as on its way.
    """
    mail_id = int((await one(connection, _MAIL, **_mail_values(body, message_id, now)))[0])
    if body.get("attachments"):
        async with connection.cursor() as cursor:
            await cursor.executemany(
                "insert into attachments values (%s, %s, %s, %s, %s, %s, %s)", list(_attachments(mail_id, body))
            )
    async with connection.cursor() as cursor, cursor.copy(_MESSAGES) as copy:
        for message in _messages(mail_id, body, message_id, now, held):
            await copy.write_row(message)
    return mail_id


def _mail_values(body: dict[str, Any], message_id: str, now: datetime) -> dict[str, Any]:
    sender = body["from"]
    replies = [body["reply_to"]] if body.get("reply_to") else body.get("reply_to_list") or []
    return {
        "message_id": message_id,
        "accepted_at": now,
        "from_email": sender["email"],
        "from_name": sender.get("name") or "",
        "reply_to": _json(replies),
        "subject": body.get("subject") or "",
        "content": _json(body.get("content") or []),
        "headers": _json(body.get("headers") or {}),
        "categories": body.get("categories") or [],
        "template_id": body.get("template_id") or "",
        "asm_group_id": (body.get("asm") or {}).get("group_id"),
        "batch_id": body.get("batch_id"),
        "bypass": enabled(body, "mail_settings", "bypass_list_management", False),
        "click": enabled(body, "tracking_settings", "click_tracking", True),
        "open": enabled(body, "tracking_settings", "open_tracking", True),
    }


def enabled(body: dict[str, Any], group: str, name: str, default: bool) -> bool:
    """Say whether a setting of the request is on."""
    value = ((body.get(group) or {}).get(name) or {}).get("enable")
    return default if value is None else bool(value)


def _attachments(mail_id: int, body: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    for position, attachment in enumerate(body["attachments"]):
        media_type = attachment.get("type") or "application/octet-stream"
        disposition, content_id = attachment.get("disposition") or "attachment", attachment.get("content_id") or ""
        content = b64decode(attachment["content"])
        yield mail_id, position, attachment["filename"], media_type, disposition, content_id, content


def _messages(
    mail_id: int, body: dict[str, Any], message_id: str, now: datetime, held: bool
) -> Iterator[tuple[Any, ...]]:
    shared_args, shared_headers = body.get("custom_args") or {}, body.get("headers") or {}
    stem = f"{message_id}.recvd-{token_hex(3)}-{token_hex(3)[:5]}-1-{int(time.time()):X}"
    number = 0
    for entry in body["personalizations"]:
        send_at = _send_at(entry.get("send_at") or body.get("send_at"), now)
        common = (
            _json(entry.get("from")),
            entry.get("subject"),
            _json({**shared_headers, **(entry.get("headers") or {})}),
            _json(entry.get("substitutions") or {}),
            _json(entry.get("dynamic_template_data")),
            _json({**shared_args, **(entry.get("custom_args") or {})}),
            send_at,
            now if send_at <= now and not held else None,
        )
        for field in ("to", "cc", "bcc"):
            for address in entry.get(field) or ():
                number += 1
                yield (mail_id, f"{stem}-{number}.0", field, address["email"], address.get("name") or "", *common)


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _send_at(epoch: int | None, now: datetime) -> datetime:
    # A moment already past means now; the check before this one refused what is too far ahead.
    return max(datetime.fromtimestamp(epoch, UTC), now) if epoch and epoch > 0 else now
