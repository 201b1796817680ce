"""Activity, what is due, who waits and the first steps, each against the rows they are read from."""

from datetime import timedelta
from pathlib import Path

from domain.audit import record
from domain.dashboard.activity import list_activity
from domain.dashboard.reading import Dashboard, read_dashboard
from domain.demo import remove_demo
from domain.work import Work
from tests.domain.dashboard.rows import add_application, add_batch, add_delivery, add_lead, add_step


async def dashboard(work: Work) -> Dashboard:
    return await read_dashboard(work, 1.0)


async def test_the_newest_comes_first_whatever_it_is(work: Work):
    await add_application(work, await add_batch(work), 0.2)
    await add_delivery(work, "failed", 0.1)
    await work.run(
        "insert into lead_imports (file_name, stored_name, file_size, file_hash, state, created_count, created_at, finished_at)"
        " values ('leads.csv', 's', 1, 'h', 'done', 12, %(at)s, %(at)s)",
        at=work.now - timedelta(hours=1),
    )
    await record(work, "sending.paused")
    titles = [event.title for event in await list_activity(work)]
    assert titles == ["Sending paused", "Leads imported", "Message failed", "New application"]


async def test_an_import_says_how_many_leads_it_brought(work: Work):
    await work.run(
        "insert into lead_imports (file_name, stored_name, file_size, file_hash, state, created_count, created_at)"
        " values ('leads.csv', 's', 1, 'h', 'done', 12, %(now)s)",
        now=work.now,
    )
    (event,) = await list_activity(work)
    assert event.text == "12 new leads from leads.csv"
    assert event.href.startswith("/admin/imports/")


async def test_an_approval_is_told_with_who_approved(work: Work):
    await record(work, "application.approved", "application", None, "Sana Qureshi", batch="Batch 7")
    (event,) = await list_activity(work)
    assert (event.title, event.text) == ("Application approved", "Sana Qureshi, Batch 7 · by Gurudesk")


async def test_failures_of_one_campaign_are_one_line(work: Work):
    for _ in range(3):
        await add_delivery(work, "failed")
    (event,) = await list_activity(work)
    assert event.text == "Welcome e-mail: 3 people"


async def test_who_began_an_import_is_not_told_twice(work: Work):
    await record(work, "import.started", "import", None, "leads.csv")
    assert await list_activity(work) == []


async def test_the_past_of_a_removed_demo_is_not_told(with_demo: Path, work: Work):
    assert len((await dashboard(work)).activity) == 8
    await remove_demo(work)
    assert (await dashboard(work)).activity == []


async def test_the_five_that_wait_longest_are_shown_with_the_oldest_first(work: Work):
    batch = await add_batch(work)
    for days_ago in (1, 4, 2, 6, 3, 5):
        await add_application(work, batch, days_ago)
    await add_application(work, batch, 9, "rejected")
    waited = [(work.now - application.submitted_at).days for application in (await dashboard(work)).waiting]
    assert waited == [6, 5, 4, 3, 2]


async def test_what_is_due_in_a_day_is_shown_by_kind_and_time(work: Work):
    for due_in in (timedelta(hours=2), timedelta(hours=2), timedelta(hours=25), timedelta(hours=-1)):
        await add_delivery(work, "pending", due_in=due_in)
    await add_delivery(work, "sent", due_in=timedelta(hours=2))
    await add_step(work, "remove_demo", "planned", minutes_ago=-60)
    due = (await dashboard(work)).due
    assert [(one.title, one.text) for one in due] == [
        ("Removal of the demo data", ""),
        ("Welcome e-mail", "to 2 people"),
    ]


async def test_first_steps_are_ticked_by_what_is_there(work: Work):
    steps = (await dashboard(work)).first_steps
    assert [step.is_done for step in steps.steps] == [False] * 4
    assert (steps.is_needed, steps.is_empty) == (True, True)
    batch = await add_batch(work)
    await add_lead(work, 1)
    steps = (await dashboard(work)).first_steps
    assert [step.is_done for step in steps.steps] == [True, True, False, False]
    assert steps.next
    assert steps.next.name == "email"
    assert not steps.is_empty
    await add_application(work, batch, 1)
    delivery = await add_delivery(work, "sent")
    await work.run(
        "insert into email_logs (delivery_id, to_email, from_email, subject, state, delivered_at, created_at, updated_at)"
        " values (%(id)s, 'a@example.test', 'b@example.test', 'S', 'delivered', %(now)s, %(now)s, %(now)s)",
        id=delivery,
        now=work.now,
    )
    assert not (await dashboard(work)).first_steps.is_needed


async def test_with_the_demo_there_are_no_first_steps(with_demo: Path, work: Work):
    assert not (await dashboard(work)).first_steps.is_needed
