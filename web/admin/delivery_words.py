"""What the states, kinds and channels of deliveries are called, and what a list is filtered by, in words."""

from domain.automation.rules import RULES
from domain.language import _, ngettext
from domain.messaging.filtering import DeliveryFilter, states_of
from domain.messaging.listing import DeliveryPage
from web.filters import day


def chips(wanted: DeliveryFilter, found: DeliveryPage) -> list[tuple[str, str]]:
    """Return what is filtered by, in words; the channel is a tab and no filter, and no more is the order."""
    campaigns = dict(found.campaigns)
    words = {
        "q": _("Search: {what}", what=wanted.q),
        "state": _("State: {what}", what=_states().get(wanted.state, "")),
        "kind": _("Kind: {what}", what=kind_names().get(wanted.kind, wanted.kind)),
        "campaign": _("Campaign: {what}", what=campaigns.get(str(wanted.campaign), _("one campaign"))),
        "broadcast": _("One broadcast"),
        "since": _("From {day}", day=day(wanted.since)),
        "until": _("Until {day}", day=day(wanted.until)),
    }
    return [(name, words[name]) for name in wanted.as_values() if name in words]


def counted(channel: str, found: DeliveryPage) -> str:
    """Return how many there are, in words."""
    if found.is_more:
        return _("More than {count}", count=f"{found.total:,}")
    return {
        "email": ngettext("{count} e-mail", "{count} e-mails", found.total),
        "whatsapp": ngettext("{count} WhatsApp message", "{count} WhatsApp messages", found.total),
        "call": ngettext("{count} call", "{count} calls", found.total),
    }.get(channel, ngettext("{count} message", "{count} messages", found.total))


def channel_tabs() -> list[tuple[str, str, None]]:
    return [
        ("", _("All"), None),
        ("email", _("E-mail"), None),
        ("whatsapp", _("WhatsApp"), None),
        ("call", _("Calls"), None),
    ]


def state_names(channel: str) -> dict[str, str]:
    """Return the states that a channel's list can be filtered by."""
    words = _states()
    return {state: words[state] for state in states_of(channel)}


def _states() -> dict[str, str]:
    return {
        "pending": _("Waiting"),
        "sending": _("Sending"),
        "retry": _("Will try again"),
        "sent": _("Sent"),
        "failed": _("Failed"),
        "unknown": _("Unknown"),
        "cancelled": _("Cancelled"),
        "bounced": _("Bounced"),
        "dropped": _("Dropped"),
        "blocked": _("Blocked"),
        "spam": _("Marked as spam"),
        "unsubscribed": _("Unsubscribed"),
        "delivered": _("Delivered"),
        "opened": _("Opened"),
        "clicked": _("Clicked"),
        "read": _("Read"),
        "undelivered": _("Did not arrive"),
        "completed": _("Talked"),
        "voicemail": _("Voicemail"),
        "no_answer": _("No answer"),
        "busy": _("Busy"),
        "stopped": _("Stopped"),
        "call_failed": _("Call failed"),
    }


def kind_names() -> dict[str, str]:
    """Return what messages are about: by hand or by an automation, which has its own name."""
    return {
        **{key: _(rule.title) for key, rule in RULES.items() if rule.act is None},
        "cta": _("Call to action"),
        "welcome": _("Welcome"),
        "enrolled": _("Enrolled"),
        "rejection": _("Rejection"),
        "payment_link": _("Payment link"),
        "payment_received": _("Receipt"),
        "submission_receipt": _("Handed in"),
        "submission_marked": _("Graded or returned"),
        "set_password": _("Set a password"),
        "verify_admin_request": _("Admin access"),
        "test": _("Test e-mail"),
        "broadcast": _("Broadcast"),
        "single": _("By hand"),
        "message": _("By another program"),
        "reply": _("Reply"),
        "opt_confirmation": _("Opt-out confirmed"),
        "class_scheduled": _("Class scheduled"),
        "class_changed": _("Class changed"),
        "class_cancelled": _("Class cancelled"),
        "classes_ahead": _("Classes ahead"),
        "classes_left": _("Batch left"),
    }
