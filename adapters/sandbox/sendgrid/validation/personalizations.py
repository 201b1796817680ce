"""The rules for personalizations: who gets which copy."""

from datetime import datetime
from typing import Any

from adapters.sandbox.sendgrid.validation.addresses import FROM_REQUIRED, check_address
from adapters.sandbox.sendgrid.validation.options import check_custom_args, check_headers, check_send_at
from adapters.sandbox.sendgrid.validation.problems import Problems

MAX_PERSONALIZATIONS = 1000
MAX_RECIPIENTS = 1000
MAX_SUBSTITUTION_BYTES = 10_000

REQUIRED = "The personalizations field is required and must have at least one personalization."
TO_REQUIRED = (
    "The to array is required for all personalization objects, and must have at least one email object with a valid "
    "email address."
)
DUPLICATE = (
    "Each unique email address in the personalizations array should only be included once. You have included [{email}] "
    "more than once."
)
TO_ANCHOR = "#message.personalizations.to"


def check_personalizations(problems: Problems, body: dict[str, Any], now: datetime) -> None:
    """Check every personalization, adding all errors found."""
    entries = body.get("personalizations")
    if entries is None or entries == []:
        problems.add("personalizations", REQUIRED, "#-Personalizations-Errors")
    elif problems.is_a(entries, list, "personalizations"):
        if len(entries) > MAX_PERSONALIZATIONS:
            message = f"The personalizations field may have at most {MAX_PERSONALIZATIONS} personalizations."
            problems.add("personalizations", message, "#-Personalizations-Errors")
            return
        recipients = sum(_check_one(problems, entry, index, body, now) for index, entry in enumerate(entries))
        if recipients > MAX_RECIPIENTS:
            message = f"The total number of recipients may be at most {MAX_RECIPIENTS} per request."
            problems.add("personalizations", message, "#message.recipient-errors")


def _check_one(problems: Problems, entry: Any, index: int, body: dict[str, Any], now: datetime) -> int:
    """Check one personalization and return how many recipients it has."""
    path = f"personalizations.{index}"
    if not problems.is_a(entry, dict, path):
        return 0
    if not entry.get("to") and not isinstance(entry.get("to"), (str, dict)):
        problems.add(f"{path}.to", TO_REQUIRED, TO_ANCHOR)
    count = _check_recipients(problems, entry, path)
    if entry.get("from") is not None:
        check_address(problems, entry["from"], f"{path}.from", "#message.from", FROM_REQUIRED)
    if entry.get("subject") is not None:
        problems.is_a(entry["subject"], str, f"{path}.subject")
    if entry.get("substitutions") is not None:
        _check_substitutions(problems, entry["substitutions"], f"{path}.substitutions")
    if entry.get("dynamic_template_data") is not None:
        problems.is_a(entry["dynamic_template_data"], dict, f"{path}.dynamic_template_data")
    if entry.get("headers") is not None:
        check_headers(problems, entry["headers"], f"{path}.headers")
    if entry.get("custom_args") is not None:
        check_custom_args(problems, entry["custom_args"], body.get("custom_args"), f"{path}.custom_args")
    if entry.get("send_at") is not None:
        check_send_at(problems, entry["send_at"], f"{path}.send_at", now)
    return count


def _check_recipients(problems: Problems, entry: dict[str, Any], path: str) -> int:
    seen: set[str] = set()
    count = 0
    for kind in ("to", "cc", "bcc"):
        addresses = entry.get(kind)
        if not addresses or not problems.is_a(addresses, list, f"{path}.{kind}"):
            continue
        count += len(addresses)
        anchor, missing = f"#message.personalizations.{kind}", f"The {kind} email parameter is required."
        for index, address in enumerate(addresses):
            email = check_address(problems, address, f"{path}.{kind}.{index}", anchor, missing)
            if email in seen:
                problems.add("personalizations", DUPLICATE.format(email=email), "#message.recipient-errors")
            elif email:
                seen.add(email)
    return count


def _check_substitutions(problems: Problems, value: Any, field: str) -> None:
    if problems.strings(value, field):
        size = sum(len(key.encode()) + len(item.encode()) for key, item in value.items())
        if size > MAX_SUBSTITUTION_BYTES:
            problems.add(field, f"The substitutions may have at most {MAX_SUBSTITUTION_BYTES} bytes in total.")
