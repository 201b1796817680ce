"""The rules for everything around the text: headers, custom arguments, times, groups, settings."""

from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.sendgrid.validation.problems import Problems

MAX_CUSTOM_ARG_BYTES = 10_000
SCHEDULE_AHEAD = timedelta(hours=72)
RESERVED_HEADERS = {
    *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"),
    *("to", "from", "subject", "reply-to", "cc", "bcc"),
}


def check_options(problems: Problems, body: dict[str, Any], now: datetime) -> None:
    """Check what holds for the whole request."""
    if body.get("headers") is not None:
        check_headers(problems, body["headers"], "headers")
    if body.get("custom_args") is not None:
        check_custom_args(problems, body["custom_args"], None, "custom_args")
    if body.get("send_at") is not None:
        check_send_at(problems, body["send_at"], "send_at", now)
    if body.get("categories") is not None:
        _check_categories(problems, body["categories"])
    if body.get("asm") is not None:
        _check_asm(problems, body["asm"])
    if body.get("ip_pool_name") is not None:
        _check_pool(problems, body["ip_pool_name"])
    for group in ("mail_settings", "tracking_settings"):
        if body.get(group) is not None and problems.is_a(body[group], dict, group):
            _check_settings(problems, body[group], group)


def check_headers(problems: Problems, value: Any, field: str) -> None:
    if not problems.strings(value, field):
        return
    for name, text in value.items():
        if name.lower() in RESERVED_HEADERS:
            problems.add(field, f"The header {name} is reserved and may not be set.", "#message.headers")
        elif not name.isascii() or any(mark in name + text for mark in "\r\n"):
            problems.add(field, f"The header {name!r} is not valid.", "#message.headers")


def check_custom_args(problems: Problems, value: Any, shared: Any, field: str) -> None:
    """Check custom arguments together with those of the whole request."""
    if not problems.is_a(value, dict, field):
        return
    merged = {**(shared if isinstance(shared, dict) else {}), **value}
    if any(type(item) is not str for item in value.values()):
        problems.bad_request()
    elif sum(len(str(key).encode()) + len(str(item).encode()) for key, item in merged.items()) >= MAX_CUSTOM_ARG_BYTES:
        message = f"The custom_args must be smaller than {MAX_CUSTOM_ARG_BYTES} bytes."
        problems.add(field, message, "#message.custom_args")


def check_send_at(problems: Problems, value: Any, field: str, now: datetime) -> None:
    if problems.is_a(value, int, field) and value > (now + SCHEDULE_AHEAD).timestamp():
        problems.add(field, "Scheduling more than 72 hours in advance is forbidden.", "#message.send_at")


def _check_categories(problems: Problems, value: Any) -> None:
    if not problems.is_a(value, list, "categories"):
        return
    if not all(problems.is_a(item, str, "categories") for item in value):
        return
    if len(value) > 10:
        problems.add("categories", "The categories array may have at most 10 categories.")
    if len(set(value)) < len(value):
        problems.add("categories", "The categories must be unique.")
    if any(not item.isascii() or len(item) > 255 for item in value):
        problems.add("categories", "Each category must have at most 255 ASCII characters.")


def _check_asm(problems: Problems, value: Any) -> None:
    if not problems.is_a(value, dict, "asm"):
        return
    if value.get("group_id") is None:
        problems.add("asm.group_id", "The asm group_id is required.")
    else:
        problems.is_a(value["group_id"], int, "asm.group_id")
    shown = value.get("groups_to_display")
    if shown is not None and problems.is_a(shown, list, "asm.groups_to_display"):
        if len(shown) > 25:
            problems.add("asm.groups_to_display", "The groups_to_display array may have at most 25 groups.")
        for group in shown:
            problems.is_a(group, int, "asm.groups_to_display")


def _check_pool(problems: Problems, value: Any) -> None:
    if problems.is_a(value, str, "ip_pool_name") and not 2 <= len(value) <= 64:
        problems.add("ip_pool_name", "The ip_pool_name must have between 2 and 64 characters.")


def _check_settings(problems: Problems, settings: dict[str, Any], group: str) -> None:
    for name, setting in settings.items():
        if setting is None or not problems.is_a(setting, dict, f"{group}.{name}"):
            continue
        if setting.get("enable") is not None:
            problems.is_a(setting["enable"], bool, f"{group}.{name}.enable")
