"""What is a problem: each as SQL that follows `from`. The dashboard counts it, the board lists it; no other place defines it."""

from domain.payments.listing import IS_OVERDUE
from domain.recordings.managing import HAS_NO_RECORDING
from domain.sessions.listing import TROUBLE
from domain.sessions.roster import HAS_UNMATCHED

COUNTED = 1_000  # beyond, counting on would tell nobody more

# Failures are looked back on for 7 days, unless the same message has been sent again since.
FAILED = """
deliveries d where d.state = 'failed' and d.created_at > %(now)s - interval '7 days' and not exists (
  select from deliveries again where again.person_id = d.person_id and again.kind = d.kind and again.channel = d.channel
    and again.created_at > d.created_at and again.campaign_id is not distinct from d.campaign_id)
"""
UNKNOWN = "deliveries d where d.state = 'unknown'"
# Enrolled for a week at a price, and nothing of it came: by this enrolment, its application, or a payment that names neither.
# What is overdue is a problem of its own, and whoever was asked or reminded just now is given time.
UNPAID = f"""
enrolments e where e.state = 'active' and e.price_paise > 0
  and coalesce(e.agreed_at, e.enrolled_at) < %(now)s - interval '7 days' and not exists (
    select from payments p where p.person_id = e.person_id
      and (p.enrolment_id = e.id or p.application_id = e.application_id
        or (p.enrolment_id is null and p.application_id is null))
      and (p.paid_paise > p.refunded_paise or {IS_OVERDUE}
        or (p.cancelled_at is null and (p.created_at > %(now)s - interval '7 days' or exists (
          select from deliveries d where d.person_id = p.person_id and d.created_at > %(now)s - interval '3 days'
            and d.kind = 'payment_link' and d.subject_id = p.id)))))
"""
# The course that a payment p is for, null where it names none.
COURSE_PAID_FOR = """
coalesce((select b.course_id from enrolments o join batches b on b.id = o.batch_id where o.id = p.enrolment_id),
  (select a.course_id from cta_submissions a where a.id = p.application_id))
"""
# Money that was kept, of somebody who is in no batch of what it was for. Most are in the very one: that is asked first.
NOT_ENROLLED = f"""
payments p where p.state in ('paid', 'part_paid', 'part_refunded') and p.paid_paise > p.refunded_paise
  and not exists (select from enrolments o where o.id = p.enrolment_id and o.state <> 'withdrawn') and not exists (
  select from enrolments e join batches b on b.id = e.batch_id where e.person_id = p.person_id and e.state <> 'withdrawn'
    and b.course_id = coalesce({COURSE_PAID_FOR}, b.course_id))
"""
FLAGGED = "gateway_payments g where g.problem <> '' and g.resolved_at is null"
OVERDUE = f"payments p where {IS_OVERDUE}"
RECORDINGS = f"sessions s where {HAS_NO_RECORDING}"
UNMATCHED = f"sessions s where {HAS_UNMATCHED}"
MEETINGS = f"sessions s where {TROUBLE}"
# The class says how its meeting stands; a step that failed before it was mended does not.
STEP_FAILED = "t.state = 'failed' and t.finished_at > %(now)s - interval '7 days' and t.kind <> 'sync_meeting'"
STEP_STUCK = "t.state = 'planned' and t.attempt >= 3 and t.due_at <= %(now)s"
STEPS = f"automation_steps t where (({STEP_FAILED}) or ({STEP_STUCK}))"
IMPORTS = "lead_imports i where i.state = 'failed' and i.created_at > %(now)s - interval '7 days'"
WAITING = "cta_submissions a where a.status = 'new' and a.submitted_at < %(now)s - interval '2 days'"
# Of the last day, and not noted as seen: what was mended is forgotten by itself. They come in real time.
REJECTED = """
(select provider, reason, sum(count - seen)::int as count, max(last_at) as last_at from webhook_rejections
  where last_at > now() - interval '1 day' and count > seen group by provider, reason) w where true
"""


def count(condition: str) -> str:
    """Return SQL for how many there are, counted no further than anybody would read."""
    return f"(select count(*) from (select from {condition} limit {COUNTED}) counted)"
