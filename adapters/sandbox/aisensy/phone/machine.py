"""What programs ask the phones: messages as JSON, and writing as a customer."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import FromQuery

from adapters.sandbox.aisensy.answers import as_json
from adapters.sandbox.aisensy.bodies import json_object
from adapters.sandbox.aisensy.messages import find_message, messages_of
from adapters.sandbox.aisensy.numbers import digits_of
from adapters.sandbox.aisensy.phone.answering import TYPES, press, write
from adapters.sandbox.aisensy.sending import Sending
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.rendering import from_own_pages

MOST = 1_000


class PhoneMachineController(Controller):
    path = "/phone.json"
    guards = [from_own_pages]

    @get()
    async def index(
        self,
        database: NamedDependency[SandboxDatabase],
        number: FromQuery[str] = "",
        since: FromQuery[int] = 0,
        limit: FromQuery[int] = 100,
    ) -> Response[bytes]:
        """Return the messages with a number, oldest first; ``since`` is the id of the last one known."""
        rows = await messages_of(database, _phone(number), after=since, limit=min(max(limit, 1), MOST))
        return as_json([message(row) for row in rows])

    @post(status_code=201)
    async def create(self, request: Request[Any, Any, Any], sending: NamedDependency[Sending]) -> Response[bytes]:
        """Write as the customer: ``number``, and ``text`` or ``type`` with ``content``, or ``press`` on ``message_id``."""
        body = await json_object(request) or {}
        phone = _phone(str(body.get("number", "")))
        if "press" in body:
            return await _pressed(body, sending)
        kind = str(body.get("type", "TEXT"))
        content = body.get("content", {"text": body.get("text")})
        if kind not in TYPES or not isinstance(content, dict) or (kind == "TEXT" and not content.get("text")):
            raise ValidationException(f"type is one of {', '.join(TYPES)}, and content or text says what.")
        row = await write(
            sending,
            phone,
            content,
            name=str(body.get("name") or ""),
            message_type=kind,
            context=str(body.get("context") or ""),
        )
        return as_json({"id": row.id, "message_id": row.message_id, "wamid": row.wamid}, 201)


async def _pressed(body: dict[str, Any], sending: Sending) -> Response[bytes]:
    row = await find_message(sending.database, message_id=str(body.get("message_id", "")))
    if row is None or not isinstance(body["press"], int) or not await press(sending, row, body["press"]):
        raise ValidationException("There is no quick reply at this place of the message.")
    return as_json({"message_id": row.message_id}, 201)


def message(row: Any) -> dict[str, Any]:
    names = ("id", "message_id", "wamid", "submitted_id", "phone", "sender", "message_type", "content", "campaign")
    moments = ("created_at", "sent_at", "delivered_at", "read_at", "failed_at")
    shown = {name: getattr(row, name) for name in (*names, "category", "context_wamid", "code", "status")}
    return shown | {name: getattr(row, name) for name in moments} | {"name": row.contact_name}


def _phone(number: str) -> str:
    phone = digits_of(number.strip().replace(" ", ""))
    if phone is None:
        raise ValidationException("number is a telephone number with its country code.")
    return phone
