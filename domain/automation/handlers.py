"""Which handler runs which kind of step. A kind that is not here fails and says so."""

from domain.automation.running import Handler
from domain.broadcasts.planning import plan_broadcast
from domain.campaigns.planning import plan_campaign
from domain.demo import run_removal
from domain.integrations.trying import try_provider
from domain.leads import import_steps
from domain.leads.mass_deletion import run_deletion
from domain.leads.sequences import settle_sequences
from domain.learning.receipts import send_submission_receipt
from domain.messaging.calls.reading import read_call
from domain.messaging.files import delete_files
from domain.payments.checking import read_hint
from domain.payments.letters import send_receipt
from domain.payments.refunding import ask_refund
from domain.payments.requests import create_payment_request, switch_payment_request
from domain.recordings.checking import check_recordings
from domain.recordings.copying import copy_recording
from domain.sessions.looking import look_at_meeting
from domain.sessions.meetings import sync_meeting
from domain.sessions.registering import register_students
from domain.sessions.reporting import read_attendance
from domain.sessions.telling import tell_session

HANDLERS: dict[str, Handler] = {
    "check_import": import_steps.check_import,
    "run_import": import_steps.run_import,
    "undo_import": import_steps.undo_import,
    "delete_leads": run_deletion,
    "settle_sequences": settle_sequences,
    "plan_campaign": plan_campaign,
    "plan_broadcast": plan_broadcast,
    "remove_demo": run_removal,
    "read_call": read_call,
    "delete_files": delete_files,
    "create_payment_request": create_payment_request,
    "switch_payment_request": switch_payment_request,
    "ask_refund": ask_refund,
    "send_receipt": send_receipt,
    "try_provider": try_provider,
    "read_payment_hint": read_hint,
    "sync_meeting": sync_meeting,
    "look_at_meeting": look_at_meeting,
    "tell_session": tell_session,
    "register_students": register_students,
    "read_attendance": read_attendance,
    "check_recordings": check_recordings,
    "copy_recording": copy_recording,
    "send_submission_receipt": send_submission_receipt,
}
