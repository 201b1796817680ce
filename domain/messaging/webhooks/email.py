"""What SendGrid reports of our e-mails: counted into their logs, and into who must not be written to any more."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.leads.sequences import stop_sequences_of
from domain.messaging.progress import settle_reported, tell
from domain.messaging.states import BY_EVENT, DROPPED_FOR, SUPPRESSES
from domain.messaging.suppressions import cancel_reason
from domain.messaging.webhooks.events import AT_ONCE, Event, done, store
from domain.ports import EmailEvent
from domain.work import Row, Work

WAITING = """
select e.id, e.kind, e.occurred_at, e.payload,
       coalesce(e.delivery_id, (select l.delivery_id from email_logs l where l.to_email = lower(e.payload ->> 'email')
          and l.created_at <= e.received_at order by l.created_at desc limit 1)) as delivery_id
  from webhook_events e where e.provider = 'sendgrid' and e.processed_at is null
 order by e.id limit %(most)s for update of e skip locked
"""
# Of what ranks the same, like two deferrals, the latest says why, whichever came first; the history holds when they were.
APPLY = """
with report as (
  select * from unnest(%(ids)s::uuid[], %(states)s::text[], %(ranks)s::int[], %(reasons)s::text[], %(told)s::timestamptz[],
    %(same)s::text[], %(opens)s::int[], %(clicks)s::int[], %(delivered)s::timestamptz[], %(opened)s::timestamptz[],
    %(clicked)s::timestamptz[], %(histories)s::jsonb[]) as r (id, state, rank, reason, told_at, same, opens, clicks,
    delivered_at, opened_at, clicked_at, history)
), news as (
  select r.*, r.rank > l.rank or (r.rank = l.rank and coalesce((r.told_at, r.reason) > (
      select (h ->> 'at')::timestamptz, coalesce(h ->> 'reason', '') from jsonb_array_elements(l.history) h
       where h ->> 'event' = any(string_to_array(r.same, ' ')) order by 1 desc, 2 desc limit 1), true)) as counts
    from report r join email_logs l on l.delivery_id = r.id
)
update email_logs l set state = case when r.counts then r.state else l.state end,
       reason = case when r.counts then r.reason else l.reason end, rank = greatest(l.rank, r.rank),
       opens = l.opens + r.opens, clicks = l.clicks + r.clicks,
       delivered_at = least(l.delivered_at, r.delivered_at), opened_at = least(l.opened_at, r.opened_at),
       clicked_at = least(l.clicked_at, r.clicked_at), updated_at = %(now)s,
       history = case when l.history = '[]' then r.history -> 'events' else (
         select jsonb_agg(h order by (h ->> 'at')::timestamptz, array_position(%(order)s::text[], h ->> 'event'), h::text)
           from jsonb_array_elements(l.history || (r.history -> 'events')) h) end
  from news r join deliveries d on d.id = r.id where l.delivery_id = r.id
returning d.campaign_id, d.broadcast_id
"""
SUPPRESS = """
insert into email_suppressions (email, reason, detail, delivery_id, created_at)
select distinct on (email) lower(email), reason, detail, (select d.id from deliveries d where d.id = s.delivery_id), %(now)s
  from unnest(%(emails)s::text[], %(reasons)s::text[], %(details)s::text[], %(deliveries)s::uuid[])
    as s (email, reason, detail, delivery_id)
on conflict (email) do nothing
"""
ORDER = list(BY_EVENT)
# rank -> the events that have it.
SAME = {
    rank: " ".join(event for event, state in BY_EVENT.items() if state.rank == rank)
    for rank in {state.rank for state in BY_EVENT.values()}
}


@dataclass(slots=True)
class Report:
    """What a batch of events says about one e-mail."""

    state: str = ""
    rank: int = 0
    reason: str = ""
    told_at: datetime | None = None
    opens: int = 0
    clicks: int = 0
    first: dict[str, datetime] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)

    def take(self, event: Row) -> None:
        kind, payload = _kind(event), event.payload
        state = BY_EVENT.get(kind)
        reason = str(payload.get("reason", ""))[:500]
        self.opens += kind == "open"
        self.clicks += kind == "click"
        if kind not in self.first or event.occurred_at < self.first[kind]:
            self.first[kind] = event.occurred_at
        entry = {"event": kind, "at": event.occurred_at.isoformat(), "reason": reason, "url": payload.get("url", "")}
        self.history.append({name: value for name, value in entry.items() if value})
        told = (event.occurred_at, reason)
        if state and (state.rank > self.rank or (state.rank == self.rank and told > (self.told_at, self.reason))):
            self.state, self.rank, self.reason, self.told_at = state.name, state.rank, reason, event.occurred_at

    def in_order(self) -> list[dict[str, Any]]:
        """Return the history by time, what happened in the same second in the order in which it must have."""
        return sorted(self.history, key=lambda entry: (datetime.fromisoformat(entry["at"]), _place(entry["event"])))


async def store_events(work: Work, events: Sequence[EmailEvent]) -> int:
    """Keep the events that are new; return how many were."""
    told = [
        Event(event.event_id, event.kind, _payload(event), event.occurred_at, event.delivery_id) for event in events
    ]
    return await store(work, "sendgrid", told)


def _payload(event: EmailEvent) -> dict[str, Any]:
    told: dict[str, Any] = {"email": event.email, "reason": event.reason, "url": event.url, "type": event.bounce_type}
    told |= {"message_id": event.message_id, "machine_open": event.machine_open}
    return {name: value for name, value in told.items() if value}


async def apply_events(work: Work, most: int = AT_ONCE) -> int:
    """Apply up to ``most`` waiting events in whatever order they came; return how many."""
    events = await work.rows(WAITING, most=most)
    if not events:
        return 0
    await _apply(work, events)
    await _suppress(work, events)
    await done(work, events)
    work.signal("deliveries")
    return len(events)


async def _apply(work: Work, events: Sequence[Row]) -> None:
    reports: dict[UUID, Report] = defaultdict(Report)
    for event in events:
        if event.delivery_id:
            reports[event.delivery_id].take(event)
    # In the order of their ids, so that two workers never wait for each other's rows.
    ordered = sorted(reports.items())
    rows = await work.rows(
        APPLY,
        now=work.now,
        ids=[delivery_id for delivery_id, _ in ordered],
        states=[report.state or "sent" for _, report in ordered],
        ranks=[report.rank for _, report in ordered],
        reasons=[report.reason for _, report in ordered],
        told=[report.told_at for _, report in ordered],
        same=[SAME.get(report.rank, "") for _, report in ordered],
        order=ORDER,
        opens=[report.opens for _, report in ordered],
        clicks=[report.clicks for _, report in ordered],
        delivered=[report.first.get("delivered") for _, report in ordered],
        opened=[report.first.get("open") for _, report in ordered],
        clicked=[report.first.get("click") for _, report in ordered],
        histories=[{"events": report.in_order()} for _, report in ordered],
    )
    tell(work, rows)
    await settle_reported(work, [delivery_id for delivery_id, _ in ordered])


async def _suppress(work: Work, events: Sequence[Row]) -> None:
    found = [(event, reason) for event in events if (reason := _suppression(event)) and event.payload.get("email")]
    if found:
        await work.run(
            SUPPRESS,
            now=work.now,
            emails=[event.payload["email"] for event, _ in found],
            reasons=[reason for _, reason in found],
            details=[str(event.payload.get("reason", ""))[:500] for event, _ in found],
            deliveries=[event.delivery_id for event, _ in found],
        )
        for reason in {reason for _, reason in found}:
            emails = [event.payload["email"] for event, why in found if why == reason]
            await stop_sequences_of(work, cancel_reason(reason), emails=emails)


def _suppression(event: Row) -> str | None:
    kind = _kind(event)
    if kind == "dropped":
        return DROPPED_FOR.get(str(event.payload.get("reason", "")))
    return SUPPRESSES.get(kind)


def _place(event: str) -> int:
    return ORDER.index(event) if event in ORDER else len(ORDER)


def _kind(event: Row) -> str:
    """Return the event's kind, told apart where the provider uses one word for two things."""
    if event.kind == "bounce" and event.payload.get("type") == "blocked":
        return "blocked"  # a refusal of this one e-mail: the address stays good
    if event.kind == "open" and event.payload.get("machine_open"):
        return "machine_open"  # the mail program fetched the picture, nobody has looked
    return str(event.kind)
