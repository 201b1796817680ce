"""What may be asked of a meeting, and what a host then gets: plans are applied without a word."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

INSTANT, SCHEDULED, OPEN_ENDED, RECURRING = 1, 2, 3, 8
TYPES = (INSTANT, SCHEDULED, OPEN_ENDED, RECURRING, 10)
ZONE = "Asia/Kolkata"
_PASSWORD = re.compile(r"[a-zA-Z0-9@\-_*]{1,10}")
_CHOICES: dict[str, tuple[object, ...]] = {
    "approval_type": (0, 1, 2),
    "registration_type": (1, 2, 3),
    "jbh_time": (0, 5, 10, 15),
    "audio": ("both", "telephony", "voip", "thirdParty"),
    "encryption_type": ("enhanced_encryption", "e2ee"),
}
RECORDINGS = ("local", "cloud", "none")
DEFAULTS: dict[str, Any] = {
    "host_video": False,
    "participant_video": False,
    "cn_meeting": False,
    "in_meeting": False,
    "join_before_host": False,
    "jbh_time": 0,
    "mute_upon_entry": False,
    "watermark": False,
    "use_pmi": False,
    "approval_type": 2,
    "registration_type": 1,
    "audio": "both",
    "auto_recording": "none",
    "enforce_login": False,
    "enforce_login_domains": "",
    "alternative_hosts": "",
    "alternative_hosts_email_notification": True,
    "close_registration": False,
    "waiting_room": False,
    "registrants_email_notification": True,
    "registrants_confirmation_email": True,
    "meeting_authentication": False,
    "encryption_type": "enhanced_encryption",
    "breakout_room": {"enable": False},
    "private_meeting": False,
    "focus_mode": False,
    "allow_multiple_devices": False,
    "show_share_button": False,
    "request_permission_to_unmute_participants": False,
    "email_notification": True,
    "device_testing": False,
}


def faults_of(body: Mapping[str, Any]) -> list[str]:
    """Return the fields of a meeting's body that do not hold."""
    return [*_own_faults(body), *_settings_faults(body.get("settings"))]


def _own_faults(body: Mapping[str, Any]) -> Iterator[str]:
    for name, most in (("topic", 200), ("agenda", 2000)):
        if not _is_text(body.get(name), most):
            yield name
    if body.get("type") is not None and body["type"] not in TYPES:
        yield "type"
    if not (body.get("duration") is None or _is_whole(body["duration"], 0, 1440)):
        yield "duration"
    if body.get("timezone") and zone(body["timezone"]) is None:
        yield "timezone"
    if body.get("start_time") and start_of(body) is None:
        yield "start_time"
    password = body.get("password")
    if password and not (isinstance(password, str) and _PASSWORD.fullmatch(password)):
        yield "password"
    if body.get("recurrence") is not None and not isinstance(body["recurrence"], dict):
        yield "recurrence"


def _settings_faults(settings: object) -> Iterator[str]:
    if settings is None:
        return
    if not isinstance(settings, dict):
        yield "settings"
        return
    for name, value in settings.items():
        if value is None:
            continue
        wrong_choice = name in _CHOICES and value not in _CHOICES[name]
        wrong_kind = isinstance(DEFAULTS.get(name), bool) and not isinstance(value, bool)
        if wrong_choice or wrong_kind:
            yield f"settings.{name}"


def effective(host: Any, kind: int, before: Mapping[str, Any], asked: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the settings that hold: what is asked over what was, without what the plan or the kind excludes."""
    known = {name: value for name, value in (asked or {}).items() if value is not None}
    settings = {**before, **known}
    # A word that Zoom does not know counts as none.
    if settings["auto_recording"] not in RECORDINGS or (host.type == 1 and settings["auto_recording"] == "cloud"):
        settings["auto_recording"] = "none"
    if host.type == 1 or kind == OPEN_ENDED or settings["use_pmi"]:
        settings["approval_type"] = 2
    if host.type == 1:
        settings["breakout_room"] = {"enable": False}
    return settings


def start_of(body: Mapping[str, Any]) -> datetime | None:
    """Return the start in UTC: as written with a Z or an offset, else as the clocks of the zone show it."""
    value = body.get("start_time")
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    local = moment if moment.tzinfo else moment.replace(tzinfo=zone(body.get("timezone")) or ZoneInfo(ZONE))
    return local.astimezone(UTC)


def zone(name: object) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _is_text(value: object, most: int) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= most and "\x00" not in value)


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
