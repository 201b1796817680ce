"""The rules for subject, content, template and attachments."""

import re
from base64 import b64decode
from binascii import Error
from typing import Any

from adapters.sandbox.sendgrid.validation.problems import Problems

_TEMPLATE = re.compile(r"d-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SUBJECT_REQUIRED = (
    "The subject is required. You can get around this requirement if you use a template with a subject defined or if "
    "every personalization has a subject defined."
)
CONTENT_REQUIRED = (
    "Unless a valid template_id is provided, the content parameter is required. There must be at least one defined "
    "content block. We typically suggest both text/plain and text/html blocks are included, but only one block is required."
)
TEMPLATE_REQUIRED = "The template_id is required when using dynamic templates"
# Since 2018 the method of a calendar is taken; any other parameter, the character set too, is refused.
_CALENDAR = re.compile(r"text/calendar;\s*method=[A-Za-z]+;?", re.IGNORECASE)
EMPTY_VALUE = "The content value must be a string at least one character in length."


def check_content(problems: Problems, body: dict[str, Any]) -> None:
    """Check what the e-mail says and carries."""
    templated = _check_template(problems, body.get("template_id"))
    if body.get("template_id") is None and _has_template_data(body.get("personalizations")):
        problems.add("template_id", TEMPLATE_REQUIRED)
    _check_subject(problems, body, templated)
    content = body.get("content")
    if content is None or content == []:
        if not templated:
            problems.add("content", CONTENT_REQUIRED)
    elif problems.is_a(content, list, "content"):
        for index, part in enumerate(content):
            _check_part(problems, part, index)
        _check_order(problems, content)
    attachments = body.get("attachments")
    if attachments is not None and problems.is_a(attachments, list, "attachments"):
        for index, attachment in enumerate(attachments):
            _check_attachment(problems, attachment, f"attachments.{index}")


def _check_template(problems: Problems, template_id: Any) -> bool:
    """Say whether a template supplies subject and content."""
    if template_id is None:
        return False
    if problems.is_a(template_id, str, "template_id") and not _TEMPLATE.fullmatch(template_id):
        problems.add("template_id", f"The template_id must be a valid GUID, you provided '{template_id[:64]}'.")
        return False
    return isinstance(template_id, str)


def _has_template_data(entries: Any) -> bool:
    found = entries if isinstance(entries, list) else []
    return any(isinstance(entry, dict) and entry.get("dynamic_template_data") for entry in found)


def _check_subject(problems: Problems, body: dict[str, Any], templated: bool) -> None:
    subject, entries = body.get("subject"), body.get("personalizations")
    if subject is not None and not problems.is_a(subject, str, "subject"):
        return
    each = isinstance(entries, list) and bool(entries)
    each = each and all(isinstance(entry, dict) and entry.get("subject") for entry in entries or [])
    if not (subject or each or templated):
        problems.add("subject", SUBJECT_REQUIRED)


def _check_part(problems: Problems, part: Any, index: int) -> None:
    path = f"content.{index}"
    if not problems.is_a(part, dict, path):
        return
    if part.get("value") is None or part["value"] == "":
        problems.add(f"{path}.value", EMPTY_VALUE)
    else:
        problems.is_a(part["value"], str, f"{path}.value")
    media_type = part.get("type")
    if not media_type:
        problems.add(f"{path}.type", "The content type must be a string at least one character in length.")
    elif problems.is_a(media_type, str, f"{path}.type") and not _is_type(media_type):
        problems.add(f"{path}.type", "The content type cannot contain ';', or CRLF characters.")


def _check_order(problems: Problems, content: list[Any]) -> None:
    ranks = {"text/plain": 0, "text/html": 1}
    order = [ranks.get(str(part.get("type")), 2) for part in content if isinstance(part, dict)]
    if order != sorted(order):
        message = "The content must be in the order text/plain, text/html, and then any other type."
        problems.add("content", message)


def _check_attachment(problems: Problems, attachment: Any, path: str) -> None:
    if not problems.is_a(attachment, dict, path):
        return
    content, filename = attachment.get("content"), attachment.get("filename")
    if not isinstance(content, str) or not content or not is_base64(content):
        problems.add(f"{path}.content", "The attachment content must be base64 encoded.")
    if not isinstance(filename, str) or not filename or any(mark in filename for mark in "\r\n"):
        problems.add(f"{path}.filename", "The attachment filename is required.")
    media_type = attachment.get("type", "")
    if problems.is_a(media_type, str, f"{path}.type") and not _is_type(media_type):
        problems.add(f"{path}.type", "The attachment type cannot contain ';', or CRLF characters.")
    if attachment.get("disposition") not in (None, "attachment", "inline"):
        problems.add(f"{path}.disposition", "The attachment disposition must be attachment or inline.")


def _is_type(text: str) -> bool:
    return not any(mark in text for mark in "\r\n;") or _CALENDAR.fullmatch(text) is not None


def is_base64(text: str) -> bool:
    try:
        b64decode(text, validate=True)
    except (Error, ValueError):
        return False
    return True
