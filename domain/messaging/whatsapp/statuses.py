"""What became of WhatsApp messages, as reported: found by the provider's ids, else by number and campaign."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.messaging.progress import settle_reported, tell
from domain.messaging.whatsapp.states import BY_STATUS
from domain.messaging.whatsapp.suppressing import suppress_by_fault
from domain.work import Row, Work

# Ids are compared with what the send returned, and with what an earlier report told.
KNOWN = """
select e.id, coalesce(
    (select l.delivery_id from whatsapp_logs l where l.submitted_id = nullif(e.submitted, '') limit 1),
    (select l.delivery_id from whatsapp_logs l where l.message_id = nullif(e.message, '') limit 1)) as delivery_id
  from unnest(%(ids)s::bigint[], %(submitted)s::text[], %(messages)s::text[]) as e (id, submitted, message)
"""
# The last message to this number before the report that nothing was reported of yet. Clocks differ by a little.
GUESS = """
update whatsapp_logs set message_id = %(message)s where delivery_id = (
  select l.delivery_id from whatsapp_logs l
   where l.to_phone = %(phone)s and l.message_id is null and (%(campaign)s = '' or l.campaign = %(campaign)s)
     and (l.submitted_id is null or %(submitted)s = '') and l.state <> 'failed'
     and l.created_at between %(at)s::timestamptz - interval '24 hours' and %(at)s::timestamptz + interval '1 minute'
   order by l.created_at > %(at)s, l.created_at desc limit 1)
returning delivery_id
"""
APPLY = """
with report as (
  select * from unnest(%(ids)s::uuid[], %(states)s::text[], %(ranks)s::int[], %(reasons)s::text[], %(codes)s::int[],
    %(faults)s::text[], %(messages)s::text[], %(sent)s::timestamptz[], %(delivered)s::timestamptz[], %(read)s::timestamptz[],
    %(failed)s::timestamptz[], %(histories)s::jsonb[])
    as r (id, state, rank, reason, code, fault, message_id, sent_at, delivered_at, read_at, failed_at, history)
)
update whatsapp_logs l set state = case when r.rank > l.rank then r.state else l.state end,
       reason = case when r.rank > l.rank then r.reason else l.reason end,
       code = case when r.rank > l.rank then r.code else l.code end,
       fault = case when r.rank > l.rank then r.fault else l.fault end,
       rank = greatest(l.rank, r.rank), message_id = coalesce(l.message_id, r.message_id),
       sent_at = least(l.sent_at, r.sent_at), delivered_at = least(l.delivered_at, r.delivered_at),
       read_at = least(l.read_at, r.read_at), failed_at = least(l.failed_at, r.failed_at),
       history = (select jsonb_agg(entry order by (entry ->> 'at')::timestamptz,
           array_position(array['sent', 'failed', 'delivered', 'read'], entry ->> 'event'))
         from jsonb_array_elements(l.history || (r.history -> 'events')) entry),
       updated_at = %(now)s
  from report r join deliveries d on d.id = r.id where l.delivery_id = r.id
returning d.id, d.campaign_id, d.broadcast_id
"""


@dataclass(slots=True)
class Report:
    """What a batch of events says about one message."""

    state: str = ""
    rank: int = 0
    reason: str = ""
    code: int | None = None
    fault: str = ""
    message_id: str | None = None
    first: dict[str, datetime] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)

    def take(self, event: Row) -> None:
        payload, state = event.payload, BY_STATUS[event.kind]
        at = min(self.first.get(event.kind, event.occurred_at), event.occurred_at)
        self.first[event.kind] = at
        self.message_id = self.message_id or payload.get("message_id")
        entry = {"event": event.kind, "at": event.occurred_at.isoformat(), "reason": payload.get("reason", "")}
        self.history.append({name: value for name, value in entry.items() if value})
        if state.rank > self.rank:
            self.state, self.rank = state.name, state.rank
            self.reason, self.code = payload.get("reason", ""), payload.get("code")
            self.fault = payload.get("fault", "")


async def apply_statuses(work: Work, events: Sequence[Row]) -> dict[int, UUID]:
    """Write statuses into the logs they are about, whatever order they came in; return which event was about which."""
    known = await _find(work, events)
    reports: dict[UUID, Report] = defaultdict(Report)
    for event in events:
        if event.id in known:
            reports[known[event.id]].take(event)
    if reports:
        await _apply(work, reports)
        await settle_reported(work, sorted(reports))
        await suppress_by_fault(work, [event for event in events if event.kind == "failed"], known)
    return known


async def _find(work: Work, events: Sequence[Row]) -> dict[int, UUID]:
    rows = await work.rows(
        KNOWN,
        ids=[event.id for event in events],
        submitted=[event.payload.get("submitted_id", "") for event in events],
        messages=[event.payload.get("message_id", "") for event in events],
    )
    known = {row.id: row.delivery_id for row in rows if row.delivery_id}
    guessed: dict[str, UUID | None] = {}
    # The earliest first: it is the one nearest to its message.
    for event in sorted(events, key=lambda event: event.occurred_at):
        name = event.payload.get("message_id") or event.payload.get("submitted_id") or ""
        if event.id in known or not name:
            continue
        if name not in guessed:
            guessed[name] = await _guess(work, event.payload, event.occurred_at)
        if found := guessed[name]:
            known[event.id] = found
    return known


async def _guess(work: Work, payload: Mapping[str, Any], at: datetime) -> UUID | None:
    found: UUID | None = await work.value(
        GUESS,
        phone=payload.get("destination", ""),
        campaign=payload.get("campaign", ""),
        submitted=payload.get("submitted_id", ""),
        message=payload.get("message_id") or None,
        at=at,
    )
    return found


async def _apply(work: Work, reports: Mapping[UUID, Report]) -> None:
    # In the order of their ids, so that two workers never wait for each other's rows.
    ordered = sorted(reports.items())
    rows = await work.rows(
        APPLY,
        now=work.now,
        ids=[delivery_id for delivery_id, _ in ordered],
        states=[report.state for _, report in ordered],
        ranks=[report.rank for _, report in ordered],
        reasons=[report.reason for _, report in ordered],
        codes=[report.code for _, report in ordered],
        faults=[report.fault for _, report in ordered],
        messages=[report.message_id for _, report in ordered],
        sent=[report.first.get("sent") for _, report in ordered],
        delivered=[report.first.get("delivered") for _, report in ordered],
        read=[report.first.get("read") for _, report in ordered],
        failed=[report.first.get("failed") for _, report in ordered],
        histories=[{"events": report.history} for _, report in ordered],
    )
    tell(work, rows)
