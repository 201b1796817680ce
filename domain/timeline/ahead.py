"""What is planned for one person: a branch for each table, like those of the past."""

from domain.automation.leaves_at import LEAVES_AT
from domain.learning.deadlines import OPEN_UNTIL
from domain.timeline.moments import ENDED, HELD, STEP_ABOUT
from domain.timeline.past import DELIVERY_FACTS, DELIVERY_FROM

STEP = f"""
select t.id, {LEAVES_AT} as at, jsonb_build_object('kind', t.kind, 'state', t.state, 'reason', t.reason, 'attempt', t.attempt,
  'retry_at', t.retry_at, 'rule', t.rule_key, 'version', t.rule_version, 'about', {STEP_ABOUT},
  'held', case when t.rule_key is not null then {HELD.format(rule="t.rule_key")} end) as facts
from automation_steps t
where t.person_id = %(person)s and t.finished_at is null and t.state in ('planned', 'running')
"""
DELIVERY = f"""
select d.id, d.due_at as at, {DELIVERY_FACTS} || jsonb_build_object('held',
  case when d.rule_key is not null then {HELD.format(rule="d.rule_key")} end) as facts from {DELIVERY_FROM}
where d.person_id = %(person)s and {ENDED} is null and (%(channel)s = '' or d.channel = %(channel)s)
  and (not %(by_rule)s or d.rule_key is not null)
"""
CLASS = """
select s.id, s.starts_at as at, jsonb_build_object('title', s.title, 'batch', b.name, 'zone', b.timezone) as facts
from enrolments e join batches b on b.id = e.batch_id cross join lateral (
  select s.id, s.title, s.starts_at from sessions s
  where s.batch_id = e.batch_id and s.starts_at > %(now)s and s.cancelled_at is null order by s.starts_at, s.id limit %(ahead)s) s
where e.person_id = %(person)s and e.state <> 'withdrawn'
"""
DEADLINE = f"""
select a.id, {OPEN_UNTIL} as at, jsonb_build_object('title', a.title, 'batch', b.name, 'is_longer', x.due_at > a.due_at) as facts
from enrolments e join assignments a on a.batch_id = e.batch_id and a.published_at is not null
  join batches b on b.id = a.batch_id
  left join assignment_extensions x on x.assignment_id = a.id and x.person_id = e.person_id
where e.person_id = %(person)s and e.state <> 'withdrawn' and {OPEN_UNTIL} > %(now)s and not exists (
  select from submissions u where u.assignment_id = a.id and u.person_id = e.person_id and u.state in ('submitted', 'graded'))
"""
# Due by the end of its day in India; without a day, since it was asked for.
PAYMENT = """
select r.id, coalesce((r.due_on + 1)::timestamp at time zone 'Asia/Kolkata' - interval '1 minute', r.created_at) as at,
  jsonb_build_object('payment', p.id, 'purpose', p.purpose, 'paise', r.amount_paise, 'state', r.state, 'due_on', r.due_on,
    'reason', r.reason, 'is_overdue', coalesce(r.due_on < (%(now)s at time zone 'Asia/Kolkata')::date, false)) as facts
from payments p join payment_requests r on r.payment_id = p.id
where p.person_id = %(person)s and p.state in ('due', 'part_paid') and r.state not in ('paid', 'disabled')
"""

BRANCHES = {"step": STEP, "delivery": DELIVERY, "class": CLASS, "deadline": DEADLINE, "payment": PAYMENT}
