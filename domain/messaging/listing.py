"""The list of deliveries, and one delivery with everything that has happened to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.leads.filters import HOME_ZONE, needle
from domain.work import Row, Work

PER_PAGE = 20
COUNTED = 10_000  # beyond, the list says "10,000+"
OUTBOX_STATES = ("pending", "sending", "retry", "sent", "failed", "unknown", "cancelled")
# What the provider reports and somebody must look at; these have an index of their own.
TROUBLE = ("bounced", "dropped", "blocked", "spam", "unsubscribed")

FROM = "from deliveries d left join email_logs g on g.delivery_id = d.id"
LIST = """
select (select count(*) from (select {from_} {where} limit %(counted)s) c) as total, r.*,
  (select jsonb_agg(jsonb_build_array(id, name)) from (
     select id, name from lead_campaigns order by created_at desc limit 30) c) as campaigns
from (select) one left join (
  select d.id, d.channel, d.kind, d.to_address, d.to_name, d.state, d.reason, d.created_at, d.sent_at, d.person_id,
    g.state as log_state, g.subject, c.name as campaign, d.campaign_id
  {from_} left join lead_campaigns c on c.id = d.campaign_id
  {where} order by d.created_at desc, d.id limit %(limit)s offset %(offset)s
) r on true order by r.created_at desc, r.id
"""
DELIVERY = """
select d.*, g.state as log_state, g.subject, g.from_email, g.message_id, g.opens, g.clicks, g.delivered_at, g.opened_at,
  g.clicked_at, g.reason as log_reason, c.name as campaign, l.id as lead_id, s.reason as suppressed
  from deliveries d left join email_logs g on g.delivery_id = d.id left join lead_campaigns c on c.id = d.campaign_id
  left join imported_leads l on l.person_id = d.person_id left join email_suppressions s on s.email = d.to_address
 where d.id = %(id)s
"""
EVENTS = """
select kind, occurred_at, received_at, processed_at, payload from webhook_events
 where delivery_id = %(id)s order by occurred_at, id limit 200
"""


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries are meant. Empty parts ask for nothing; dates are days in India, both ends counted in."""

    q: str = ""
    state: str = ""
    kind: str = ""
    campaign: UUID | None = None
    since: date | None = None
    until: date | None = None

    def as_values(self) -> dict[str, str]:
        """Return the parts that are asked for, as they stand in an address."""
        return {part.name: str(getattr(self, part.name)) for part in fields(self) if getattr(self, part.name)}

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """Return SQL that begins with `where`, and its values."""
        parts: list[str] = []
        if self.q:
            parts.append(
                "(d.person_id in (select search_people(%(needle)s, %(most)s)) or d.to_address = lower(%(needle)s))"
            )
        if self.state in TROUBLE:
            known = ", ".join(f"'{state}'" for state in TROUBLE)
            parts.append(f"g.state in ({known}) and g.state = %(state)s")
        elif self.state:
            parts.append("d.state = %(state)s")
        parts += ["d.kind = %(kind)s"] if self.kind else []
        parts += ["d.campaign_id = %(campaign)s"] if self.campaign else []
        parts += ["d.created_at >= %(begin)s"] if self.since else []
        parts += ["d.created_at < %(end)s"] if self.until else []
        values = {"needle": needle(self.q), "most": COUNTED, "state": self.state, "kind": self.kind}
        values |= {"campaign": self.campaign, "begin": _begin(self.since), "end": _begin(self.until, 1)}
        return ("where " + " and ".join(parts) if parts else ""), values


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One page of the list. ``total`` is exact unless ``is_more``: then there are more than that."""

    rows: Sequence[Row]
    total: int
    is_more: bool
    page: int
    campaigns: Sequence[tuple[str, str]]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def read_delivery_filter(values: Mapping[str, Any]) -> DeliveryFilter:
    """Return the filter that stands in an address; what is not understood is not asked for."""
    texts = {name: str(values.get(name) or "").replace("\0", "").strip() for name in DeliveryFilter.__slots__}
    state = texts["state"]
    return DeliveryFilter(
        q=texts["q"][:100],
        state=state if state in OUTBOX_STATES or state in TROUBLE else "",
        kind=texts["kind"][:60],
        campaign=_read(UUID, texts["campaign"]),
        since=_read(date.fromisoformat, texts["since"]),
        until=_read(_last_day, texts["until"]),
    )


async def list_deliveries(work: Work, wanted: DeliveryFilter, page: int = 1, per_page: int = PER_PAGE) -> DeliveryPage:
    """Return one page of the deliveries that are asked for, newest first, in one round trip."""
    where, values = wanted.conditions()
    values |= {"counted": COUNTED + 1, "limit": per_page, "offset": (page - 1) * per_page}
    rows = await work.rows(LIST.format(from_=FROM, where=where), **values)
    is_more = rows[0].total > COUNTED
    found = [row for row in rows if row.id is not None]
    return DeliveryPage(found, COUNTED if is_more else rows[0].total, is_more, page, rows[0].campaigns or ())


async def find_delivery(work: Work, delivery_id: UUID) -> Row:
    """Return a delivery with what the provider reports of it, or raise NotFound."""
    row = await work.row(DELIVERY, id=delivery_id)
    if row is None:
        raise NotFound(_("This e-mail does not exist, or its lead has been deleted."))
    return row


async def list_events(work: Work, delivery_id: UUID) -> Sequence[Row]:
    """Return what the provider has reported, in the order in which it happened."""
    return await work.rows(EVENTS, id=delivery_id)


def _begin(day: date | None, later: int = 0) -> datetime | None:
    return datetime.combine(day + timedelta(days=later), time(), HOME_ZONE) if day else None


def _last_day(text: str) -> date:
    if (day := date.fromisoformat(text)) == date.max:
        raise ValueError("no day comes after it")
    return day


def _read(read: Any, text: str) -> Any:
    try:
        return read(text) if text else None
    except ValueError:
        return None
