"""The words of the import pages: states, fields, and what the tabs are called."""

from typing import Any

from domain.language import _
from domain.leads.columns import ATTRIBUTE, IGNORE


def import_words() -> dict[str, Any]:
    """Return what the templates call things: ``states`` are (word, tone), ``fields`` are choices for a column."""
    return {"states": states(), "fields": fields(), "overwritable": overwritable()}


def states() -> dict[str, tuple[str, str]]:
    return {
        "uploaded": (_("Choose columns"), "sky"),
        "checking": (_("Checking"), "amber"),
        "checked": (_("Checked"), "sky"),
        "running": (_("Importing"), "amber"),
        "stopped": (_("Stopped"), "amber"),
        "done": (_("Done"), "emerald"),
        "failed": (_("Failed"), "rose"),
        "undoing": (_("Being undone"), "amber"),
        "undone": (_("Undone"), "grey"),
    }


def fields() -> list[tuple[str, str]]:
    return [
        ("name", _("Name")),
        ("first_name", _("First name")),
        ("last_name", _("Last name")),
        ("email", _("E-mail")),
        ("phone", _("Phone")),
        ("whatsapp", _("WhatsApp")),
        ("city", _("City")),
        ("state", _("State")),
        ("source", _("Source")),
        ("campaign", _("Campaign")),
        ("notes", _("Notes")),
        ("tags", _("Tags")),
        ("created_at", _("Date")),
        ("consent", _("Consent to e-mail and WhatsApp")),
        (ATTRIBUTE, _("Keep as an extra")),
        (IGNORE, _("Leave out")),
    ]


def overwritable() -> list[tuple[str, str]]:
    names = dict(fields())
    return [(field, names[field]) for field in ("name", "email", "phone", "city", "source", "campaign", "notes")]
