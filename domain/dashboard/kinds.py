"""How the kinds of steps and e-mails are called, and where each is mended."""

from domain.automation.rules import RULES
from domain.language import _

# kind of step -> its name
STEPS = {
    "check_import": "Check of an import",
    "run_import": "Import of leads",
    "undo_import": "Undoing of an import",
    "delete_leads": "Deletion of leads",
    "settle_sequences": "Lead sequences",
    "plan_campaign": "Campaign",
    "plan_broadcast": "Broadcast",
    "read_call": "Report of a call",
    "remove_demo": "Removal of the demo data",
    "delete_files": "Removal of files",
    "create_payment_request": "Payment link",
    "switch_payment_request": "Closing or opening of a payment link",
    "ask_refund": "Refund",
    "send_receipt": "Receipt",
    "try_provider": "Test of a provider",
    "read_payment_hint": "Check of a payment",
    "sync_meeting": "Zoom meeting of a class",
    "tell_session": "News of a class",
    "register_students": "Join links of a class",
    "end_registrations": "Join links of students who left",
    "read_attendance": "Attendance of a class",
    "look_at_meeting": "Look at the meeting before class",
    "check_recordings": "Look for recordings",
    "copy_recording": "Copy of a recording",
    "send_submission_receipt": "Receipt of what was handed in",
}
EMAILS = {
    "cta": "Invitation to apply",
    "welcome": "Welcome e-mail",
    "enrolled": "New course e-mail",
    "rejection": "Rejection e-mail",
    "set_password": "Password link",
    "verify_admin_request": "Confirmation of an address",
    "test": "Test message",
    "broadcast": "Broadcast",
    "payment_link": "Payment link",
    "payment_received": "Receipt",
    "submission_receipt": "Receipt of what was handed in",
    "submission_marked": "Grade or return of an assignment",
    "single": "Message by hand",
    "message": "Message of another program",
    "reply": "Answer on WhatsApp",
    "opt_confirmation": "Confirmation of an opt-out",
    "class_scheduled": "Class scheduled",
    "class_changed": "Class changed",
    "class_cancelled": "Class cancelled",
    "classes_ahead": "Classes ahead",
    "classes_left": "Classes of a batch they left",
}
PLACES = {
    "check_import": "/admin/imports/{subject}",
    "run_import": "/admin/imports/{subject}",
    "undo_import": "/admin/imports/{subject}",
    "delete_leads": "/admin/leads/deletions/{subject}",
    "settle_sequences": "/admin/leads",
    "plan_campaign": "/admin/campaigns/{subject}",
    "plan_broadcast": "/admin/broadcasts/{subject}",
    "read_call": "/admin/deliveries/{subject}",
    "remove_demo": "/admin/settings",
    "delete_files": "/admin/deliveries",
    "create_payment_request": "/admin/payments",
    "switch_payment_request": "/admin/payments",
    "ask_refund": "/admin/payments",
    "send_receipt": "/admin/payments",
    "try_provider": "/admin/integrations",
    "read_payment_hint": "/admin/payments",
    "sync_meeting": "/admin/sessions/{subject}",
    "tell_session": "/admin/sessions/{subject}/attendance",
    "register_students": "/admin/sessions/{subject}/attendance",
    "end_registrations": "/admin/sessions?batch={subject}",
    "read_attendance": "/admin/sessions/{subject}/attendance",
    "look_at_meeting": "/admin/sessions/{subject}",
    "check_recordings": "/admin/sessions/{subject}/recordings",
    "copy_recording": "/admin/session-recordings/{subject}",
    "send_submission_receipt": "/admin/assignments",
}


def step_name(kind: str) -> str:
    """Return the name of a kind of step, which is that of its rule if it has one."""
    if rule := RULES.get(kind):
        return _(rule.title)
    return _(STEPS[kind]) if kind in STEPS else _in_words(kind)


def email_name(kind: str) -> str:
    """Return the name of a kind of message, which is that of its rule if it has one."""
    if rule := RULES.get(kind):
        return _(rule.title)
    return _(EMAILS[kind]) if kind in EMAILS else _in_words(kind)


def place_of_step(kind: str, subject_id: str | None) -> str:
    """Return the address where a step of this kind is looked into and begun again."""
    if kind in RULES:
        return f"/admin/automations/{kind}"
    place = PLACES.get(kind, "/admin/errors")
    if "{subject}" not in place:
        return place
    return place.format(subject=subject_id) if subject_id else place.removesuffix("/{subject}")


def _in_words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()
