"""What a customer does in WhatsApp: writes, presses a button, sends a file, wants no more marketing."""

from collections.abc import Mapping
from typing import Any

from adapters.sandbox.aisensy.contacts import keep_contact
from adapters.sandbox.aisensy.messages import add_message
from adapters.sandbox.aisensy.sending import Sending

_WROTE = "update aisensy_contacts set last_wrote_at = app_now() where phone = %(phone)s"
_MARKETING = "update aisensy_contacts set wants_no_marketing = not wants_no_marketing where phone = %(phone)s"
# As AiSensy names what customers send.
TYPES = ("TEXT", "QUICK_REPLY", "IMAGE", "VIDEO", "FILE", "AUDIO", "STICKER", "LOCATION", "CONTACT")


async def write(
    sending: Sending,
    phone: str,
    content: Mapping[str, Any],
    *,
    name: str = "",
    message_type: str = "TEXT",
    context: str = "",
) -> Any:
    """Let a customer send a message: it opens the 24-hour window, and the business is told."""
    contact = await keep_contact(sending.database, phone, name)
    row = await add_message(sending.database, phone, content, sender="USER", message_type=message_type, context=context)
    await sending.database.run(_WROTE, phone=phone)
    await sending.hear(row, contact)
    return row


async def press(sending: Sending, message: Any, index: int) -> bool:
    """Press a quick reply below one of our messages; False where there is none at this place."""
    buttons = [button for button in message.content.get("buttons", []) if button["type"] == "QUICK_REPLY"]
    button = next((button for button in buttons if button["index"] == index), None)
    if button is None:
        return False
    content = {"text": button["text"], "callbackPayload": button["text"]}
    await write(sending, message.phone, content, message_type="QUICK_REPLY", context=message.wamid)
    return True


async def change_marketing(sending: Sending, phone: str) -> None:
    """Stop marketing from us as WhatsApp lets people do, or allow it again. The business is not told."""
    await sending.database.run(_MARKETING, phone=phone)


def location(name: str, latitude: float, longitude: float) -> dict[str, Any]:
    return {"longitude": longitude, "latitude": latitude, "address": "", "name": name, "url": ""}


def person(name: str, number: str) -> dict[str, Any]:
    first, _, last = name.partition(" ")
    names = {"first_name": first, "last_name": last, "formatted_name": name}
    phone = {"phone": f"+{number}", "wa_id": number, "type": "CELL"}
    return {"contacts": [{"name": names, "phones": [phone]}]}
