"""How the kinds of steps and e-mails are called, and where each is mended."""

from domain.language import _

# kind of step -> its name
STEPS = {
    "check_import": "Check of an import",
    "run_import": "Import of leads",
    "undo_import": "Undoing of an import",
    "plan_campaign": "Campaign",
    "remove_demo": "Removal of the demo data",
    "read_call": "Look at a call",
}
EMAILS = {
    "cta": "Invitation to apply",
    "welcome": "Welcome e-mail",
    "enrolled": "New course e-mail",
    "rejection": "Rejection e-mail",
    "set_password": "Password link",
    "verify_admin_request": "Confirmation of an address",
    "test": "Test e-mail",
    "single": "Message by hand",
    "reply": "Answer on WhatsApp",
    "opt_confirmation": "Confirmation of an opt-out",
}
PLACES = {
    "check_import": "/admin/imports/{subject}",
    "run_import": "/admin/imports/{subject}",
    "undo_import": "/admin/imports/{subject}",
    "plan_campaign": "/admin/campaigns/{subject}",
    "remove_demo": "/admin/settings",
    "read_call": "/admin/deliveries/{subject}",
}


def step_name(kind: str) -> str:
    """Return the name of a kind of step."""
    return _(STEPS[kind]) if kind in STEPS else _in_words(kind)


def email_name(kind: str) -> str:
    """Return the name of a kind of e-mail."""
    return _(EMAILS[kind]) if kind in EMAILS else _in_words(kind)


def place_of_step(kind: str, subject_id: str | None) -> str:
    """Return the address where a step of this kind is looked into and begun again."""
    place = PLACES.get(kind, "/admin/errors")
    if "{subject}" not in place:
        return place
    return place.format(subject=subject_id) if subject_id else place.removesuffix("/{subject}")


def _in_words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()
