"""Why a message went that no automation sent, and what holds back what is planned."""

from collections.abc import Mapping
from typing import Any

from domain.language import _

# kind of message -> why it went; of campaigns and broadcasts the name stands beside it.
WHY = {
    "welcome": "Because their application was approved.",
    "enrolled": "Because they came into another batch.",
    "rejection": "Because their application was rejected.",
    "set_password": "Because a password was to be set.",
    "verify_admin_request": "Because they asked to become an admin.",
    "test": "Because an admin tried a template.",
    "payment_link": "Because they were asked to pay.",
    "payment_received": "Because they have paid.",
    "submission_receipt": "Because they have handed something in.",
    "submission_marked": "Because what they had handed in was looked at.",
    "single": "Because somebody wrote to them by hand.",
    "message": "Because another program asked for it.",
    "reply": "Because they had written.",
    "opt_confirmation": "Because they asked for messages to begin or end.",
    "class_scheduled": "Because a class of theirs was scheduled.",
    "class_changed": "Because a class of theirs was changed.",
    "class_cancelled": "Because a class of theirs was cancelled.",
    "classes_ahead": "Because they came into the batch.",
    "classes_left": "Because they have left the batch.",
}
AGAIN = "Because new sign-in details were sent by hand."


def why_sent(facts: Mapping[str, Any]) -> str:
    """Return why a delivery of no automation went, or nothing where its name says it."""
    if facts["rule"] or facts["kind"] not in WHY:
        return ""
    return _(AGAIN if facts["kind"] == "welcome" and facts["is_of_person"] else WHY[facts["kind"]])


def why_held(held: str) -> str:
    """Return what holds back something planned, by `HELD`, or nothing."""
    return {
        "all": _("All automations are paused: it waits."),
        "rule": _("This automation is paused: it waits."),
        "sending": _("Sending is paused: it waits."),
    }.get(held, "")
