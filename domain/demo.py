"""The demo data: whether it is there, and its removal, which leaves everything that people have made themselves."""

from domain.automation.running import StepRun
from domain.work import Work

# One at a time: two starts of the program must not both load it.
LOCK = "select pg_advisory_xact_lock(hashtextextended('gurudesk demo', 0))"
BEGIN = """
update business_settings set value = 'true', updated_at = %(now)s where key = 'demo_loaded' and value <> 'true'
"""
END = "update business_settings set value = 'false', updated_at = %(now)s where key = 'demo_loaded'"

# In this order: what has no foreign key to go by first, then people with all that hangs on them, then the rest.
REMOVE = (
    """
    delete from phone_suppressions s using people h where h.is_demo and s.phone = h.phone
    """,
    """
    delete from crm_messages m using people h where h.is_demo and m.person_id is null and m.from_address in (h.phone, h.email)
    """,
    """
    delete from email_suppressions s using people h where h.is_demo and s.email = h.email
    """,
    """
    delete from one_time_links l using people h where h.is_demo and l.subject_id = h.id
    """,
    """
    delete from deliveries d using people h where h.is_demo and d.person_id is null and d.to_address = h.email
    """,
    "delete from payments where is_demo",
    "delete from broadcasts where is_demo",
    """
    delete from automation_steps a using sessions s where s.is_demo and a.subject_id = s.id
    """,
    "delete from sessions where is_demo",
    "delete from assignments where is_demo",
    "delete from people where is_demo",
    # Campaigns of the demo, and those that people sent for its courses to nobody but its leads.
    """
    delete from lead_campaigns c where c.is_demo or (
      exists (select from courses k where k.id = c.course_id and k.is_demo)
      and not exists (select from deliveries d where d.campaign_id = c.id)
      and not exists (select from people h where h.id = any(c.recipients)))
    """,
    "delete from lead_imports where is_demo",
    "delete from lead_tags t where not exists (select from imported_leads l where l.tags @> array[t.tag])",
)
# A course of the demo that real people are in, or that got a batch of one's own, has become real: it stays, without the
# demo's empty batches.
KEEP_COURSES = """
update courses c set is_demo = false where c.is_demo and (
  exists (select from cta_submissions a where a.course_id = c.id)
  or exists (select from lead_campaigns k where k.course_id = c.id)
  or exists (select from batches b where b.course_id = c.id and (
    b.created_at > %(loaded_at)s or exists (select from enrolments e where e.batch_id = b.id))))
returning c.id
"""
EMPTY_BATCHES = """
delete from batches b where b.course_id = any(%(courses)s) and b.created_at <= %(loaded_at)s
  and not exists (select from enrolments e where e.batch_id = b.id)
  and not exists (select from cta_submissions a where a.batch_id = b.id)
"""
TOPICS = (
    "leads", "imports", "applications", "students", "courses", "payments", "broadcasts", "sessions", "deliveries", "messages",
    "notifications", "activity", "assignments",
)  # fmt: skip


async def begin_demo(work: Work) -> bool:
    """Remember that the demo is being loaded; False when it is there already."""
    await work.rows(LOCK)
    return bool(await work.run(BEGIN, now=work.now))


async def remove_demo(work: Work) -> bool:
    """Remove the demo with its sign-ins and all that hangs on its people; audit entries stay. False when there is none."""
    await work.rows(LOCK)
    loaded_at = await work.value(
        "select updated_at from business_settings where key = 'demo_loaded' and value = 'true'"
    )
    if loaded_at is None:
        return False
    for statement in REMOVE:
        await work.run(statement)
    kept = await work.rows(KEEP_COURSES, loaded_at=loaded_at)
    await work.run(EMPTY_BATCHES, courses=[row.id for row in kept], loaded_at=loaded_at)
    await work.run("delete from courses where is_demo")
    await work.run(END, now=work.now)
    for topic in TOPICS:
        work.signal(topic)
    return True


async def run_removal(run: StepRun) -> None:
    """Handle the step `remove_demo`. A second run finds nothing left to do."""
    async with run.work() as work:
        await remove_demo(work)
