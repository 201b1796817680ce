"""What AiSensy refuses at once in a campaign's request, and what WhatsApp fails afterwards."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from litestar import Response

from adapters.sandbox.aisensy import answers
from adapters.sandbox.aisensy.catalogue import Campaign

MISMATCH = "Template params does not match the campaign"
_BROKEN = re.compile(r"[\n\r\t]| {5,}")
_ENDINGS = {
    "image": (".jpg", ".jpeg", ".png"),
    "video": (".mp4", ".3gp", ".3gpp"),
    "document": (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".txt"),
}
_OTHERS = (
    *(".gif", ".webp", ".svg", ".bmp", ".mov", ".avi", ".webm"),
    *(".mp3", ".ogg", ".wav", ".zip", ".html", ".csv", ".exe"),
)
_KNOWN = (*(ending for endings in _ENDINGS.values() for ending in endings), *_OTHERS)
LONGEST_BODY = 1_024


def refusal_of(body: Mapping[str, Any], campaign: Campaign | None, phone: str | None) -> Response[bytes] | None:
    """Return AiSensy's answer to a request it does not take."""
    if campaign is None:
        return answers.short("Campaign does not exist.")
    if not campaign.is_live:
        return answers.short("Campaign is Not Live")
    if phone is None:
        return answers.short("Invalid Number")
    if not isinstance(body.get("userName"), str) or not body["userName"].strip():
        return answers.full(400, "userName is required")
    params = params_of(body)
    if params is None or len(params) != campaign.template.parameters:
        return answers.short(MISMATCH)
    if campaign.template.media and not media_url(body):
        return answers.short("Media URL Missing")
    return answers.short(MISMATCH) if _lacks_links(body, campaign) else None


def params_of(body: Mapping[str, Any]) -> list[str] | None:
    """Return the parameters, or None where they are no list of texts."""
    params = body.get("templateParams", [])
    if not isinstance(params, list) or not all(isinstance(param, str) for param in params):
        return None
    return params


def media_url(body: Mapping[str, Any]) -> str:
    """Return the address of the file; empty where there is none that could be fetched."""
    media = body.get("media")
    url = media.get("url") if isinstance(media, dict) else None
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        return ""
    return url


def links_of(body: Mapping[str, Any]) -> dict[int, str]:
    """Return the variable ends of the buttons' addresses by their place."""
    buttons = body.get("buttons")
    found: dict[int, str] = {}
    for button in buttons if isinstance(buttons, list) else []:
        parameters = button.get("parameters") if isinstance(button, dict) else None
        first = parameters[0] if isinstance(parameters, list) and parameters else None
        value = first.get("text") if isinstance(first, dict) else None
        index = str(button.get("index", "")) if isinstance(button, dict) else ""
        if isinstance(value, str) and value and index.isdigit() and button.get("sub_type") == "url":
            found[int(index)] = value
    return found


def later_failure(campaign: Campaign, params: list[str], text: str, url: str, filename: str) -> int | None:
    """Return the code WhatsApp fails the message with after AiSensy took it."""
    if campaign.template.status in ("PAUSED", "DISABLED"):
        return 132015 if campaign.template.status == "PAUSED" else 132016
    if campaign.template.status != "APPROVED":
        return 132001
    if any(not param for param in params):
        return 131008
    if any(_BROKEN.search(param) for param in params):
        return 132018
    if len(text) > LONGEST_BODY:
        return 132005
    return 131053 if campaign.template.media and _is_other(campaign.template.media, url, filename) else None


def _is_other(kind: str, url: str, filename: str) -> bool:
    """Say whether a file's ending shows that it is of another kind than the header wants."""
    for name in (urlsplit(url).path, filename):
        ending = PurePosixPath(name.lower()).suffix
        if ending in _KNOWN:
            return ending not in _ENDINGS[kind]
    return False


def _lacks_links(body: Mapping[str, Any], campaign: Campaign) -> bool:
    given = links_of(body)
    return any(index not in given for index in campaign.template.link_indexes)
