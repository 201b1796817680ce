"""What needs attention: each concern appears with its cause, leads to where it is mended, and goes when it is mended."""

from datetime import timedelta
from uuid import uuid4

from domain.dashboard.attention import Concern
from domain.dashboard.reading import read_dashboard
from domain.work import Work
from tests.domain.dashboard.rows import add_application, add_batch, add_delivery, add_payment, add_step, enrol
from tests.fixtures.cast import ASHA

SEEN = 1.0


async def concerns(work: Work, worker_age: float | None = SEEN) -> list[Concern]:
    return (await read_dashboard(work, worker_age)).attention


async def texts(work: Work, worker_age: float | None = SEEN) -> list[str]:
    return [concern.text for concern in await concerns(work, worker_age)]


async def test_without_trouble_nothing_needs_attention(work: Work):
    assert await concerns(work) == []


async def test_failed_emails_of_the_week_are_counted_and_lead_to_the_failed_ones(work: Work):
    await add_delivery(work, "failed", 1)
    await add_delivery(work, "failed", 8)
    (concern,) = await concerns(work)
    assert (concern.count, concern.href) == (1, "/admin/deliveries?state=failed")


async def test_a_failed_email_that_was_sent_again_is_mended(work: Work):
    await add_delivery(work, "failed", 2)
    await add_delivery(work, "sent", 1)
    assert await concerns(work) == []


async def test_an_unknown_end_stays_until_it_is_known(work: Work):
    delivery = await add_delivery(work, "unknown", 30)
    (concern,) = await concerns(work)
    assert (concern.count, concern.href) == (1, "/admin/deliveries?state=unknown")
    await work.run("update deliveries set state = 'sent' where id = %(id)s", id=delivery)
    assert await concerns(work) == []


async def test_applications_older_than_two_days_wait_too_long(work: Work):
    batch = await add_batch(work)
    await add_application(work, batch, 1.9)
    await add_application(work, batch, 2.1)
    await add_application(work, batch, 5, "rejected")
    (concern,) = await concerns(work)
    assert (concern.count, concern.text) == (1, "Application waits longer than 2 days")


async def test_an_overdue_payment_and_one_that_does_not_fit_each_lead_to_their_list(work: Work):
    await enrol(work, await add_batch(work), ASHA.id, 1)
    await add_payment(work, 1, 99_00, overdue=True)
    received = await add_payment(work, 1, 99_00)
    await work.run("update gateway_payments set problem = 'Too much.' where payment_id = %(id)s", id=received)
    assert [(concern.count, concern.href) for concern in await concerns(work)] == [
        (1, "/admin/payments/flagged"),
        (1, "/admin/payments?overdue=yes"),
    ]


async def test_a_class_without_its_meeting_is_named_until_it_has_one(work: Work):
    batch = await add_batch(work)
    session = await work.value(
        """
        insert into sessions (batch_id, title, starts_at, duration, ends_at, zoom_state, created_at, updated_at)
        values (%(batch)s, 'Joins', %(now)s + interval '1 day', 60, %(now)s + interval '1 day 1 hour', 'creating', %(now)s,
        %(now)s)
        returning id
        """,
        batch=batch,
        now=work.now,
    )
    assert await concerns(work) == []
    await add_step(work, "sync_meeting", "failed", subject_id=session, finished_at=work.now)
    await work.run("update sessions set zoom_state = 'failed', zoom_reason = 'Zoom refused it.'")
    (concern,) = await concerns(work)
    assert (concern.count, concern.href) == (1, "/admin/sessions?state=trouble")
    await work.run("update sessions set zoom_state = 'ready', zoom_reason = ''")
    assert await concerns(work) == []


async def test_a_held_class_with_participants_nobody_could_name_is_one_concern_however_many_they_are(work: Work):
    batch = await add_batch(work)
    session = await work.value(
        """
        insert into sessions (batch_id, title, starts_at, duration, ends_at, created_at, updated_at)
        values (%(batch)s, 'Joins', %(now)s - interval '2 hours', 60, %(now)s - interval '1 hour', %(now)s, %(now)s)
        returning id
        """,
        batch=batch,
        now=work.now,
    )
    for key in ("a", "b"):
        await work.run(
            "insert into session_stays (session_id, source, stay_key, name, joined_at, created_at)"
            " values (%(id)s, 'report', %(key)s, %(key)s, %(now)s, %(now)s)",
            id=session,
            key=key,
            now=work.now,
        )
    (concern,) = await concerns(work)
    assert (concern.count, concern.href) == (1, "/admin/sessions?state=unmatched")
    await work.run(
        "update sessions set ends_at = ends_at + interval '2 hours', starts_at = starts_at + interval '2 hours'"
    )
    assert await concerns(work) == []


async def test_a_failed_step_leads_to_its_subject(work: Work):
    subject = uuid4()
    await add_step(work, "run_import", "failed", subject_id=subject, finished_at=work.now - timedelta(hours=1))
    (concern,) = await concerns(work)
    assert (concern.text, concern.href) == ("Import of leads: failed", f"/admin/imports/{subject}")


async def test_a_step_that_fails_again_and_again_is_stuck(work: Work):
    retry_at = work.now + timedelta(minutes=5)
    await add_step(work, "plan_campaign", "planned", attempt=2, retry_at=retry_at)
    assert await concerns(work) == []
    await add_step(work, "plan_campaign", "planned", attempt=3, retry_at=retry_at)
    assert await texts(work) == ["Campaign: being tried again"]


async def test_a_failed_import_is_named(work: Work):
    await work.run(
        "insert into lead_imports (file_name, stored_name, file_size, file_hash, state, created_at)"
        " values ('leads.csv', 's', 1, 'h', 'failed', %(now)s)",
        now=work.now,
    )
    assert await texts(work) == ["Import failed: leads.csv"]


async def test_paused_sending_comes_with_the_way_to_resume(work: Work):
    await work.run("update business_settings set value = 'true' where key = 'sending_paused'")
    await add_delivery(work, "pending", due_in=-timedelta(hours=1))
    (concern,) = await concerns(work)
    assert (concern.href, concern.action) == ("/admin/settings", "Resume")


async def test_a_worker_that_is_silent_is_said_first(work: Work):
    await add_delivery(work, "failed")
    for age in (None, 61.0):
        assert "The worker does not answer" in (await texts(work, age))[0]


async def test_a_worker_that_leaves_due_work_lying_is_behind(work: Work):
    await add_step(work, "run_import", "planned", minutes_ago=1)
    assert await concerns(work) == []
    await add_delivery(work, "pending", due_in=-timedelta(minutes=7))
    assert await texts(work) == ["The worker is 7 minutes behind"]


async def test_what_waits_for_its_own_retry_is_not_behind(work: Work):
    await add_step(work, "run_import", "planned", minutes_ago=9, attempt=1, retry_at=work.now + timedelta(minutes=2))
    assert await concerns(work) == []


async def test_a_step_whose_worker_vanished_is_told(work: Work):
    await add_step(work, "run_import", "running", leased_until=work.now - timedelta(minutes=3))
    (concern,) = await concerns(work)
    assert (concern.count, concern.text) == (1, "Step was left unfinished")
