"""The list of payments, its totals and its CSV; and one payment with everything that belongs to it."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, TextIO
from uuid import UUID

from domain import audit
from domain.errors import NotFound
from domain.language import _
from domain.leads.cells import guard_formula
from domain.payments.money import HOME_ZONE, typed_rupees
from domain.work import Row, Work

PER_PAGE = 20
MOST_FOUND = 2_000
AT_ONCE = 1_000
STATES = ("due", "part_paid", "paid", "part_refunded", "refunded", "cancelled")
SORTS = {
    "": "p.created_at desc, p.id",
    "created": "p.created_at, p.id",
    "-created": "p.created_at desc, p.id",
    "amount": "p.amount_paise, p.id",
    "-amount": "p.amount_paise desc, p.id",
    "due": "p.due_on nulls last, p.created_at desc, p.id",
    "-due": "p.due_on desc nulls last, p.created_at desc, p.id",
}
# What is still to come: nothing of what was cancelled, nothing below zero where somebody paid twice.
OPEN = "case when p.cancelled_at is null then greatest(p.amount_paise - p.paid_paise, 0) else 0 end"
# A part that is due before today, in India. As SQL over `p`, a payment.
IS_OVERDUE = """
(p.state in ('due', 'part_paid') and exists (select from payment_requests r where r.payment_id = p.id and r.state <> 'paid'
  and r.due_on < (%(now)s::timestamptz at time zone 'Asia/Kolkata')::date))
"""
MATCHES = f"""
(%(q)s::text = '' or p.person_id in (select search_people(%(q)s, %(most)s)) or p.number::text = %(q)s
  or exists (select from gateway_payments g where g.payment_id = p.id and g.gateway_payment_id = %(q)s))
and (%(since)s::timestamptz is null or p.created_at >= %(since)s)
and (%(until)s::timestamptz is null or p.created_at < %(until)s)
and (not %(overdue)s or {IS_OVERDUE})
"""
LIST = f"""
with matching as (select p.state, p.amount_paise, p.paid_paise, p.refunded_paise, {OPEN} as open_paise
  from payments p where {MATCHES}
), totals as (
  select count(*) filter (where %(state)s::text in ('', state)) as total,
    coalesce(sum(amount_paise) filter (where %(state)s::text in ('', state)), 0)::bigint as asked,
    coalesce(sum(paid_paise) filter (where %(state)s::text in ('', state)), 0)::bigint as received,
    coalesce(sum(refunded_paise) filter (where %(state)s::text in ('', state)), 0)::bigint as given_back,
    coalesce(sum(open_paise) filter (where %(state)s::text in ('', state)), 0)::bigint as open,
    (select coalesce(jsonb_object_agg(state, count), jsonb_build_object()) from (
       select state, count(*) as count from matching group by state) s) as by_state,
    (select exists (select from payments)) as has_any,
    (select count(*) from gateway_payments where problem <> '' and resolved_at is null) as flagged
  from matching
), page as (
  select p.id, p.number, p.person_id, p.purpose, p.amount_paise, p.paid_paise, p.refunded_paise, p.state, p.created_at, p.paid_at,
    h.name, h.email, h.phone, row_number() over (order by {{order}}) as place,
    (select min(r.due_on) from payment_requests r where r.payment_id = p.id and r.state <> 'paid') as next_due_on,
    (select count(*) from payment_requests r where r.payment_id = p.id) as parts,
    (select min(r.reason) from payment_requests r where r.payment_id = p.id and r.state in ('failed', 'unknown')) as trouble
  from payments p join people h on h.id = p.person_id
  where {MATCHES} and %(state)s::text in ('', p.state) order by {{order}} limit %(limit)s offset %(offset)s
)
select totals.*, page.* from totals left join page on true order by place
"""
EXPORT = f"""
declare payments_export no scroll cursor for
select p.number, h.name, coalesce(h.email, '') as email, coalesce(h.phone, '') as phone, p.purpose, p.amount_paise, p.paid_paise,
  p.refunded_paise, {OPEN} as open_paise, p.state, p.due_on, p.created_at, p.paid_at,
  coalesce((select string_agg(g.gateway_payment_id, ' ' order by g.credited_at) from gateway_payments g
    where g.payment_id = p.id and g.credited_at is not null), '') as gateway_ids
from payments p join people h on h.id = p.person_id
where {MATCHES} and %(state)s::text in ('', p.state) order by {{order}}
"""
HEADER = (
    "Number", "Name", "Email", "Phone", "Purpose", "Asked (INR)", "Received (INR)", "Given back (INR)", "Open (INR)", "State",
    "Due on", "Asked at (IST)", "Paid at (IST)", "Gateway payments",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Which payments are meant. Empty parts ask for nothing; days are India's, both ends counted in."""

    q: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    overdue: str = ""
    sort: str = ""

    def as_query(self) -> dict[str, str]:
        """Return the parts that are asked for, as they stand in an address."""
        return {part.name: str(getattr(self, part.name)) for part in fields(self) if getattr(self, part.name)}

    def values(self, now: datetime) -> dict[str, Any]:
        begin = datetime.combine(self.since, time(), HOME_ZONE) if self.since else None
        end = datetime.combine(self.until + timedelta(days=1), time(), HOME_ZONE) if self.until else None
        values = {"q": self.q, "most": MOST_FOUND, "state": self.state, "since": begin, "until": end}
        return values | {"overdue": bool(self.overdue), "now": now}


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """One page of the list; ``totals`` are of all that match, in paise."""

    rows: Sequence[Row]
    totals: Row
    page: int

    @property
    def pages(self) -> int:
        total: int = self.totals.total
        return max(1, -(-total // PER_PAGE))


def read_payment_filter(values: Mapping[str, Any]) -> PaymentFilter:
    """Return the filter that stands in an address; what is not understood is not asked for."""
    texts = {name: str(values.get(name) or "").replace("\0", "").strip() for name in PaymentFilter.__slots__}
    return PaymentFilter(
        q=texts["q"][:100],
        state=texts["state"] if texts["state"] in STATES else "",
        since=_day(texts["since"]),
        until=_day(texts["until"]),
        overdue="yes" if texts["overdue"] else "",
        sort=texts["sort"] if texts["sort"] in SORTS else "",
    )


async def list_payments(work: Work, wanted: PaymentFilter, page: int = 1, per_page: int = PER_PAGE) -> PaymentPage:
    """Return one page of the payments that are asked for, with totals, in one round trip."""
    work.require_admin()
    rows = await work.rows(
        LIST.format(order=SORTS[wanted.sort]),
        limit=per_page,
        offset=(page - 1) * per_page,
        **wanted.values(work.now),
    )
    return PaymentPage([row for row in rows if row.id is not None], rows[0], page)


async def export_payments(work: Work, wanted: PaymentFilter, stream: TextIO) -> int:
    """Write the payments that are asked for as CSV that a spreadsheet shows and never runs; return how many."""
    work.require_admin()
    writer = csv.writer(stream)
    writer.writerow(HEADER)
    await work.run(EXPORT.format(order=SORTS[wanted.sort]), **wanted.values(work.now))
    count = 0
    while rows := await work.rows(f"fetch {AT_ONCE} from payments_export"):
        writer.writerows([guard_formula(cell) for cell in _cells(row)] for row in rows)
        count += len(rows)
    await audit.record(work, "payments.exported", "payment", count=count, filter=wanted.as_query())
    return count


def _cells(row: Row) -> list[str]:
    money = [typed_rupees(row[index]) for index in range(5, 9)]
    moments = [at.astimezone(HOME_ZONE).strftime("%Y-%m-%d %H:%M") if at else "" for at in (row[11], row[12])]
    who = [str(row.number), row.name, row.email, row.phone, row.purpose]
    return [*who, *money, row.state, str(row.due_on or ""), *moments, row.gateway_ids]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day != date.max else None


PAYMENT = f"""
select p.*, {OPEN} as open_paise, h.name, h.email, h.phone, f.role, b.name as batch, c.title as course, m.name as made_by,
  exists (select from deliveries d where d.subject_id = p.id and d.kind = 'payment_link') as was_sent
from payments p join people h on h.id = p.person_id left join profiles f on f.person_id = h.id
  left join enrolments e on e.id = p.enrolment_id left join cta_submissions a on a.id = p.application_id
  left join batches b on b.id = coalesce(e.batch_id, a.batch_id) left join courses c on c.id = coalesce(b.course_id, a.course_id)
  left join people m on m.id = p.created_by
where p.id = %(id)s
"""
REQUESTS = "select * from payment_requests where payment_id = %(id)s order by part"
ATTEMPTS = """
select * from gateway_payments where payment_id = %(id)s order by coalesce(attempted_at, created_at) desc, id limit 200
"""
REFUNDS = """
select r.*, g.gateway_payment_id as paid_as from refunds r join gateway_payments g on g.id = r.gateway_payment_id
where r.payment_id = %(id)s order by r.created_at desc, r.id
"""
EMAILS = """
select d.id, d.channel, d.kind, d.to_address, d.state, d.reason, coalesce(d.sent_at, d.created_at) as at, g.state as log_state
from deliveries d left join email_logs g on g.delivery_id = d.id
where d.subject_id = %(id)s order by d.created_at desc, d.id limit 50
"""
HISTORY = """
select at, action, actor_name, details from audit_logs where subject_id = %(id)s order by at desc, id limit 100
"""
FLAGGED = """
select g.*, h.name, p.purpose from gateway_payments g left join payments p on p.id = g.payment_id
  left join people h on h.id = p.person_id
where g.problem <> '' and g.resolved_at is null order by g.created_at desc limit 200
"""


OF_PERSON = """
select id, purpose, amount_paise, paid_paise, state, created_at from payments where person_id = %(person_id)s
order by created_at desc, id limit 50
"""


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One payment with everything that belongs to it; ``left_paise`` could be given back now."""

    facts: Row
    requests: Sequence[Row]
    attempts: Sequence[Row]
    refunds: Sequence[Row]
    emails: Sequence[Row]
    history: Sequence[Row]

    @property
    def left_paise(self) -> int:
        credited = sum(one.amount_paise for one in self.attempts if one.credited_at)
        return int(credited - sum(one.amount_paise for one in self.refunds if one.state != "failed"))

    @property
    def has_open_part(self) -> bool:
        return self.facts.cancelled_at is None and any(request.state == "open" for request in self.requests)


async def show_payment(work: Work, payment_id: UUID) -> PaymentView:
    """Return a payment for an admin. Raises NotFound."""
    work.require_admin()
    facts = await find_payment(work, payment_id)
    parts = [await work.rows(sql, id=payment_id) for sql in (REQUESTS, ATTEMPTS, REFUNDS, EMAILS, HISTORY)]
    return PaymentView(facts, *parts)


async def find_payment(work: Work, payment_id: UUID) -> Row:
    """Return the facts of a payment, or raise NotFound."""
    facts = await work.row(PAYMENT, id=payment_id)
    if facts is None:
        raise NotFound(_("There is no such payment."))
    return facts


async def list_flagged(work: Work) -> Sequence[Row]:
    """Return the money at the gateway that does not fit what was asked for, and that nobody has dealt with."""
    work.require_admin()
    return await work.rows(FLAGGED)


async def payments_of(work: Work, person_id: UUID) -> Sequence[Row]:
    """Return what one person was asked for, the last first."""
    return await work.rows(OF_PERSON, person_id=person_id)
