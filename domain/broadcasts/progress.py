"""How far broadcasts are: counted from their deliveries and what the providers report of them, and a result for each person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.broadcasts.audience import PER_PAGE, SEARCHED, RecipientPage
from domain.broadcasts.broadcast import Broadcast
from domain.leads.filters import needle
from domain.messaging.interventions import FAILED
from domain.work import Row, Work

STATES = ("draft", "scheduled", "sending", "done", "cancelled")
SORTS = {
    "": "b.created_at desc, b.id",
    "at": "b.created_at, b.id desc",
    "-at": "b.created_at desc, b.id",
    "name": "lower(b.name), b.id",
    "-name": "lower(b.name) desc, b.id desc",
    "sent": "b.recipient_count, b.created_at desc, b.id",
    "-sent": "b.recipient_count desc, b.created_at desc, b.id",
}
LIST = """
select b.*, n.sent, n.waiting, n.failed, t.total, t.all from (
    select count(*) filter (where %(state)s = '' or state = %(state)s) as total, count(*) as all from broadcasts) t
  left join (select b.id, b.name, b.channel, b.state, b.send_at, b.recipient_count, b.created_at, p.name as creator
      from broadcasts b left join people p on p.id = b.created_by where %(state)s = '' or b.state = %(state)s
     order by {order} limit %(most)s offset %(offset)s) b on true
  left join lateral (
    select count(*) filter (where d.state = 'sent') as sent, count(*) filter (where d.state = 'failed') as failed,
      count(*) filter (where d.state in ('pending', 'retry', 'sending')) as waiting
      from deliveries d where d.broadcast_id = b.id
  ) n on true
 order by {order}
"""
# What may be sent again: it failed, or was taken and reached nobody, and its number is not known to be dead.
AGAIN = f"""{FAILED} and not exists (select from phone_suppressions s where d.channel <> 'email' and s.phone = d.to_address
  and s.channel in (d.channel, 'all') and (s.expires_at is null or s.expires_at > %(now)s))"""
COUNTS = f"""
select count(*) as written,
  count(*) filter (where d.state in ('pending', 'retry')) as waiting,
  count(*) filter (where d.state = 'sending') as sending,
  count(*) filter (where d.state = 'sent') as sent,
  count(*) filter (where d.state = 'failed') as failed,
  count(*) filter (where d.state = 'unknown') as unknown,
  count(*) filter (where d.state = 'cancelled') as cancelled,
  count(*) filter (where {AGAIN}) as again,
  min(d.due_at) filter (where d.state = 'pending' and d.due_at > %(now)s) as next_at,
  count(*) filter (where g.delivered_at is not null or w.delivered_at is not null) as delivered,
  count(*) filter (where g.opened_at is not null or w.read_at is not null) as seen,
  count(*) filter (where g.clicked_at is not null) as clicked,
  count(*) filter (where g.state in ('bounced', 'dropped', 'blocked', 'spam') or w.state = 'failed') as undelivered,
  count(*) filter (where c.status = 'completed') as talked
  from deliveries d left join email_logs g on g.delivery_id = d.id left join whatsapp_logs w on w.delivery_id = d.id
  left join call_logs c on c.delivery_id = d.id
 where d.broadcast_id = %(id)s
"""
LEFT_OUT = """
select reason, count(*) as count from broadcast_recipients where broadcast_id = %(id)s and reason <> '' group by reason
"""
RESULTS = """
with found as (
  select r.person_id, r.place, r.reason as left_out, p.name, p.email, p.phone, d.id as delivery_id, d.state, d.reason,
    d.sent_at, d.due_at, coalesce(g.state, w.state, c.state) as log_state,
    case when r.reason <> '' then r.reason when d.id is null then 'waiting' when d.state in ('pending', 'retry', 'sending')
      then 'waiting' else d.state end as result
    from broadcast_recipients r join people p on p.id = r.person_id
    left join deliveries d on d.idempotency_key = 'broadcast:' || r.broadcast_id || ':' || r.person_id
    left join email_logs g on g.delivery_id = d.id left join whatsapp_logs w on w.delivery_id = d.id
    left join call_logs c on c.delivery_id = d.id
   where r.broadcast_id = %(id)s and (%(q)s = '' or r.person_id in (select search_people(%(q)s, %(searched)s)))
), chosen as (select * from found where %(which)s = '' or result = %(which)s)
select (select count(*) from chosen) as total, r.* from (select) one left join (
  select * from chosen order by place, person_id limit %(limit)s offset %(offset)s) r on true order by r.place, r.person_id
"""


@dataclass(frozen=True, slots=True)
class BroadcastPage:
    """One page of the list of broadcasts; ``all`` counts them whatever the filter."""

    rows: Sequence[Row]
    total: int
    all: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a confirmed broadcast stands."""

    counts: Row
    left_out: Mapping[str, int]

    @property
    def waiting(self) -> int:
        return int(self.counts.waiting + self.counts.sending)


async def list_broadcasts(
    work: Work, state: str = "", page: int = 1, per_page: int = PER_PAGE, sort: str = ""
) -> BroadcastPage:
    """Return one page of the broadcasts, newest first unless sorted, each with what has been sent."""
    wanted, order = state if state in STATES else "", SORTS.get(sort, SORTS[""])
    rows = await work.rows(LIST.format(order=order), state=wanted, most=per_page, offset=(page - 1) * per_page)
    found = [row for row in rows if row.id is not None]
    return BroadcastPage(found, rows[0].total, rows[0].all, page)


async def count_progress(work: Work, broadcast: Broadcast) -> Progress:
    """Return the counts of a broadcast's deliveries by what became of them, and of whom was left out by reason."""
    counts = await work.row(COUNTS, id=broadcast.id, now=work.now)
    assert counts is not None
    return Progress(counts, {row.reason: row.count for row in await work.rows(LEFT_OUT, id=broadcast.id)})


async def list_results(
    work: Work, broadcast_id: UUID, q: str = "", which: str = "", page: int = 1, per_page: int = PER_PAGE
) -> RecipientPage:
    """Return one page of a confirmed broadcast's people, each with what became of their message or why there is none."""
    values = {"id": broadcast_id, "q": needle(q), "which": which, "searched": SEARCHED}
    rows = await work.rows(RESULTS, **values, limit=per_page, offset=(page - 1) * per_page)
    return RecipientPage([row for row in rows if row.person_id is not None], rows[0].total, page, per_page)
