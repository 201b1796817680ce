"""What the customer's form sends: text, a file with or without words, a place, or somebody's number."""

from collections.abc import Mapping
from typing import Any

from litestar.datastructures import UploadFile

from adapters.sandbox.aisensy.numbers import digits_of
from adapters.sandbox.aisensy.phone.answering import location, person
from adapters.sandbox.aisensy.phone.files import keep_file, type_of
from adapters.sandbox.database import SandboxDatabase
from adapters.settings import Settings


class NothingToSend(Exception):
    """The form holds nothing that could be sent. ``why`` names the reason for the page."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def sent_in(
    database: SandboxDatabase, settings: Settings, fields: Mapping[str, str], file: UploadFile | None
) -> tuple[str, dict[str, Any]]:
    """Return what is sent and as which type. Raises NothingToSend."""
    text = fields.get("text", "").replace("\x00", "").strip()[:4096]
    what = fields.get("what", "")
    if what == "location":
        return "LOCATION", _place(text, fields)
    if what == "contact":
        return "CONTACT", _person(text, fields)
    if file is not None and file.filename:
        return await _file(database, settings, text, file)
    if not text:
        raise NothingToSend("empty")
    return "TEXT", {"text": text}


def _place(name: str, fields: Mapping[str, str]) -> dict[str, Any]:
    try:
        latitude, longitude = float(fields.get("latitude", "")), float(fields.get("longitude", ""))
    except ValueError as error:
        raise NothingToSend("nowhere") from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise NothingToSend("nowhere")
    return location(name, latitude, longitude)


def _person(name: str, fields: Mapping[str, str]) -> dict[str, Any]:
    number = digits_of(fields.get("contact_number", ""))
    if number is None or not name:
        raise NothingToSend("nobody")
    return person(name, number)


async def _file(
    database: SandboxDatabase, settings: Settings, caption: str, file: UploadFile
) -> tuple[str, dict[str, Any]]:
    content = await file.read()
    media_type = (file.content_type or "application/octet-stream").partition(";")[0].strip().lower()
    kind = type_of(media_type, len(content))
    if kind is None:
        raise NothingToSend("large")
    file_id = await keep_file(database, file.filename[:200], media_type, content)
    sent = {"url": f"{settings.sandbox_url}/phone/files/{file_id}", "urlExpiry": "", "mimeType": media_type}
    return kind, sent | {"filename": file.filename[:200]} | ({"caption": caption} if caption else {})
