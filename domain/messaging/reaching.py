"""Whether one person may be written to, and when: opt-outs, how often advertising goes to them, and their quiet hours."""

from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.language import _
from domain.messaging.outbox import Channel
from domain.messaging.quiet_hours import HOURS
from domain.work import Row, Work

# Everything that may keep a message back or let it wait, in one statement.
JUDGE = f"""
select (select reason from email_suppressions where %(channel)s = 'email' and email = %(to)s) as email_suppressed,
  (select reason from phone_suppressions where %(channel)s <> 'email' and phone = %(to)s and channel in (%(channel)s, 'all')
     and (expires_at is null or expires_at > %(now)s) order by reason desc limit 1) as phone_suppressed,
  %(channel)s = 'whatsapp' and (select not consent_whatsapp from people where id = %(person_id)s::uuid) as without_consent,
  (select count(*) from deliveries where channel = %(channel)s and to_address = %(to)s and marketing
     and state not in ('cancelled', 'failed') and due_at > %(now)s::timestamptz - interval '24 hours')
   >= (select value::int from business_settings where key = 'marketing_a_day') as is_capped,
  (select after_quiet_hours(%(now)s, coalesce((select timezone from people where id = %(person_id)s::uuid), 'Asia/Kolkata'),
     q.since, q.until) from (select) one left join ({HOURS}) q on true) as leaves_at
"""
PERSON = """
select h.id, h.name, h.phone, (select l.id from imported_leads l where l.person_id = h.id) as lead_id,
  exists (select from profiles p where p.person_id = h.id and p.role = 'student') as is_student
from people h where h.id = %(id)s
"""


async def find_recipient(work: Work, person_id: UUID) -> Row:
    """Return who is to be written to or called. Raises NotFound, and Conflict for who has no telephone number."""
    work.require_admin()
    person = await work.row(PERSON, id=person_id)
    if person is None:
        raise NotFound(_("This person does not exist any more."))
    if not person.phone:
        raise Conflict(_("{name} has no telephone number.", name=person.name or _("This person")))
    return person


async def judge(work: Work, channel: Channel, address: str, person_id: UUID | None) -> Row:
    """Return all that may keep a message to this address back or, with ``leaves_at``, let it wait."""
    row = await work.row(JUDGE, channel=channel, to=address, person_id=person_id, now=work.now)
    assert row is not None
    return row


def refusal_of(judged: Row, *, is_marketing: bool) -> str:
    """Say in words why nothing may go to them, or nothing when it may."""
    if judged.email_suppressed in ("bounced", "spam", "invalid"):
        return _("This address takes no e-mail from us: {reason}.", reason=judged.email_suppressed)
    if judged.phone_suppressed == "opted_out":
        return _("They have opted out.")
    if judged.phone_suppressed == "invalid":
        return _("An earlier message did not reach this number.")
    return _refusal_of_marketing(judged) if is_marketing else ""


def _refusal_of_marketing(judged: Row) -> str:
    if judged.email_suppressed or judged.phone_suppressed:
        return _("Advertising is kept from them for the time being.")
    if judged.without_consent:
        return _("They have not agreed to advertising on WhatsApp.")
    if judged.is_capped:
        return _("They have been written to as often today as the rules allow.")
    return ""
