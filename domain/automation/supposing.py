"""What is supposed of people for whom a rule has nothing to do yet: that its cause comes now.

A rule reads tables. While it is foreseen some of them are given the rows that the cause would write, by a query of the same
name that the rule then reads instead; nothing is written, and the rule's own occasions and facts judge what is supposed.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.automation.rule import Rule, Supposed

_RUNNING = """
select * from lead_sequences union all
select (jsonb_populate_record(null::lead_sequences, jsonb_build_object('id', l.id, 'lead_id', l.id, 'person_id', l.person_id,
  'course_id', {course}, 'import_id', l.import_id, 'started_at', {now}, 'version', 1, 'stop_reason', ''))).*
from imported_leads l where l.person_id = any(%(people)s) and {course} is not null
  and not exists (select from lead_sequences s where s.lead_id = l.id and s.course_id = {course})
"""
# The batch that who is in none would come into: of the application that waits, or the next of the course that is open.
_PLACES = """
select p.id as person_id, b.* from people p cross join lateral (
  select b.id as batch_id, b.course_id, c.title as course, coalesce(b.price_paise, c.price_paise) as price_paise,
    coalesce(b.instalments, c.instalments) as instalments, c.instalment_every, c.instalment_unit
  from batches b join courses c on c.id = b.course_id
    left join cta_submissions a on a.person_id = p.id and a.course_id = c.id and a.status = 'new'
  where b.archived_at is null and c.archived_at is null and c.is_published and ({course} is null or c.id = {course})
    and (b.ends_on is null or b.ends_on >= ({now} at time zone b.timezone)::date)
  order by a.id is null, coalesce(a.batch_id = b.id, false) desc, c.created_at, b.is_open desc, b.starts_on nulls last, b.id
  limit 1) b
where p.id = any(%(people)s) and not exists (select from enrolments e where e.person_id = p.id and e.state = 'active')
"""
_ENROLLED = """
select (jsonb_populate_record(null::enrolments, jsonb_build_object('id', x.person_id, 'person_id', x.person_id,
  'batch_id', x.batch_id, 'state', '{state}', 'price_paise', x.price_paise, 'enrolled_at', {now}))).* from supposed_places x
"""
_ENROLMENTS = f"select * from enrolments union all {_ENROLLED.format(state='active', now='{now}')}"
# As though who is in the course now, or would come into it, had completed it.
_COMPLETED = f"""
select * from enrolments e where not (e.person_id = any(%(people)s) and e.state = 'active') union all
select (jsonb_populate_record(e, jsonb_build_object('state', 'completed'))).* from enrolments e
 where e.person_id = any(%(people)s) and e.state = 'active' union all {_ENROLLED.format(state="completed", now="{now}")}
"""
_ACCOUNTS = """
select * from profiles union all
select (jsonb_populate_record(null::profiles, jsonb_build_object('person_id', x.person_id, 'role', 'student', 'is_active', true,
  'preferences', '{{}}'::jsonb))).* from supposed_places x
where not exists (select from profiles f where f.person_id = x.person_id)
"""
# What an approval asks for, if it does and has not yet.
_ASKED = """
select * from payments union all
select (jsonb_populate_record(null::payments, jsonb_build_object('id', x.person_id, 'person_id', x.person_id,
  'enrolment_id', x.person_id, 'purpose', x.course, 'amount_paise', x.price_paise, 'paid_paise', 0, 'refunded_paise', 0,
  'state', 'due', 'created_at', {now}))).* from supposed_places x
where x.price_paise > 0 and coalesce((select is_on from automation_rules where key = 'approval_payment'), true)
  and not exists (select from payments m left join enrolments e on e.id = m.enrolment_id left join batches b on b.id = e.batch_id
    left join cta_submissions a on a.id = m.application_id
    where m.person_id = x.person_id and m.cancelled_at is null and coalesce(b.course_id, a.course_id) = x.course_id)
"""
_PARTS = """
select * from payment_requests union all
select (jsonb_populate_record(null::payment_requests, jsonb_build_object('id', md5(x.person_id || ':' || part)::uuid,
  'payment_id', x.person_id, 'part', part, 'amount_paise', x.price_paise / x.instalments, 'state', 'open', 'due_on', (
    ({now} at time zone 'Asia/Kolkata')::date + 3 + case x.instalment_unit when 'days'
      then make_interval(days => x.instalment_every * (part - 1)) else make_interval(months => x.instalment_every * (part - 1))
    end)::date))).*
from supposed_places x cross join lateral generate_series(1, x.instalments) part
where exists (select from payments m where m.id = x.person_id)
"""
_STUDENT = {"supposed_places": _PLACES, "enrolments": _ENROLMENTS, "profiles": _ACCOUNTS}
TABLES: Mapping[Supposed, Mapping[str, str]] = {
    "nothing": {},
    "sequence": {"lead_sequences": _RUNNING},
    "approval": _STUDENT,
    "request to pay": _STUDENT | {"payments": _ASKED, "payment_requests": _PARTS},
    "completion": _STUDENT | {"enrolments": _COMPLETED},
}


def suppose(rule: Rule, now: datetime, course_id: UUID | None) -> Rule:
    """Return the rule as it reads where its cause has come ``now`` for %(people)s, about a course or any that fits."""
    values = {
        "now": f"'{now.isoformat()}'::timestamptz",
        "course": f"'{course_id}'::uuid" if course_id else "null::uuid",
    }
    tables = [f"{name} as ({sql.format(**values)})" for name, sql in TABLES[rule.supposes].items()]
    occasions, facts = rule.would or rule.occasions, rule.facts
    if tables:
        given = f"with {', '.join(tables)}"
        occasions, facts = (f"{given} select * from ({sql}) supposed" for sql in (occasions, facts))
    return replace(rule, occasions=occasions, facts=facts)
