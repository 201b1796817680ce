"""A conversation on WhatsApp: what one number wrote, and what went to it, as the phone shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import NotFound
from domain.language import _
from domain.messaging.whatsapp.texting import WINDOW
from domain.work import Row, Work

MOST = 100
PER_PAGE = 20

LINES = """
select * from (
  (select 'in' as direction, m.id, m.body, m.media, m.occurred_at as at, '' as state, '' as reason, null::uuid as delivery_id
     from crm_messages m where m.channel = 'whatsapp' and m.direction = 'in' and m.from_address = %(phone)s
    order by m.occurred_at desc limit %(most)s)
  union all
  (select 'out', d.id, coalesce(w.body, d.params ->> 'text', t.title, ''), w.media, coalesce(d.sent_at, d.created_at),
      case when d.state = 'sent' then coalesce(w.state, d.state) else d.state end,
      coalesce(nullif(d.reason, ''), w.reason, ''), d.id
     from deliveries d left join whatsapp_logs w on w.delivery_id = d.id
     left join whatsapp_templates t on t.campaign = d.template
    where d.channel = 'whatsapp' and d.to_address = %(phone)s order by d.created_at desc limit %(most)s)
) lines order by at desc limit %(most)s
"""
WHO = """
select h.id, h.name, (select l.id from imported_leads l where l.person_id = h.id) as lead_id,
  exists (select from profiles p where p.person_id = h.id and p.role = 'student') as is_student,
  s.reason as suppressed, s.detail,
  (select max(occurred_at) from crm_messages
    where channel = 'whatsapp' and direction = 'in' and from_address = %(phone)s) as wrote_at
from (select) one left join people h on h.phone = %(phone)s
left join lateral (select reason, detail from phone_suppressions where phone = %(phone)s and channel in ('whatsapp', 'all')
  and (expires_at is null or expires_at > %(now)s) limit 1) s on true
"""
READ = """
update crm_messages set is_read = true
 where channel = 'whatsapp' and direction = 'in' and from_address = %(phone)s and not is_read
"""
LIST = """
select (select count(*) from crm_messages m {where}) as total, r.*
from (select) one left join (
  select m.id, m.from_address, m.body, m.media, m.is_read, m.occurred_at, h.name
    from crm_messages m left join people h on h.id = m.person_id {where}
   order by m.occurred_at desc, m.id limit %(limit)s offset %(offset)s
) r on true order by r.occurred_at desc, r.id
"""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A number, whose it is, its last hundred messages in order, and until when free text reaches it."""

    phone: str
    who: Row
    lines: Sequence[Row]
    closes_at: datetime | None

    @property
    def name(self) -> str:
        return str(self.who.name or self.phone)


async def find_conversation(work: Work, phone: str) -> Conversation:
    """Return the conversation with a number, or raise NotFound when there was never any and nobody has the number."""
    work.require_admin()
    who = await work.row(WHO, phone=phone, now=work.now)
    lines = await work.rows(LINES, phone=phone, most=MOST)
    if who is None or (who.id is None and not lines):
        raise NotFound(_("Nobody has written from this number, and nothing was sent to it."))
    closes = who.wrote_at + WINDOW if who.wrote_at else None
    return Conversation(phone, who, lines[::-1], closes if closes and closes > work.now else None)


async def mark_conversation_read(work: Work, phone: str) -> None:
    """Count everything from a number as read."""
    if await work.run(READ, phone=phone):
        work.signal("whatsapp")


async def list_replies(work: Work, q: str = "", page: int = 1) -> tuple[Sequence[Row], int]:
    """Return one page of what people wrote on WhatsApp, newest first, and how many there are; one round trip."""
    work.require_admin()
    where = "where m.channel = 'whatsapp' and m.direction = 'in'"
    if q:
        where += " and (m.person_id in (select search_people(%(q)s, 1000)) or m.from_address = %(phone)s)"
    phone = "+" + "".join(sign for sign in q if sign.isdigit())
    offset = (page - 1) * PER_PAGE
    rows = await work.rows(LIST.format(where=where), q=q, phone=phone, limit=PER_PAGE, offset=offset)
    return [row for row in rows if row.id is not None], rows[0].total
