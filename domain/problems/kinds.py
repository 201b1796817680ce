"""The problems there are, in the order in which they are shown: what is counted, and what a row of it needs to be read."""

from dataclasses import dataclass

from domain.payments.changing import LACKS_LINK
from domain.problems import conditions

NAME = "(select coalesce(nullif(h.name, ''), h.email, h.phone) from people h where h.id = {person})"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. ``condition`` follows `from`; ``id``, ``since`` and ``facts`` (jsonb) are SQL over it.

    With a ``kind``, rows of one kind and ``reason`` that are ``failed`` are mended together: SQL over it, too.
    """

    key: str
    condition: str
    id: str
    since: str
    facts: str
    kind: str = ""
    reason: str = ""
    failed: str = "true"


def _delivery_facts() -> str:
    return """jsonb_build_object('channel', d.channel, 'kind', d.kind, 'name', coalesce(nullif(d.to_name, ''), d.to_address),
      'person', d.person_id, 'reason', d.reason, 'rule', d.rule_key)"""


def _session_facts(reason: str = "''", plain: str = "null") -> str:
    return f"""jsonb_build_object('title', s.title, 'reason', {reason}, 'starts_at', s.starts_at, 'zoom_state', s.zoom_state,
      'has_meeting', s.zoom_meeting_id is not null, 'plain', {plain}, 'batch', (select c.title || ', ' || b.name
        from batches b join courses c on c.id = b.course_id where b.id = s.batch_id))"""


# Whose an unknown participant plainly is: the one student of the batch of that name, or first name, who was not seen.
PLAIN = """
(select jsonb_build_object('stay', u.stay, 'shown', u.shown, 'person', u.person, 'name', u.name) from (
  select (array_agg(y.id order by y.joined_at, y.id))[1] as stay, y.name as shown, (array_agg(h.id))[1] as person,
    min(h.name) as name
  from session_stays y join enrolments e on e.batch_id = s.batch_id and e.state <> 'withdrawn' join people h on h.id = e.person_id
  where y.session_id = s.id and y.person_id is null and y.dismissed_at is null
    and lower(btrim(y.name)) in (lower(btrim(h.name)), lower(split_part(btrim(h.name), ' ', 1))) and not exists (
      select from attendance a where a.session_id = s.id and a.person_id = h.id and a.joined_at is not null)
  group by y.name, y.email having count(distinct h.id) = 1 order by min(y.joined_at), y.name limit 1) u)
"""
# What a student owes is asked for already, or not: the newest payment that is open decides what mends it.
UNPAID_FACTS = f"""
jsonb_build_object('name', {NAME.format(person="e.person_id")}, 'person', e.person_id, 'paise', e.price_paise,
  'batch', (select c.title || ', ' || b.name from batches b join courses c on c.id = b.course_id where b.id = e.batch_id),
  'asked', (select jsonb_build_object('id', p.id, 'is_open', exists (
      select from payment_requests r where r.payment_id = p.id and r.state = 'open'), 'lacks_link', exists (
      select from payment_requests r where r.payment_id = p.id and {LACKS_LINK}))
    from payments p where p.person_id = e.person_id and p.cancelled_at is null
      and (p.enrolment_id = e.id or p.application_id = e.application_id) order by p.created_at desc limit 1))
"""
# Where they can be enrolled with one press: the enrolment that was withdrawn, or the application that waits for a decision.
NOT_ENROLLED_FACTS = f"""
jsonb_build_object('name', {NAME.format(person="p.person_id")}, 'person', p.person_id, 'purpose', p.purpose,
  'paise', p.paid_paise - p.refunded_paise,
  'is_student', exists (select from profiles f where f.person_id = p.person_id and f.role = 'student'),
  'withdrawn', (select jsonb_build_object('id', o.id, 'batch', b.name) from enrolments o join batches b on b.id = o.batch_id
    where o.id = p.enrolment_id and b.archived_at is null),
  'application', (select jsonb_build_object('id', a.id, 'status', a.status,
      'batch', case when b.archived_at is null then b.name end)
    from cta_submissions a left join batches b on b.id = a.batch_id where a.id = p.application_id))
"""

PROBLEMS: dict[str, Problem] = {
    one.key: one
    for one in (
        Problem(
            "failed",
            conditions.FAILED,
            "d.id",
            "d.created_at",
            _delivery_facts(),
            kind="d.channel",
            reason="d.reason",
        ),
        Problem("unknown", conditions.UNKNOWN, "d.id", "d.created_at", _delivery_facts()),
        Problem(
            "not_enrolled", conditions.NOT_ENROLLED, "p.id", "coalesce(p.paid_at, p.updated_at)", NOT_ENROLLED_FACTS
        ),
        Problem(
            "flagged",
            conditions.FLAGGED,
            "g.id",
            "g.created_at",
            f"""jsonb_build_object('paise', g.amount_paise, 'reason', g.problem, 'payment', g.payment_id,
              'name', {NAME.format(person="(select person_id from payments where id = g.payment_id)")})""",
        ),
        Problem("unpaid", conditions.UNPAID, "e.id", "coalesce(e.agreed_at, e.enrolled_at)", UNPAID_FACTS),
        Problem(
            "overdue",
            conditions.OVERDUE,
            "p.id",
            """(select min(r.due_on) from payment_requests r where r.payment_id = p.id and r.state <> 'paid')::timestamp
              at time zone 'Asia/Kolkata'""",
            f"""jsonb_build_object('name', {NAME.format(person="p.person_id")}, 'person', p.person_id, 'purpose', p.purpose,
              'paise', p.amount_paise - p.paid_paise, 'reminded_at', (select max(d.created_at) from deliveries d
                where d.person_id = p.person_id and d.kind = 'payment_link' and d.subject_id = p.id), 'is_open', exists (
                select from payment_requests r where r.payment_id = p.id and r.state = 'open'), 'lacks_link', exists (
                select from payment_requests r where r.payment_id = p.id and {LACKS_LINK}))""",
        ),
        Problem("meetings", conditions.MEETINGS, "s.id", "s.updated_at", _session_facts("s.zoom_reason")),
        Problem("recordings", conditions.RECORDINGS, "s.id", "s.ends_at", _session_facts("s.zoom_recording_reason")),
        Problem("unmatched", conditions.UNMATCHED, "s.id", "s.ends_at", _session_facts(plain=PLAIN)),
        Problem(
            "steps",
            conditions.STEPS,
            "t.id",
            "coalesce(t.finished_at, t.due_at)",
            f"""jsonb_build_object('kind', t.kind, 'state', t.state, 'reason', t.reason, 'attempt', t.attempt,
              'subject', t.subject_id, 'person', t.person_id, 'rule', t.rule_key, 'name', {NAME.format(person="t.person_id")})""",
            kind="coalesce(t.rule_key, t.kind)",
            reason="t.reason",
            failed="t.state = 'failed'",
        ),
        Problem(
            "imports",
            conditions.IMPORTS,
            "i.id",
            "i.created_at",
            "jsonb_build_object('file', i.file_name, 'reason', i.error)",
        ),
        Problem(
            "waiting",
            conditions.WAITING,
            "a.id",
            "a.submitted_at",
            """jsonb_build_object('name', a.name, 'person', a.person_id,
              'course', (select c.title from courses c where c.id = a.course_id))""",
        ),
        Problem(
            "rejected",
            conditions.REJECTED,
            "md5(w.provider || ':' || w.reason)::uuid",
            "w.last_at",
            "jsonb_build_object('provider', w.provider, 'reason', w.reason, 'count', w.count)",
        ),
    )
}
