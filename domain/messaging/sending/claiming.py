"""Claiming: take the next thing that is due in a channel, leave out who must not get it, make it, commit it as `sending`."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from domain.automation.holding import IS_HELD
from domain.automation.judging import pointless_deliveries
from domain.messaging.calls.preparing import prepare_call
from domain.messaging.composing import CannotCompose, Composer, prepare_email
from domain.messaging.outbox import Channel
from domain.messaging.progress import end_what_is_over, tell
from domain.messaging.quiet_hours import HOURS, WAITS_UNTIL
from domain.messaging.sending.batches import Batch, Message
from domain.messaging.sending.settling import write_down
from domain.messaging.whatsapp.preparing import prepare_whatsapp
from domain.sessions.letters import LETTERS, Outdated, with_params_of_now
from domain.work import Row, Work

MOST_TOGETHER = 1_000  # SendGrid's limit of personalizations in one request

# What is due in a channel, while it may leave at all.
DUE = f"""
channel = %(channel)s and state in ('pending', 'retry') and due_at <= %(now)s and (retry_at is null or retry_at <= now())
  and not {IS_HELD}
"""
# What would leave in a person's quiet hours gets no send id: it is not claimed, and due again when they end.
CLAIM = f"""
with first as (
  select id, group_key from deliveries
   where {DUE}
     and not (select value = 'true' from business_settings where key = 'sending_paused')
     and not exists (select from provider_traffic t where t.channel = %(channel)s
           and (t.opened_until > now() or t.probing_until > now()))
   order by is_bulk, due_at limit 1 for update skip locked
), together as (
  select d.id from deliveries d, first
   where d.channel = %(channel)s and d.group_key = first.group_key and d.state in ('pending', 'retry')
     and d.due_at <= %(now)s and (d.retry_at is null or d.retry_at <= now())
   order by d.is_bulk, d.due_at limit %(most)s for update of d skip locked
), judged as (
  select d.id, {WAITS_UNTIL} as waits_until
    from deliveries d left join people p on p.id = d.person_id left join ({HOURS}) q on true
   where d.id in (select id from first union select id from together)
)
update deliveries d set state = case when j.waits_until is null then 'sending' else 'pending' end,
       due_at = coalesce(j.waits_until, d.due_at),
       attempt = d.attempt + (j.waits_until is null)::int,
       send_id = case when j.waits_until is null then %(send_id)s::uuid end,
       lease_token = case when j.waits_until is null then %(send_id)s::uuid end,
       leased_until = case when j.waits_until is null then now() + make_interval(secs => %(lease)s) end,
       attempted_at = now(), retry_at = null, reason = ''
  from judged j where d.id = j.id
returning d.id, d.channel, d.kind, d.person_id, d.campaign_id, d.broadcast_id, d.subject_id,
  d.to_address, d.to_name, d.template, d.params, d.attempt, d.marketing, d.send_id,
  d.rule_key, d.expires_at, d.due_at,
  coalesce((select subject_version from automation_steps s where s.id = d.step_id), 1) as version,
  d.rule_key is not null and exists (
    select from people h where h.id = d.person_id and h.automations_stopped_at is not null) as is_stopped
"""
# When one waits for the morning, so do most of those behind it: they are not claimed one by one.
HOLD = f"""
update deliveries d set state = 'pending', due_at = night.waits_until, retry_at = null, reason = ''
  from (
    select d.id, {WAITS_UNTIL} as waits_until
      from deliveries d left join people p on p.id = d.person_id left join ({HOURS}) q on true
     where d.id in (select id from deliveries where {DUE} order by is_bulk, due_at limit %(most)s for update skip locked)
  ) night where d.id = night.id and night.waits_until is not null
"""
LEAVE_OUT = """
update deliveries d set state = 'cancelled', lease_token = null, leased_until = null, reason = case
    when h.is_demo and %(is_live)s then 'Demo people are never written to for real.'
    when c.state = 'cancelled' then 'The campaign was cancelled.'
    when b.state = 'cancelled' then 'The broadcast was cancelled.'
    when s.reason = 'unsubscribed' then 'They have unsubscribed.'
    when s.reason = 'spam' then 'They marked an earlier e-mail as spam.'
    when s.email is not null then 'An earlier e-mail to this address bounced.'
    when p.reason = 'opted_out' then 'They have opted out.'
    when p.reason = 'withheld' then 'WhatsApp keeps marketing from them for the time being.'
    else 'An earlier message did not reach this number.' end
  from deliveries own left join email_suppressions s on own.channel = 'email' and s.email = own.to_address
  left join phone_suppressions p on own.channel <> 'email' and p.phone = own.to_address
    and p.channel in (own.channel, 'all') and (p.expires_at is null or p.expires_at > %(now)s)
  left join lead_campaigns c on c.id = own.campaign_id left join broadcasts b on b.id = own.broadcast_id
  left join people h on h.id = own.person_id
 where d.id = own.id and own.lease_token = %(send_id)s
   and ((own.marketing and (s.email is not null or p.phone is not null)) or c.state = 'cancelled' or b.state = 'cancelled'
        or (h.is_demo and %(is_live)s))
returning d.id, d.broadcast_id
"""

WITHDRAW = """
update deliveries set state = 'cancelled', lease_token = null, leased_until = null, reason = %(reason)s where id = any(%(ids)s)
"""


async def claim_batch(
    work: Work, composer: Composer, *, lease_seconds: float, channel: Channel = "email"
) -> Batch | bool:
    """Commit what is next due in a channel as `sending` and return it. True: it fell away or waits; False: nothing is due."""
    send_id = uuid4()
    rows = await work.rows(
        CLAIM, channel=channel, now=work.now, most=MOST_TOGETHER, send_id=send_id, lease=lease_seconds
    )
    if not rows:
        return False
    if held := [row for row in rows if row.send_id is None]:
        tell(work, held)
        rows = [row for row in rows if row.send_id is not None]
    if not rows:
        await work.run(HOLD, channel=channel, now=work.now, most=MOST_TOGETHER)
        return True
    rows = await _leave_out(work, rows, send_id, is_live=composer.ports.is_live(channel))
    rows = await _leave_out_pointless(work, rows)
    if not rows:
        return True
    try:
        message = await _prepare(work, composer, channel, send_id, rows)
    except CannotCompose as problem:
        await write_down(work, channel, send_id, "failed", reason=str(problem))
        return True
    except Outdated as reason:
        await _withdraw(work, rows, str(reason))
        return True
    return Batch(send_id, channel, message, rows[0].attempt)


async def _prepare(work: Work, composer: Composer, channel: Channel, send_id: UUID, rows: Sequence[Row]) -> Message:
    if channel == "whatsapp":
        row = await with_params_of_now(work, rows[0]) if rows[0].kind in LETTERS else rows[0]
        return await prepare_whatsapp(work, row, composer.ports)
    if channel == "call":
        return await prepare_call(work, rows[0])
    return await prepare_email(work, composer, send_id, rows)


async def _withdraw(work: Work, rows: Sequence[Row], reason: str) -> None:
    """Let go of what is not true any more."""
    await work.run(WITHDRAW, ids=[row.id for row in rows], reason=reason)
    tell(work, rows)


async def _leave_out_pointless(work: Work, rows: Sequence[Row]) -> Sequence[Row]:
    """Judge once more what rules have written: it may have waited, and who has applied meanwhile is asked no more."""
    if not any(row.rule_key for row in rows):
        return rows
    reasons = await pointless_deliveries(work, rows)
    for reason in set(reasons.values()):
        await _withdraw(work, [row for row in rows if reasons.get(row.id) == reason], reason)
    return [row for row in rows if row.id not in reasons]


async def _leave_out(work: Work, rows: Sequence[Row], send_id: UUID, *, is_live: bool) -> Sequence[Row]:
    if not is_live and not any(row.marketing or row.broadcast_id for row in rows):
        return rows
    fallen = await work.rows(LEAVE_OUT, send_id=send_id, is_live=is_live, now=work.now)
    await end_what_is_over(work, fallen)
    left_out = {row.id for row in fallen}
    return [row for row in rows if row.id not in left_out]
