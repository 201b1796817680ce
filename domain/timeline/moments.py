"""When things happened, as SQL: what a page of the timeline begins after, and when a delivery came to its end."""

# Null while a delivery is still to leave. The index `deliveries_ended` has exactly this, of `d`.
ENDED = """
(case when d.state in ('pending', 'retry', 'sending') then null when d.state = 'cancelled' then d.created_at
  when d.sent_at is not null then d.sent_at when d.due_at > d.created_at then d.due_at else d.created_at end)
"""

# What a step `t` is about, by its name: a class, an assignment, what is to be paid, a course.
STEP_ABOUT = """
coalesce((select title from sessions where id = t.subject_id), (select title from assignments where id = t.subject_id),
  (select c.title from lead_sequences q join courses c on c.id = q.course_id where q.id = t.subject_id),
  (select m.purpose from payment_requests r join payments m on m.id = r.payment_id where r.id = t.subject_id),
  (select b.name from enrolments e join batches b on b.id = e.batch_id where e.id = t.subject_id))
"""

# What holds back something of a rule {rule} that waits: all of them, it alone, or all that is sent. Nothing is null.
HELD = """
(case when (select value = 'true' from business_settings where key = 'automations_paused') then 'all'
  when {rule} in (select key from automation_rules where is_paused) then 'rule'
  when (select value = 'true' from business_settings where key = 'sending_paused') then 'sending' end)
"""


def until(what: str, at: str, key: str) -> str:
    """Return the condition of a branch: nothing newer than the entry that the page begins after.

    Moments alone do not part entries: one transaction writes several of the same.
    """
    return f"({at} <= %(at)s and ({at} < %(at)s or ('{what}', {key}) < (%(what)s::text, %(key)s::uuid)))"
