"""What has happened to one person, a branch for each table in which it happened.

A branch is SQL for `id`, `at` and `facts` (jsonb). Each is limited before all are put together, by an index where a person
may have many: so a page reads about as many rows as it shows, however long somebody has been known.
"""

from domain.sessions.attending import state_sql
from domain.timeline.moments import ENDED, STEP_ABOUT, until

# Told by the row itself, which says more than the entry that it was done.
TOLD_ELSEWHERE = (
    "payment.requested",
    "payment.received",
    "payment.refunded",
    "refund.requested",
    "lead.added",
    "enrolment.created",
    "application.approved",
)
LEAD = f"""
select l.id, l.created_at as at, jsonb_build_object('import', l.import_id, 'file', i.file_name, 'row', l.row_number,
  'source', l.source, 'campaign', l.campaign, 'by', (select actor_name from audit_logs
    where subject_id = l.id and action = 'lead.added' order by at limit 1)) as facts
from imported_leads l left join lead_imports i on i.id = l.import_id
where l.person_id = %(person)s and {until("lead", "l.created_at", "l.id")}
"""
FOUND_AGAIN = f"""
select i.id, i.at, jsonb_build_object('import', i.id, 'file', i.file_name) as facts
from (select i.id, i.file_name, coalesce(i.finished_at, i.created_at) as at from lead_imports i
  where i.id in (select l.last_import_id from imported_leads l where l.person_id = %(person)s
      and l.last_import_id is distinct from l.import_id
    union select p.import_id from lead_past_imports p join imported_leads l on l.id = p.lead_id
      where l.person_id = %(person)s and p.import_id is distinct from l.import_id)) i
where {until("found_again", "i.at", "i.id")}
"""
# What a mail server says as it takes an e-mail is no reason for anything.
DELIVERY_FACTS = """
jsonb_build_object('channel', d.channel, 'kind', d.kind, 'state', d.state, 'log_state', coalesce(g.state, w.state, c.state),
  'reason', coalesce(nullif(d.reason, ''), case when g.state <> 'delivered' then g.reason end, w.reason, c.reason, ''),
  'campaign', coalesce(m.name, b.name, ''),
  'subject', coalesce(g.subject, nullif(left(w.body, 160), ''), nullif(left(c.summary, 160), ''),
    nullif(left(d.params ->> 'text', 160), ''), b.name, t.title, ''),
  'opens', g.opens, 'clicks', g.clicks, 'seconds', c.duration_seconds, 'transcript', left(c.transcript, 8000),
  'retry_at', d.retry_at, 'rule', d.rule_key, 'version', d.rule_version,
  'is_of_person', coalesce(d.subject_id = d.person_id, false))
"""
DELIVERY_FROM = """
deliveries d left join email_logs g on g.delivery_id = d.id left join whatsapp_logs w on w.delivery_id = d.id
  left join call_logs c on c.delivery_id = d.id left join lead_campaigns m on m.id = d.campaign_id
  left join broadcasts b on b.id = d.broadcast_id
  left join whatsapp_templates t on d.channel = 'whatsapp' and t.campaign = d.template
"""
DELIVERY = f"""
select d.id, {ENDED} as at, {DELIVERY_FACTS} as facts from {DELIVERY_FROM}
where d.person_id = %(person)s and {until("delivery", ENDED, "d.id")} and (%(channel)s = '' or d.channel = %(channel)s)
  and (not %(by_rule)s or d.rule_key is not null)
"""
MESSAGE = f"""
select m.id, m.occurred_at as at, jsonb_build_object('channel', m.channel, 'subject', m.subject, 'body', left(m.body, 200),
  'is_automatic', m.is_automatic, 'has_files', m.media is not null) as facts
from crm_messages m
where m.person_id = %(person)s and m.direction = 'in' and (%(channel)s = '' or m.channel = %(channel)s)
  and {until("message", "m.occurred_at", "m.id")}
"""
LEFT_OUT = f"""
select b.id, b.confirmed_at as at, jsonb_build_object('name', b.name, 'channel', b.channel, 'reason', r.reason) as facts
from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id
where r.person_id = %(person)s and r.reason <> '' and (%(channel)s = '' or b.channel = %(channel)s)
  and b.confirmed_at is not null and {until("left_out", "b.confirmed_at", "b.id")}
"""
UNSUBSCRIBED = f"""
select h.id, s.created_at as at, jsonb_build_object('reason', s.reason, 'detail', s.detail, 'delivery', s.delivery_id) as facts
from people h join email_suppressions s on s.email = h.email
where h.id = %(person)s and {until("unsubscribed", "s.created_at", "h.id")}
"""
OPTED_OUT = f"""
select h.id, max(s.created_at) as at, jsonb_build_object('reason', max(s.reason), 'detail', max(s.detail),
  'channel', min(s.channel)) as facts
from people h join phone_suppressions s on s.phone = h.phone where h.id = %(person)s
group by h.id having {until("opted_out", "max(s.created_at)", "h.id")}
"""
APPLIED = f"""
select a.id, a.submitted_at as at, jsonb_build_object('course', c.title, 'batch', b.name, 'campaign', m.name) as facts
from cta_submissions a join courses c on c.id = a.course_id left join batches b on b.id = a.batch_id
  left join lead_campaigns m on m.id = a.campaign_id
where a.person_id = %(person)s and {until("applied", "a.submitted_at", "a.id")}
"""
DECIDED = f"""
select a.id, a.decided_at as at, jsonb_build_object('course', c.title, 'batch', b.name, 'state', a.status,
  'reason', a.decision_reason, 'by', d.name) as facts
from cta_submissions a join courses c on c.id = a.course_id left join batches b on b.id = a.batch_id
  left join people d on d.id = a.decided_by
where a.person_id = %(person)s and a.decided_at is not null and {until("decided", "a.decided_at", "a.id")}
"""
ENROLLED = f"""
select e.id, coalesce(e.agreed_at, e.enrolled_at) as at, jsonb_build_object('course', c.title, 'batch', b.name,
  'paise', e.price_paise, 'state', e.state, 'by_hand', e.application_id is null) as facts
from enrolments e join batches b on b.id = e.batch_id join courses c on c.id = b.course_id
where e.person_id = %(person)s and {until("enrolled", "coalesce(e.agreed_at, e.enrolled_at)", "e.id")}
"""
# After an approval it is an automation that asks: its step says no more than that.
ASKED = f"""
select p.id, p.created_at as at, jsonb_build_object('purpose', p.purpose, 'paise', p.amount_paise, 'state', p.state,
  'number', p.number, 'by', d.name, 'rule', t.rule_key, 'version', t.rule_version) as facts
from payments p left join people d on d.id = p.created_by left join lateral (
  select t.rule_key, t.rule_version from automation_steps t where t.subject_id = p.enrolment_id and p.created_by is null
    and t.rule_key = 'approval_payment' and t.state = 'done' order by t.finished_at desc limit 1) t on true
where p.person_id = %(person)s and {until("asked", "p.created_at", "p.id")}
"""
RECEIVED = f"""
select g.id, g.credited_at as at, jsonb_build_object('payment', p.id, 'purpose', p.purpose, 'paise', g.amount_paise,
  'problem', case when g.resolved_at is null then g.problem else '' end) as facts
from payments p join gateway_payments g on g.payment_id = p.id
where p.person_id = %(person)s and g.credited_at is not null and {until("received", "g.credited_at", "g.id")}
"""
REFUND = f"""
select f.id, coalesce(f.taken_at, f.created_at) as at, jsonb_build_object('payment', p.id, 'purpose', p.purpose,
  'paise', f.amount_paise, 'state', f.state, 'reason', f.reason, 'by', d.name) as facts
from payments p join refunds f on f.payment_id = p.id left join people d on d.id = f.created_by
where p.person_id = %(person)s and {until("refund", "coalesce(f.taken_at, f.created_at)", "f.id")}
"""
# The batches they are or were in, moved or withdrawn from since; of each the last classes.
CLASS = f"""
select s.id, s.at, s.facts from (select e.batch_id from enrolments e where e.person_id = %(person)s
  union select o.batch_id from attendance a join sessions o on o.id = a.session_id where a.person_id = %(person)s) mine
cross join lateral (
  select s.id, s.starts_at as at, jsonb_build_object('title', s.title, 'batch', b.name, 'state', {state_sql("%(person)s")},
    'joined_at', a.joined_at, 'seconds', a.seconds, 'by', m.name) as facts
  from sessions s cross join rules r join batches b on b.id = s.batch_id
  left join attendance a on a.session_id = s.id and a.person_id = %(person)s left join people m on m.id = a.marked_by
  where s.batch_id = mine.batch_id and s.starts_at <= %(now)s and {until("class", "s.starts_at", "s.id")}
    and s.cancelled_at is null and (a.joined_at is not null or a.marked is not null or exists (select from enrolments e
      where e.person_id = %(person)s and e.batch_id = s.batch_id and e.state <> 'withdrawn' and e.enrolled_at < s.ends_at))
  order by s.starts_at desc, s.id desc limit %(most)s) s
"""
WATCHED = f"""
select v.recording_id as id, v.seen_at as at, jsonb_build_object('title', s.title, 'part', r.title, 'percent', v.percent,
  'is_watched', v.watched_at is not null) as facts
from recording_views v join recordings r on r.id = v.recording_id join sessions s on s.id = r.session_id
where v.person_id = %(person)s and v.seen_at is not null and {until("watched", "v.seen_at", "v.recording_id")}
"""
HANDED_IN = f"""
select u.id, u.submitted_at as at, jsonb_build_object('title', a.title, 'is_late', u.is_late, 'assignment', a.id) as facts
from submissions u join assignments a on a.id = u.assignment_id
where u.person_id = %(person)s and u.submitted_at is not null and {until("handed_in", "u.submitted_at", "u.id")}
"""
MARKED = f"""
select u.id, u.graded_at as at, jsonb_build_object('title', a.title, 'state', u.state, 'score', u.score, 'points', a.points,
  'by', d.name, 'comment', left(u.comment, 160), 'assignment', a.id) as facts
from submissions u join assignments a on a.id = u.assignment_id left join people d on d.id = u.graded_by
where u.person_id = %(person)s and u.graded_at is not null and {until("marked", "u.graded_at", "u.id")}
"""
EXTENDED = f"""
select a.id, x.created_at as at, jsonb_build_object('title', a.title, 'until', x.due_at, 'reason', x.reason, 'by', d.name,
  'zone', b.timezone) as facts
from assignment_extensions x join assignments a on a.id = x.assignment_id join batches b on b.id = a.batch_id
  left join people d on d.id = x.created_by
where x.person_id = %(person)s and {until("extended", "x.created_at", "a.id")}
"""
# What was done has left its message: a step tells of what did not come to be, and of what no message says.
STEP = f"""
select t.id, t.finished_at as at, jsonb_build_object('kind', t.kind, 'state', t.state, 'reason', t.reason,
  'attempt', t.attempt, 'due_at', t.due_at, 'rule', t.rule_key, 'version', t.rule_version, 'about', {STEP_ABOUT}) as facts
from automation_steps t
where t.person_id = %(person)s and (t.state in ('skipped', 'cancelled', 'failed')
    or t.state = 'done' and t.reason <> '' and t.rule_key <> 'approval_payment') and {until("step", "t.finished_at", "t.id")}
"""
AUDIT = f"""
select g.id, g.at, jsonb_build_object('action', g.action, 'by', g.actor_name, 'details', g.details,
  'subject', g.subject_id, 'noun', g.subject_type) as facts
from (select %(person)s::uuid as id union all select id from imported_leads where person_id = %(person)s
  union all select id from cta_submissions where person_id = %(person)s
  union all select id from payments where person_id = %(person)s) about
cross join lateral (
  select g.* from audit_logs g where g.subject_id = about.id and {until("audit", "g.at", "g.id")}
    and g.action <> all (%(told)s) and not (g.action = 'application.rejected' and exists (
      select from cta_submissions a where a.id = g.subject_id and a.decided_at = g.at))
  order by g.at desc, g.id desc limit %(most)s) g
"""

BRANCHES = {
    "lead": LEAD,
    "found_again": FOUND_AGAIN,
    "delivery": DELIVERY,
    "message": MESSAGE,
    "left_out": LEFT_OUT,
    "unsubscribed": UNSUBSCRIBED,
    "opted_out": OPTED_OUT,
    "applied": APPLIED,
    "decided": DECIDED,
    "enrolled": ENROLLED,
    "asked": ASKED,
    "received": RECEIVED,
    "refund": REFUND,
    "class": CLASS,
    "watched": WATCHED,
    "handed_in": HANDED_IN,
    "marked": MARKED,
    "extended": EXTENDED,
    "step": STEP,
    "audit": AUDIT,
}
