"""Free messages of the business: within 24 hours after the customer wrote, in the shape of Meta's Cloud API."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency

from adapters.sandbox.aisensy import answers
from adapters.sandbox.aisensy.access import account_refusal, fated
from adapters.sandbox.aisensy.bodies import json_object
from adapters.sandbox.aisensy.contacts import find_contact
from adapters.sandbox.aisensy.messages import find_message
from adapters.sandbox.aisensy.numbers import digits_of
from adapters.sandbox.aisensy.outcomes import fate_of
from adapters.sandbox.aisensy.sending import Sending
from adapters.sandbox.aisensy.validation import media_url

WINDOW = timedelta(hours=24)
LONGEST_TEXT = 4_096
TYPING = "update aisensy_contacts set typing_until = app_now() + interval '25 seconds' where phone = %(phone)s"
_FILES = {"image": "IMAGE", "video": "VIDEO", "document": "FILE", "audio": "AUDIO"}


class SessionMessageController(Controller):
    path = "/messages"

    @post(status_code=200)
    async def create(self, request: Request[Any, Any, Any], sending: NamedDependency[Sending]) -> Response[bytes]:
        """Take a message while the window is open; a read receipt is answered as such."""
        body = await json_object(request) or {}
        if body.get("status") == "read":
            return await _read(body, sending)
        if refusal := await account_refusal(sending.account):
            return refusal
        phone = digits_of(f"+{str(body.get('to') or '').removeprefix('+')}")
        if phone is None:
            return answers.meta(131009, "The number in 'to' is not valid.")
        content = _content(body)
        if isinstance(content, Response):
            return content
        if refusal := fated(request, fate_of(phone, sending.chance)):
            return refusal
        return await _send(phone, body, content, sending)


async def _send(phone: str, body: dict[str, Any], content: dict[str, Any], sending: Sending) -> Response[bytes]:
    contact = await find_contact(sending.database, phone)
    wrote_at = contact.last_wrote_at if contact else None
    if wrote_at is None or wrote_at + WINDOW <= contact.now:
        return answers.meta(
            131047, "Message failed to send because more than 24 hours have passed since the customer last replied."
        )
    context = body.get("context")
    answered = context.get("message_id") if isinstance(context, dict) else None
    row = await sending.take(
        contact,
        content,
        message_type=_FILES.get(str(body["type"]), "TEXT"),
        context=answered if isinstance(answered, str) else "",
    )
    taken = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": str(body["to"]), "wa_id": phone}],
        "messages": [{"id": row.wamid}],
    }
    return answers.as_json(taken)


def _content(body: dict[str, Any]) -> dict[str, Any] | Response[bytes]:
    kind = str(body.get("type", "text"))
    inner = body.get(kind)
    if kind == "text":
        text = inner.get("body") if isinstance(inner, dict) else None
        if not isinstance(text, str) or not text.strip():
            return answers.meta(131008, "The parameter text['body'] is required.")
        if len(text) > LONGEST_TEXT:
            return answers.meta(100, f"Param text['body'] must be at most {LONGEST_TEXT} characters long.")
        return _shown(text)
    if kind not in _FILES:
        return answers.meta(131051, "Message type is not currently supported.")
    url = media_url({"media": {"url": inner.get("link")}}) if isinstance(inner, dict) else ""
    if not url:
        return answers.meta(131008, f"The parameter {kind}['link'] is required.")
    assert isinstance(inner, dict)
    media = {"kind": kind, "url": url, "filename": str(inner.get("filename") or "")}
    return _shown(str(inner.get("caption") or ""), media)


def _shown(text: str, media: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"text": text, "header": "", "footer": "", "media": media, "buttons": []}


async def _read(body: dict[str, Any], sending: Sending) -> Response[bytes]:
    """Note that we read what the customer wrote; with the typing indicator, that somebody answers."""
    row = await find_message(sending.database, wamid=str(body.get("message_id") or ""))
    if row is None or row.sender != "USER":
        return answers.meta(100, "The message_id is not one of a message you received.")
    read = (
        "update aisensy_messages set read_at = coalesce(read_at, app_now())"
        " where phone = %(phone)s and sender = 'USER' and id <= %(id)s"
    )
    await sending.database.run(read, phone=row.phone, id=row.id)
    if isinstance(body.get("typing_indicator"), dict):
        await sending.database.run(TYPING, phone=row.phone)
    return answers.as_json({"success": True})
