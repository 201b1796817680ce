"""When a broadcast has ended: all its deliveries are written, and none of them waits, is leaving, or may have to leave again."""

from collections.abc import Sequence
from uuid import UUID

from domain.work import Work

# What is in doubt is looked up and may wait again; only of WhatsApp messages nobody can ask.
END = """
update broadcasts b set state = 'done', finished_at = %(now)s
 where b.id = any(%(ids)s) and b.state = 'sending' and b.planned_count = b.recipient_count and not exists (
   select from deliveries d where d.broadcast_id = b.id and (d.state in ('pending', 'retry', 'sending')
     or (d.state = 'unknown' and d.channel <> 'whatsapp')))
"""


async def end_broadcasts(work: Work, broadcast_ids: Sequence[UUID]) -> None:
    """End those of these broadcasts that have nothing left to send."""
    if await work.run(END, ids=list(broadcast_ids), now=work.now):
        work.signal("broadcasts")
    for broadcast_id in broadcast_ids:
        work.signal(f"broadcast:{broadcast_id}")
