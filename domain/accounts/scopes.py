"""What a personal token may be allowed to do, each in words for who ticks it. A new part of the API adds its own here."""

from domain.language import _


def scope_names() -> dict[str, str]:
    """Return every scope with what it allows."""
    return {
        "leads:read": _("See leads"),
        "leads:write": _("Add leads"),
        "imports:read": _("See imports of leads"),
        "imports:write": _("Upload files of leads and import them"),
        "campaigns:read": _("See campaigns"),
        "applications:read": _("See applications"),
        "applications:decide": _("Approve and reject applications"),
        "students:read": _("See students"),
        "sessions:read": _("See sessions"),
        "sessions:write": _("Schedule, change and cancel sessions, and host them"),
        "deliveries:read": _("See what was sent, and what became of it"),
        "suppressions:read": _("See who gets no more campaign e-mail"),
        "messages:send": _("Send e-mails and WhatsApp messages, and make calls"),
        "broadcasts:read": _("See broadcasts"),
        "broadcasts:write": _("Write broadcasts, send and stop them"),
        "payments:read": _("See payments"),
        "payments:write": _("Ask for payments and give money back"),
    }
