"""What is due on both sides: in the product, which tells no more than moment and kind, and at the providers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapters.sandbox.callbacks import HELD, IS_FREE
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid.posting import POST_IS_FREE
from adapters.sandbox.zoom.hosting import DUE, OVER, STARTS

# Everything at the providers that has its moment: (who, what, state, about whom).
_MOMENTS = """
  select m.send_at as at, 'sendgrid' as side, 'mail' as kind, 'leaves' as state, m.email as about
    from messages m join mails l on l.id = m.mail_id left join batches b on b.id = l.batch_id
    where m.released_at is null and b.status is null and {messages}
  union all select e.due_at, 'sendgrid', 'mail', e.kind, m.email
    from events e join messages m on m.id = e.message_id where {events}
  union all select c.due_at, c.provider, 'callback', c.kind, '' from callbacks c where {callbacks}
  union all select p.next_attempt_at, 'sendgrid', 'callback', 'events', '' from posts p where {posts}
  union all select s.at, 'bolna', 'call', s.status, c.to_number
    from call_steps s join calls c on c.id = s.call_id where {steps}
  union all select t.at, 'aisensy', 'whatsapp', t.state, '+' || w.phone from aisensy_messages w
    cross join lateral (values (w.sent_at, 'sent'), (w.delivered_at, 'delivered'), (w.read_at, 'read'),
      (w.failed_at, 'failed')) t (at, state) where w.sender <> 'USER' and t.at is not null and {whatsapp}
  union all select r.expires_at, 'instamojo', 'link', 'expires', r.purpose from payment_requests r
    where r.expires_at is not null and r.completed_at is null and {links}
  union all select z.at, 'zoom', 'meeting', 'planned', (select topic from zoom_meetings m where m.id = z.id)
    from ({STARTS}) z where {meetings}
  union all select i.ends_at, 'zoom', 'meeting', 'ends', z.topic from zoom_instances i
    join zoom_meetings z on z.id = i.meeting_id where i.ended_at is null and {instances}
  union all select f.ready_at, 'zoom', 'recording', f.file_type, z.topic from zoom_recording_files f
    join zoom_recordings r on r.id = f.recording_id join zoom_instances i on i.uuid = r.uuid
    join zoom_meetings z on z.id = i.meeting_id where f.deleted_at is null and {files}
"""
_COLUMNS = {
    "messages": "m.send_at",
    "events": "e.due_at",
    "callbacks": "c.due_at",
    "posts": "p.next_attempt_at",
    "steps": "s.at",
    "whatsapp": "t.at",
    "links": "r.expires_at",
    "meetings": "z.at",
    "instances": "i.ends_at",
    "files": "f.ready_at",
}
_AHEAD = _MOMENTS.format(
    STARTS=STARTS,
    **{name: f"{column} > app_now()" for name, column in _COLUMNS.items()}
    | {
        # Each in the words of an index: this is asked at every moment of a move.
        "events": "e.post_id is null and e.due_at > app_now()",
        "callbacks": "c.state = 'pending' and c.due_at > app_now()",
        "posts": "p.state = 'pending' and p.next_attempt_at > app_now()",
        "whatsapp": "greatest(w.sent_at, w.delivered_at, w.read_at, w.failed_at) > app_now() and t.at > app_now()",
    },
)
_UPCOMING = f"""
select * from (
  select at, side, kind, state, count(*) as how_many, min(about) as about from ({_AHEAD}) ahead group by 1, 2, 3, 4
  union all select at, 'product', channel, kind, how_many, '' from product_upcoming(%(most)s)) every
order by at, side, kind, state limit %(most)s
"""
_WITHIN = {name: f"{column} > %(since)s and {column} <= %(until)s" for name, column in _COLUMNS.items()}
_ELSEWHERE = dict.fromkeys(("callbacks", "posts", "messages", "meetings", "instances"), "false")
_PAST = (
    _MOMENTS.format(STARTS=STARTS, **_WITHIN | _ELSEWHERE)
    + """
  union all select a.at, c.provider, 'callback', c.kind || ' → ' || coalesce(a.status::text, 'no answer'), ''
    from callback_attempts a join callbacks c on c.id = a.callback_id where a.at > %(since)s and a.at <= %(until)s
  union all select a.at, 'sendgrid', 'callback', 'events → ' || coalesce(a.status::text, 'no answer'), ''
    from attempts a where a.at > %(since)s and a.at <= %(until)s
  union all select p.created_at, 'instamojo', 'payment', lower(p.status), p.buyer_name
    from payments p where p.created_at > %(since)s and p.created_at <= %(until)s
  union all select t.at, 'zoom', 'meeting', t.state, z.topic from zoom_instances i
    join zoom_meetings z on z.id = i.meeting_id
    cross join lateral (values (i.started_at, 'started'), (i.ended_at, 'ended')) t (at, state)
    where t.at > %(since)s and t.at <= %(until)s
"""
)
_HAPPENED = f"""
select at, side, kind, state, how_many, about, count(*) over () as lines from (
  select date_trunc('minute', at) as at, side, kind, state, count(*) as how_many, min(about) as about
    from ({_PAST}) past group by 1, 2, 3, 4
  union all select at, 'product', channel, kind || ': ' || outcome, how_many, ''
    from product_happened(%(since)s, %(until)s)) every
order by at desc, side, kind, state limit %(most)s
"""
OUTSTANDING = f"""
select channel, how_many from product_outstanding()
union all select 'scheduled mail', count(*) from messages m join mails l on l.id = m.mail_id
  left join batches b on b.id = l.batch_id where m.released_at is null and m.send_at <= app_now() and b.status is null
union all select 'event', count(*) from events where post_id is null and due_at <= app_now()
union all select 'post', count(*) from posts p where state = 'pending' and next_attempt_at <= app_now() and {POST_IS_FREE}
union all select 'meeting', (select count(*) from ({DUE}) d) + (select count(*) from ({OVER}) o)
union all select 'callback', count(*) from callbacks c where state = 'pending' and due_at <= app_now() and {IS_FREE}
"""
# Held back until something overtakes it, a callback is due by itself only after a while.
NEXT = f"""
select least(product_next(), (select min(at) from ({_AHEAD}) ahead),
  (select min(due_at + interval '{HELD}') from callbacks c where state = 'pending' and is_held
     and due_at <= app_now() and not {IS_FREE})) as next
"""
# What the last moment has set off: that is still reported when a move ends there.
ECHO = """
select min(at) as next from (
  select due_at as at from callbacks where state = 'pending'
  union all select due_at from events where post_id is null
  union all select next_attempt_at from posts where state = 'pending') reports
where at > app_now() and at <= %(until)s
"""


async def upcoming(database: SandboxDatabase, most: int = 10) -> Sequence[Any]:
    """Return the next things that will happen, by moment; equal ones of one moment are one, with their number."""
    return await database.rows(_UPCOMING, most=most)


async def happened(database: SandboxDatabase, since: datetime, until: datetime, most: int = 100) -> Sequence[Any]:
    """Return what happened after ``since`` and not after ``until``, newest first, gathered by the minute."""
    return await database.rows(_HAPPENED, since=since, until=until, most=most)
