"""Sending: claim what is due and commit it as `sending`, call the provider, write down what came of it.

Claiming and `sending` are one commit: a crash before it leaves the rows pending, a crash after it leaves them `sending` with a
lease that lapses, and then the provider is asked before anything is sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.backoff import backoff
from domain.campaigns import on_sent
from domain.messaging.composing import CannotCompose, Composer
from domain.ports import CannotTell, Email, Found, Missing, Outcome, Refused, Sent, Unavailable
from domain.work import Row, Work

MOST_TOGETHER = 1_000  # SendGrid's limit of personalizations in one request
MOST_ATTEMPTS = 12
ASK_AGAIN = 600.0  # seconds until an attempt that nobody can tell about is looked up again

CLAIM = """
with first as (
  select id, group_key from deliveries
   where channel = 'email' and state in ('pending', 'retry') and due_at <= %(now)s
     and (retry_at is null or retry_at <= now())
     and not (select value = 'true' from business_settings where key = 'sending_paused')
   order by is_bulk, due_at limit 1 for update skip locked
), together as (
  select d.id from deliveries d, first
   where d.channel = 'email' and d.group_key = first.group_key and d.state in ('pending', 'retry') and d.due_at <= %(now)s
     and (d.retry_at is null or d.retry_at <= now())
   order by d.due_at limit %(most)s for update of d skip locked
)
update deliveries set state = 'sending', attempt = attempt + 1, send_id = %(send_id)s, lease_token = %(send_id)s,
       leased_until = now() + make_interval(secs => %(lease)s), retry_at = null, reason = ''
 where id in (select id from first union select id from together)
returning id, kind, person_id, campaign_id, subject_id, to_address, to_name, template, params, attempt
"""
LEAVE_OUT = """
update deliveries d set state = 'cancelled', lease_token = null, leased_until = null, reason = case
    when h.is_demo and %(is_live)s then 'Demo people are never written to for real.'
    when c.state = 'cancelled' then 'The campaign was cancelled.'
    when s.reason = 'unsubscribed' then 'They have unsubscribed.'
    when s.reason = 'spam' then 'They marked an earlier e-mail as spam.'
    else 'An earlier e-mail to this address bounced.' end
  from deliveries own left join email_suppressions s on s.email = own.to_address
  left join lead_campaigns c on c.id = own.campaign_id left join people h on h.id = own.person_id
 where d.id = own.id and own.lease_token = %(send_id)s
   and ((own.campaign_id is not null and (s.email is not null or c.state = 'cancelled')) or (h.is_demo and %(is_live)s))
returning d.id
"""
LOG = """
insert into email_logs (delivery_id, person_id, to_email, from_email, subject, created_at, updated_at)
select d.id, d.person_id, d.to_address, %(sender)s, s.subject, %(now)s, %(now)s
  from unnest(%(ids)s::uuid[], %(subjects)s::text[]) as s (id, subject) join deliveries d on d.id = s.id
on conflict (delivery_id) do update set subject = excluded.subject, state = 'sending', rank = 0, reason = '',
   updated_at = excluded.updated_at
"""
SETTLE = """
with settled as (
  update deliveries set state = %(state)s, reason = %(reason)s, lease_token = null,
         sent_at = case when %(state)s = 'sent' then %(now)s::timestamptz end,
         leased_until = case when %(state)s = 'unknown' then now() + make_interval(secs => %(wait)s) end,
         retry_at = case when %(state)s = 'retry' then now() + make_interval(secs => %(wait)s) end,
         attempt = attempt - %(uncounted)s
   where lease_token = %(send_id)s and state in ('sending', 'unknown') and (%(only)s::uuid[] is null or id = any(%(only)s))
  returning id, campaign_id
), logged as (
  -- Its events may have overtaken the answer: then the state stays theirs.
  update email_logs set state = case when rank <= %(rank)s then %(log_state)s else state end,
         reason = case when rank <= %(rank)s then %(reason)s else reason end, rank = greatest(rank, %(rank)s),
         message_id = coalesce(%(message_id)s, message_id),
         sent_at = case when %(state)s = 'sent' then %(now)s::timestamptz else sent_at end, updated_at = %(now)s
   where delivery_id in (select id from settled)
)
select id, campaign_id from settled
"""
CLAIM_DOUBTFUL = """
with one as (
  select send_id from deliveries where state in ('sending', 'unknown') and leased_until < now()
   order by leased_until limit 1 for update skip locked
)
update deliveries d set state = 'unknown', lease_token = d.send_id,
       leased_until = now() + make_interval(secs => %(lease)s)
  from one where d.send_id = one.send_id and d.state in ('sending', 'unknown')
returning d.send_id, d.attempt
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is committed as `sending` and may now leave, once. ``send_id`` is its lease."""

    send_id: UUID
    email: Email
    attempt: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An attempt that may have left or not."""

    send_id: UUID
    attempt: int


async def claim_batch(work: Work, composer: Composer, *, lease_seconds: float) -> Batch | bool:
    """Commit the next due e-mails as `sending` and return them; True when all claimed fell away, False when none is due."""
    send_id = uuid4()
    rows = await work.rows(CLAIM, now=work.now, most=MOST_TOGETHER, send_id=send_id, lease=lease_seconds)
    if not rows:
        return False
    rows = await _leave_out(work, rows, send_id, is_live=composer.ports.email_is_live)
    if not rows:
        return True
    try:
        email = await composer.compose(work, send_id, rows)
    except CannotCompose as problem:
        await _settle(work, send_id, "failed", reason=str(problem))
        return True
    await _log(work, email)
    return Batch(send_id, email, rows[0].attempt)


async def settle(work: Work, batch: Batch | Doubtful, outcome: Outcome, *, lookup_delay: float) -> None:
    """Write down what came of an attempt. A batch that another worker has settled meanwhile stays as it is."""
    match outcome:
        case Sent():
            await _sent(work, batch.send_id, outcome.message_id)
        case Refused(recipients=indexes) if indexes and isinstance(batch, Batch):
            at_fault = [batch.email.recipients[index].delivery_id for index in indexes]
            await _settle(work, batch.send_id, "failed", reason=outcome.reason, only=at_fault)
            await _settle(work, batch.send_id, "retry", reason="", uncounted=1)
            work.nudge()
        case Refused():
            await _settle(work, batch.send_id, "failed", reason=outcome.reason)
        case Unavailable() if batch.attempt >= MOST_ATTEMPTS:
            await _settle(work, batch.send_id, "failed", reason=outcome.reason)
        case Unavailable():
            wait = backoff(batch.attempt, outcome.retry_after or 0.0)
            await _settle(work, batch.send_id, "retry", reason=outcome.reason, wait=wait)
        case _:
            await _settle(work, batch.send_id, "unknown", reason=outcome.reason, wait=lookup_delay)


async def claim_doubtful(work: Work, *, lease_seconds: float) -> Doubtful | None:
    """Lease one attempt whose worker vanished, or that was parked as unknown, to look it up."""
    row = await work.row(CLAIM_DOUBTFUL, lease=lease_seconds)
    return Doubtful(row.send_id, row.attempt) if row else None


async def settle_doubt(work: Work, doubtful: Doubtful, answer: Found | Missing | CannotTell) -> None:
    """Act on what the provider said of an attempt: it arrived, it never did, or nobody knows."""
    match answer:
        case Found():
            await _sent(work, doubtful.send_id, answer.message_id)
        case Missing():
            await _settle(work, doubtful.send_id, "retry", reason="It had not left; sending again.")
            work.nudge()
        case CannotTell():
            await _settle(work, doubtful.send_id, "unknown", reason=answer.reason, wait=ASK_AGAIN)


async def _sent(work: Work, send_id: UUID, message_id: str) -> None:
    rows = await _settle(work, send_id, "sent", message_id=message_id)
    if ids := [row.id for row in rows if row.campaign_id]:
        await on_sent(work, ids)


async def _leave_out(work: Work, rows: Sequence[Row], send_id: UUID, *, is_live: bool) -> Sequence[Row]:
    if not is_live and not any(row.campaign_id for row in rows):
        return rows
    left_out = {row.id for row in await work.rows(LEAVE_OUT, send_id=send_id, is_live=is_live)}
    return [row for row in rows if row.id not in left_out]


async def _log(work: Work, email: Email) -> None:
    subjects = [_filled(email.subject, recipient.substitutions) for recipient in email.recipients]
    ids = [recipient.delivery_id for recipient in email.recipients]
    await work.run(LOG, ids=ids, subjects=subjects, sender=email.sender, now=work.now)


def _filled(text: str, substitutions: Any) -> str:
    for key, value in substitutions.items():
        text = text.replace(key, value)
    return text


LOG_STATES = {"sent": ("sent", 10), "failed": ("failed", 5), "unknown": ("unknown", 1), "retry": ("sending", 0)}


async def _settle(
    work: Work,
    send_id: UUID,
    state: str,
    *,
    reason: str = "",
    message_id: str | None = None,
    wait: float = 0.0,
    only: Sequence[UUID] | None = None,
    uncounted: int = 0,
) -> Sequence[Row]:
    log_state, rank = LOG_STATES[state]
    values = {"state": state, "reason": reason, "message_id": message_id, "wait": wait, "only": only}
    rows = await work.rows(
        SETTLE, **values, send_id=send_id, now=work.now, log_state=log_state, rank=rank, uncounted=uncounted
    )
    for campaign_id in {row.campaign_id for row in rows if row.campaign_id}:
        work.signal(f"campaign:{campaign_id}")
    if rows:
        work.signal("deliveries")
    return rows
