"""The rules for e-mail addresses in a request."""

import re
from typing import Any

from adapters.sandbox.sendgrid.validation.problems import Problems

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[\w-]+(\.[\w-]+)+")
INVALID = "Does not contain a valid address."
FROM_REQUIRED = (
    "The from object must be provided for every email send. It is an object that requires the email parameter, but may "
    'also contain a name parameter.  e.g. {"email" : "example@example.com"}  or {"email" : "example@example.com", '
    '"name" : "Example Recipient"}.'
)


def is_address(text: str) -> bool:
    return len(text) <= 254 and ".." not in text and _ADDRESS.fullmatch(text) is not None


def check_address(problems: Problems, value: Any, field: str, anchor: str, missing: str) -> str | None:
    """Check one address object and return its e-mail address in lower case, or None with the error added."""
    if not problems.is_a(value, dict, field):
        return None
    if value.get("name") is not None:
        problems.is_a(value["name"], str, f"{field}.name")
    email = value.get("email")
    if email is None or email == "":
        problems.add(f"{field}.email", missing, anchor)
    elif type(email) is not str:
        problems.is_a(email, str, f"{field}.email")
    elif not is_address(email):
        problems.add(f"{field}.email", INVALID, anchor)
    else:
        return email.lower()
    return None


def check_sender(problems: Problems, body: dict[str, Any]) -> None:
    """Check ``from``, ``reply_to`` and ``reply_to_list``."""
    if body.get("from") is None:
        problems.add("from.email", FROM_REQUIRED, "#message.from")
    else:
        check_address(problems, body["from"], "from", "#message.from", FROM_REQUIRED)
    check_replies(problems, body)


def check_replies(problems: Problems, body: dict[str, Any]) -> None:
    single, several = body.get("reply_to"), body.get("reply_to_list")
    if single is not None:
        check_address(problems, single, "reply_to", "#message.reply_to", "The reply_to email parameter is required.")
    if several is None:
        return
    if single is not None:
        problems.add("reply_to_list", "The reply_to and reply_to_list parameters are mutually exclusive.")
    if not problems.is_a(several, list, "reply_to_list"):
        return
    if len(several) > 1000:
        problems.add("reply_to_list", "The reply_to_list array may have at most 1000 email objects.")
    missing = "The reply_to_list email parameter is required."
    found = [
        check_address(problems, item, f"reply_to_list.{index}", "#message.reply_to_list", missing)
        for index, item in enumerate(several[:1000])
    ]
    if len(set(found)) < len(found) and None not in found:
        problems.add("reply_to_list", "Each email address in the reply_to_list must be unique.")
