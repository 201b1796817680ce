"""What a customer's message holds, whichever of the two shapes it comes in: its kind, what there is to read, its file."""

from dataclasses import dataclass
from typing import Any

from adapters.aisensy.fields import part, parts, text

# AiSensy's names; those of a button pressed and of a list chosen were seen, their shapes not.
_PROJECT_KINDS = {
    "TEXT": "text",
    "QUICK_REPLY": "button",
    "BUTTON_REPLY": "button",
    "LIST_REPLY": "button",
    "IMAGE": "image",
    "VIDEO": "video",
    "FILE": "document",
    "DOCUMENT": "document",
    "AUDIO": "audio",
    "STICKER": "sticker",
    "LOCATION": "location",
    "CONTACT": "contact",
}
_CLOUD_KINDS = {"interactive": "button", "contacts": "contact"}
_CLOUD_KINDS |= {
    kind: kind for kind in ("text", "button", "image", "video", "document", "audio", "sticker", "location")
}
_CLOUD_KINDS["reaction"] = "reaction"


@dataclass(frozen=True, slots=True)
class Content:
    """One message's content. ``media_url`` may lapse within minutes: fetch it at once."""

    kind: str
    text: str = ""
    media_url: str = ""
    media_type: str = ""


def project_content(message_type: str, content: dict[str, Any]) -> Content:
    """Read the content of AiSensy's own envelope."""
    kind = _PROJECT_KINDS.get(message_type.upper(), "other")
    if kind == "location":
        return Content(kind, _place(content))
    if kind == "contact":
        return Content(kind, _people(content))
    shown = text(content, "text", "caption", "title", "callbackPayload", "filename")
    return Content(kind, shown, text(content, "url"), text(content, "mimeType"))


def cloud_content(message: dict[str, Any]) -> Content:
    """Read the content of a message in Meta's shape. Files mostly come as an id to ask for, not as an address."""
    named = text(message, "type")
    kind, inner = _CLOUD_KINDS.get(named, "other"), part(message, named)
    if kind == "location":
        return Content(kind, _place(inner))
    if kind == "contact":
        return Content(kind, _people(message))
    if named == "interactive":
        return Content(kind, text(part(inner, "button_reply") or part(inner, "list_reply"), "title", "id"))
    shown = text(inner, "body", "text", "caption", "emoji", "payload", "filename")
    return Content(kind, shown, text(inner, "url"), text(inner, "mime_type"))


def _place(raw: dict[str, Any]) -> str:
    coordinates = [raw.get("latitude"), raw.get("longitude")]
    exact = ", ".join(str(value) for value in coordinates if isinstance(value, int | float | str) and value != "")
    return ", ".join(filter(None, (text(raw, "name"), text(raw, "address"), exact)))


def _people(raw: dict[str, Any]) -> str:
    return "; ".join(filter(None, map(_person, parts(raw, "contacts"))))


def _person(contact: dict[str, Any]) -> str:
    name = text(part(contact, "name"), "formatted_name", "first_name")
    phones = [text(phone, "phone", "wa_id") for phone in parts(contact, "phones")]
    return " ".join(filter(None, (name, *phones)))
