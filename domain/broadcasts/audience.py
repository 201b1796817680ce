"""Who a broadcast goes to, and who is left out and why: opt-outs, no address, taken off by hand, written to lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.broadcasts.broadcast import Broadcast
from domain.broadcasts.variables import SQL
from domain.language import _
from domain.leads.filters import needle
from domain.leads.listing import FROM as LEADS
from domain.work import Row, Work

PER_PAGE = 20
SEARCHED = 10_000
REST = timedelta(hours=24)  # the length of the day that marketing is counted in

STUDENTS = """
select f.person_id, f.created_at as since from profiles f where f.role = 'student' and f.is_active
"""
BATCH = """
select e.person_id, e.enrolled_at as since from enrolments e where e.batch_id = %(batch)s and e.state = 'active'
"""
OF_LEADS = f"select l.person_id, l.created_at as since {LEADS} {{where}}"

# In the order in which they are told: the first that holds is the reason. What is paid for or expected (not marketing) goes
# to those who want no marketing, too; nothing goes to an address that is dead.
# The channel is kept from its index: before the first statistics the planner would read all of it for each person.
CAPPED = """
     when %(is_marketing)s and (
       select count(*) from deliveries d where d.person_id = p.id and d.channel || '' = %(channel)s
          and d.marketing and d.broadcast_id is distinct from %(broadcast_id)s
          and d.state not in ('cancelled', 'failed')
          and d.due_at > %(at)s::timestamptz - %(rest)s and d.due_at < %(at)s::timestamptz + %(rest)s
     ) >= (select value::int from business_settings where key = 'marketing_a_day') then 'capped'
"""
EMAIL = """
case when p.id = any(%(deselected)s) then 'deselected'
     when p.email is null then 'no_email'
     when s.reason in ('bounced', 'spam', 'invalid') then s.reason
     when %(is_marketing)s and s.email is not null then s.reason
"""
PHONE = """
case when p.id = any(%(deselected)s) then 'deselected'
     when p.phone is null then 'no_phone'
     when s.reason = 'invalid' or s.reason = 'opted_out' or (%(is_marketing)s and s.phone is not null) then s.reason
"""
CONSENT = " when %(is_marketing)s and not p.consent_whatsapp then 'no_consent' "
REASON = {
    "email": EMAIL + CAPPED + " end",
    "whatsapp": PHONE + CONSENT + CAPPED + " end",
    "call": PHONE + CAPPED + " end",
}
PHONE_SUPPRESSED = """
left join lateral (
  select o.phone, o.reason from phone_suppressions o
   where o.phone = p.phone and o.channel in (%(channel)s, 'all') and (o.expires_at is null or o.expires_at > %(at)s)
   order by o.reason desc limit 1
) s on true
"""
SUPPRESSED = {
    "email": "left join email_suppressions s on s.email = p.email",
    "whatsapp": PHONE_SUPPRESSED,
    "call": PHONE_SUPPRESSED,
}
JUDGED = """
select a.since, p.id as person_id, p.name, p.email, p.phone, {reason} as reason
  from ({base}) a join people p on p.id = a.person_id {suppressed}
"""
COUNT = "select reason, count(*) as count from ({judged}) j group by reason"
FIRST = """
select j.*, {values} from (
  select * from ({judged}) j where reason is null order by since desc, person_id limit 1
) j join people p on p.id = j.person_id left join lateral ({enrolment}) e on true
"""
# The batch that is written to, else the student's latest.
ENROLMENT = """
select c.title as course, b.name as batch from enrolments n join batches b on b.id = n.batch_id
  join courses c on c.id = b.course_id
 where n.person_id = p.id and n.state = 'active' and (%(batch)s::uuid is null or n.batch_id = %(batch)s)
 order by n.enrolled_at desc limit 1
"""
VALUES = "jsonb_build_object(" + ", ".join(f"'{name}', {sql}" for name, sql in SQL.items()) + ") as values"
LIST = """
with judged as ({judged}), found as (
  select * from judged
   where (%(which)s = '' or (%(which)s = 'chosen' and reason is null) or reason = %(which)s)
     and (%(q)s = '' or person_id in (select search_people(%(q)s, %(searched)s)))
)
select (select count(*) from found) as total, r.* from (select) one left join (
  select * from found order by since desc, person_id limit %(limit)s offset %(offset)s) r on true
 order by r.since desc, r.person_id
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """How many a broadcast would go to now, and how many not, by reason. ``first`` is who comes first, with their values."""

    count: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    first: Row | None = None

    @property
    def total(self) -> int:
        return self.count + sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class RecipientPage:
    """One page of the people a broadcast is for."""

    rows: Sequence[Row]
    total: int
    page: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


def judged(broadcast: Broadcast, at: datetime) -> tuple[str, dict[str, Any]]:
    """Return SQL of everybody the broadcast is for, each with the reason why not or null, if it is sent ``at``."""
    base, values = _base(broadcast)
    channel = broadcast.channel
    sql = JUDGED.format(base=base, reason=REASON[channel], suppressed=SUPPRESSED[channel])
    return sql, values | judging_values(broadcast, at)


def judging_values(broadcast: Broadcast, at: datetime) -> dict[str, Any]:
    """Return the values that REASON asks for."""
    return {
        "broadcast_id": broadcast.id,
        "channel": broadcast.channel,
        "is_marketing": broadcast.is_marketing,
        "deselected": list(broadcast.deselected),
        "at": at,
        "rest": REST,
    }


async def judge(work: Work, broadcast: Broadcast, at: datetime | None = None) -> Judged:
    """Return exactly who would get the broadcast, and who would not, if it left ``at`` (now unless given)."""
    sql, values = judged(broadcast, at or work.now)
    counts = {row.reason: row.count for row in await work.rows(COUNT.format(judged=sql), **values)}
    first = None
    if counts.get(None):
        statement = FIRST.format(judged=sql, values=VALUES, enrolment=ENROLMENT)
        first = await work.row(statement, **{"batch": None} | values, nobody=_("there"))
    return Judged(counts.pop(None, 0), counts, first)


async def list_people(
    work: Work, broadcast: Broadcast, q: str = "", which: str = "", page: int = 1, per_page: int = PER_PAGE
) -> RecipientPage:
    """Return one page of a draft's people: all, those ``chosen``, or those left out for one reason."""
    sql, values = judged(broadcast, broadcast.send_at or work.now)
    values |= {"q": needle(q), "which": which, "searched": SEARCHED}
    rows = await work.rows(LIST.format(judged=sql), **values, limit=per_page, offset=(page - 1) * per_page)
    return RecipientPage([row for row in rows if row.person_id is not None], rows[0].total, page, per_page)


def _base(broadcast: Broadcast) -> tuple[str, dict[str, Any]]:
    audience = broadcast.audience
    match audience.kind:
        case "students":
            return STUDENTS, {}
        case "batch":
            return BATCH, {"batch": audience.batch_id}
        case "leads":
            where, values = audience.leads.conditions()
            return OF_LEADS.format(where=where), values


def reason_names() -> dict[str, str]:
    """Return why somebody is left out, in words."""
    return {
        "deselected": _("taken off by hand"),
        "no_email": _("no e-mail address"),
        "no_phone": _("no phone number"),
        "unsubscribed": _("unsubscribed"),
        "bounced": _("an earlier e-mail bounced"),
        "spam": _("marked an e-mail as spam"),
        "opted_out": _("opted out"),
        "invalid": _("the address or number does not exist"),
        "withheld": _("WhatsApp holds back marketing to them for now"),
        "no_consent": _("has not agreed to WhatsApp messages"),
        "capped": _("got marketing in the 24 hours before"),
    }
