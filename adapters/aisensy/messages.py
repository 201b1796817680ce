"""Our messages as the JSON AiSensy takes: a campaign's request, and free text in the shape of Meta's Cloud API."""

import re
from typing import Any

import msgspec

from domain.language import _
from domain.ports.whatsapp import WhatsAppButton, WhatsAppMessage, WhatsAppText

SOURCE = "Gurudesk"
LONGEST_TEXT = 4_096
_PHONE = re.compile(r"\+[1-9]\d{7,14}")
# WhatsApp refuses line breaks, tabs and more than four spaces in a row within a parameter (132018).
_GAP = re.compile(r"[\n\r\t\v\f]+| {5,}")


def campaign_body(message: WhatsAppMessage, api_key: str) -> bytes:
    """Return the request body. It holds the key: it is never to be logged as it is."""
    body: dict[str, Any] = {
        "apiKey": api_key,
        "campaignName": message.campaign,
        "destination": message.destination,
        "userName": message.name.strip() or message.destination,
        "source": SOURCE,
        "templateParams": [_GAP.sub(" ", param).strip() for param in message.params],
    }
    if message.media:
        body["media"] = {"url": message.media.url, "filename": message.media.filename}
    if message.buttons:
        body["buttons"] = [_button(button) for button in message.buttons]
    if message.tags:
        body["tags"] = list(message.tags)
    if message.attributes:
        body["attributes"] = dict(message.attributes)
    return msgspec.json.encode(body)


def text_body(text: WhatsAppText) -> bytes:
    body = {
        "to": text.destination.removeprefix("+"),
        "type": "text",
        "recipient_type": "individual",
        "text": {"body": text.text},
    }
    return msgspec.json.encode(body)


def problem_of(message: WhatsAppMessage) -> str:
    """Say what no campaign could be sent with, or nothing."""
    if not message.campaign.strip():
        return _("The message names no AiSensy campaign.")
    for number, param in enumerate(message.params, start=1):
        if not param.strip():
            return _("Parameter {number} of the message is empty, which WhatsApp does not take.", number=number)
    return ""


def problem_of_text(text: WhatsAppText) -> str:
    if not text.text.strip():
        return _("The message is empty.")
    if len(text.text) > LONGEST_TEXT:
        return _("The text is longer than the 4,096 characters WhatsApp takes.")
    return ""


def is_phone(destination: str) -> bool:
    """Say whether this is a number in E.164, with its plus."""
    return _PHONE.fullmatch(destination) is not None


def _button(button: WhatsAppButton) -> dict[str, Any]:
    return {
        "type": "button",
        "sub_type": "url",
        "index": button.index,
        "parameters": [{"type": "text", "text": button.value}],
    }
