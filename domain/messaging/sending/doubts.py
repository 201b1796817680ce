"""Doubts: attempts of which nobody knows whether they left. E-mails and calls are looked up, WhatsApp messages parked."""

from domain.language import _
from domain.messaging.calls.reading import apply_report
from domain.messaging.outbox import Channel
from domain.messaging.progress import tell
from domain.messaging.sending.batches import Doubtful
from domain.messaging.sending.settling import sent, write_down
from domain.ports import CannotTell, Found, Missing
from domain.ports.voice import CallReport
from domain.work import Work

ASK_AGAIN = 600.0  # seconds until an attempt that nobody can tell about is looked up again
# Seconds until a live provider's word is believed that it has no such e-mail: what it has just taken it may not find yet.
FOUND_WITHIN = 600.0

# The first delivery of an attempt stands for all of it: two workers that each held some would wait for one another.
CLAIM_DOUBTFUL = """
with one as (
  select send_id from deliveries d where channel = %(channel)s and state in ('sending', 'unknown') and leased_until < now()
     and not exists (select from deliveries earlier where earlier.send_id = d.send_id and earlier.id < d.id
       and earlier.state in ('sending', 'unknown'))
   order by leased_until limit 1 for update skip locked
)
update deliveries d set state = 'unknown', lease_token = d.send_id,
       leased_until = now() + make_interval(secs => %(lease)s)
  from one where d.send_id = one.send_id and d.state in ('sending', 'unknown')
returning d.send_id, d.attempt, d.id, d.template,
  coalesce((select l.created_at from call_logs l where l.delivery_id = d.id), d.created_at) as since,
  coalesce(extract(epoch from now() - d.attempted_at), 'infinity')::float8 as age
"""
# Without a lease nobody claims them again; their token stays, so that an answer that comes late still settles them.
PARK = """
with parked as (
  update deliveries set state = 'unknown', leased_until = null, reason = %(reason)s
   where channel = 'whatsapp' and state = 'sending' and leased_until < now()
  returning id, campaign_id, broadcast_id
), logged as (
  update whatsapp_logs set state = 'unknown', rank = 1, reason = %(reason)s, updated_at = %(now)s
   where delivery_id in (select id from parked) and rank < 1
)
select id, campaign_id, broadcast_id from parked
"""


async def claim_doubtful(work: Work, *, lease_seconds: float, channel: Channel = "email") -> Doubtful | None:
    """Lease one attempt whose worker vanished, or that was parked as unknown, to look it up."""
    row = await work.row(CLAIM_DOUBTFUL, channel=channel, lease=lease_seconds)
    return Doubtful(row.send_id, channel, row.attempt, row.id, row.template, row.since, row.age) if row else None


async def settle_doubt(
    work: Work, doubtful: Doubtful, answer: Found | CallReport | Missing | CannotTell, *, found_within: float = 0.0
) -> None:
    """Act on what the provider said of an attempt: it arrived, it never did, or nobody knows.

    ``found_within``: seconds of real time in which an e-mail that is missing may only not be found yet.
    """
    channel, send_id = doubtful.channel, doubtful.send_id
    match answer:
        case Found():
            await sent(work, channel, send_id, answer.message_id)
        case CallReport():
            await sent(work, channel, send_id, answer.call_id)
            await apply_report(work, doubtful.delivery_id, answer)
        case Missing() if channel == "email" and doubtful.age < found_within:
            # Ever less often, and once more when it may be believed.
            wait = min(max(doubtful.age, 1.0), found_within - doubtful.age)
            await write_down(work, channel, send_id, "unknown", reason=_("SendGrid does not find it yet."), wait=wait)
        case Missing():
            await write_down(work, channel, send_id, "retry", reason=_("It had not left; sending again."))
            work.nudge()
        case CannotTell():
            await write_down(work, channel, send_id, "unknown", reason=answer.reason, wait=ASK_AGAIN)


async def park_doubtful(work: Work) -> int:
    """Park the WhatsApp messages whose worker vanished while it handed them over; return how many."""
    reason = _("The worker ended while it handed the message over. AiSensy cannot be asked whether it has it.")
    rows = await work.rows(PARK, reason=reason, now=work.now)
    tell(work, rows)
    return len(rows)
