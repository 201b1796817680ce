"""Settling: write down what came of an attempt, in the delivery and in its channel's log, fenced by the lease."""

from collections.abc import Sequence
from uuid import UUID

from domain.backoff import backoff
from domain.campaigns import is_to_lead, on_sent
from domain.integrations.accounts import hold_channel
from domain.integrations.states import THRESHOLD
from domain.messaging.calls.reading import plan_reading
from domain.messaging.outbox import Channel
from domain.messaging.progress import end_what_is_over, tell
from domain.messaging.sending.batches import Batch
from domain.ports import Email, Outcome, Refused, Sent, Unavailable
from domain.ports.voice import CallOutcome, CallStarted
from domain.ports.whatsapp import WhatsAppOutcome, WhatsAppSent
from domain.work import Row, Work

MOST_ATTEMPTS = 12

AnyOutcome = Outcome | WhatsAppOutcome | CallOutcome

SETTLE = """
with settled as (
  update deliveries set state = %(state)s, reason = %(reason)s, lease_token = null,
         sent_at = case when %(state)s = 'sent' then %(now)s::timestamptz end,
         leased_until = case when %(state)s = 'unknown' then now() + make_interval(secs => %(wait)s) end,
         retry_at = case when %(state)s = 'retry' then now() + make_interval(secs => %(wait)s) end,
         attempt = attempt - %(uncounted)s
   where lease_token = %(send_id)s and state in ('sending', 'unknown') and (%(only)s::uuid[] is null or id = any(%(only)s))
  returning id, campaign_id, broadcast_id, rule_key
), logged as (
  -- Its events may have overtaken the answer: then the state stays theirs.
  update {table} set state = case when rank <= %(rank)s then %(log_state)s else state end,
         reason = case when rank <= %(rank)s then %(reason)s else reason end, rank = greatest(rank, %(rank)s),
         {own}, updated_at = %(now)s
   where delivery_id in (select id from settled)
), works as (
  -- What leaves shows that our account is in order again.
  update provider_traffic set account_problem = ''
   where %(state)s = 'sent' and channel = %(channel)s and account_problem <> '' and exists (select from settled)
)
select id, campaign_id, broadcast_id, rule_key from settled
"""
# While a provider does not answer, trying and failing says nothing about what was tried.
IN_OUTAGE = "select exists (select from provider_traffic where channel = %(channel)s and failures >= %(threshold)s)"
_SENT_AT = "{column} = case when %(state)s = 'sent' then %(now)s::timestamptz else {column} end"
# channel -> its log, and what only that keeps. An id given for free text is WhatsApp's own, one for a campaign is AiSensy's.
LOGS: dict[Channel, tuple[str, str]] = {
    "email": ("email_logs", "message_id = coalesce(%(message_id)s, message_id), " + _SENT_AT.format(column="sent_at")),
    "whatsapp": (
        "whatsapp_logs",
        "submitted_id = case when campaign = '' then submitted_id else coalesce(%(message_id)s, submitted_id) end,"
        " message_id = case when campaign = '' then coalesce(%(message_id)s, message_id) else message_id end, "
        + _SENT_AT.format(column="submitted_at"),
    ),
    "call": (
        "call_logs",
        "call_id = coalesce(%(message_id)s, call_id), agent_id = coalesce(%(agent_id)s, agent_id),"
        " status = case when rank <= %(rank)s then %(status)s else status end, " + _SENT_AT.format(column="started_at"),
    ),
}
# channel -> what an attempt of this end is called in the log, and its rank there.
LOG_STATES = {"sent": ("sent", 10), "failed": ("failed", 5), "unknown": ("unknown", 1), "retry": ("sending", 0)}
SENT_STATES: dict[Channel, str] = {"email": "sent", "whatsapp": "submitted", "call": "queued"}


async def settle(work: Work, batch: Batch, outcome: AnyOutcome, *, lookup_delay: float) -> None:
    """Write down what came of an attempt. A batch that another worker has settled meanwhile stays as it is."""
    channel, send_id = batch.channel, batch.send_id
    match outcome:
        case Sent() | WhatsAppSent():
            await sent(work, channel, send_id, outcome.message_id)
        case CallStarted():
            await sent(work, channel, send_id, outcome.call_id, outcome)
        case Refused(recipients=indexes) if indexes and isinstance(batch.message, Email):
            at_fault = [batch.message.recipients[index].delivery_id for index in indexes]
            await write_down(work, channel, send_id, "failed", reason=outcome.reason, only=at_fault)
            await write_down(work, channel, send_id, "retry", reason="", uncounted=1)
            work.nudge()
        case Refused():
            await write_down(work, channel, send_id, "failed", reason=outcome.reason)
        case Unavailable(is_account=True):
            await write_down(work, channel, send_id, "retry", reason=outcome.reason, uncounted=1)
            await hold_channel(work, channel, outcome.reason, outcome.retry_after)
        case Unavailable() if not outcome.is_attempt or await _is_in_outage(work, channel):
            wait = outcome.retry_after or backoff(batch.attempt)
            await write_down(work, channel, send_id, "retry", reason=outcome.reason, wait=wait, uncounted=1)
        case Unavailable() if batch.attempt >= MOST_ATTEMPTS:
            await write_down(work, channel, send_id, "failed", reason=outcome.reason)
        case Unavailable():
            wait = backoff(batch.attempt, outcome.retry_after or 0.0)
            await write_down(work, channel, send_id, "retry", reason=outcome.reason, wait=wait)
        case _:
            # There is no asking whether a WhatsApp message left: it stays parked until something is reported.
            wait_for = None if channel == "whatsapp" else lookup_delay
            await write_down(work, channel, send_id, "unknown", reason=outcome.reason, wait=wait_for)


async def _is_in_outage(work: Work, channel: Channel) -> bool:
    return bool(await work.value(IN_OUTAGE, channel=channel, threshold=THRESHOLD))


async def sent(work: Work, channel: Channel, send_id: UUID, message_id: str, call: CallStarted | None = None) -> None:
    """Write down that an attempt was taken, under the provider's id if there is one."""
    agent_id, status = (call.agent_id, call.status) if call else (None, "")
    rows = await write_down(
        work, channel, send_id, "sent", message_id=message_id or None, agent_id=agent_id, status=status
    )
    if ids := [row.id for row in rows if is_to_lead(row)]:
        await on_sent(work, ids)
    if channel == "call":
        for row in rows:
            await plan_reading(work, row.id, message_id)


async def write_down(
    work: Work,
    channel: Channel,
    send_id: UUID,
    state: str,
    *,
    reason: str = "",
    message_id: str | None = None,
    wait: float | None = 0.0,
    only: Sequence[UUID] | None = None,
    uncounted: int = 0,
    agent_id: str | None = None,
    status: str = "",
) -> Sequence[Row]:
    """Move the deliveries of an attempt, and their logs, to a state; ``wait`` in seconds, None for ever. Return them."""
    table, own = LOGS[channel]
    log_state, rank = LOG_STATES[state]
    rows = await work.rows(
        SETTLE.format(table=table, own=own),
        channel=channel,
        send_id=send_id,
        state=state,
        reason=reason,
        message_id=message_id,
        wait=wait,
        only=only,
        uncounted=uncounted,
        agent_id=agent_id,
        status=status,
        now=work.now,
        log_state=SENT_STATES[channel] if log_state == "sent" else log_state,
        rank=rank,
    )
    tell(work, rows)
    if state != "retry":
        await end_what_is_over(work, rows)
    return rows
