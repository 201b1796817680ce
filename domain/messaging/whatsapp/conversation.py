"""A conversation on WhatsApp: what one number wrote, and what went to it, as the phone shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import NotFound
from domain.language import _
from domain.messaging.whatsapp.texting import WINDOW
from domain.work import Row, Work

MOST = 100

LINES = """
select * from (
  (select 'in' as direction, m.id, m.body, m.media, m.occurred_at as at, '' as state, '' as reason,
      null::uuid as delivery_id, true as has_left
     from crm_messages m where m.channel = 'whatsapp' and m.direction = 'in' and m.from_address = %(phone)s
    order by m.occurred_at desc limit %(most)s)
  union all
  (select 'out', d.id, coalesce(w.body, d.params ->> 'text', t.title, ''), w.media, coalesce(d.sent_at, d.created_at),
      case when d.state = 'sent' then coalesce(w.state, d.state) else d.state end,
      coalesce(nullif(d.reason, ''), w.reason, ''), d.id, d.state = 'sent'
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
# As one by one in the list of messages: the first to look is who has read it.
READ = """
update crm_messages set is_read = true, read_by = %(reader)s, read_at = %(now)s
 where channel = 'whatsapp' and direction = 'in' and from_address = %(phone)s and not is_read
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
    """Mark everything from a number as read by who asks."""
    if await work.run(READ, phone=phone, reader=work.identity.person_id, now=work.now):
        work.signal("messages")
