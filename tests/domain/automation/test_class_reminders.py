"""Reminders of classes: each moment once, of the class as it is then, and to who is in the batch."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.automation.judging import pointless_deliveries
from domain.courses.zones import change_zone
from domain.enrolling import enrol_student, move_student, withdraw_enrolment
from domain.sessions.changing import cancel_session, update_session
from domain.sessions.scheduling import SessionFacts, create_session
from tests.fixtures.cast import ASHA, CHITRA
from tests.fixtures.sessions import MONDAY

DAY, SOON = "session_reminder_24h", "session_reminder_15m"
CLAIMED = """
select d.id, d.rule_key, d.person_id, d.subject_id, d.due_at, d.expires_at, false as is_stopped,
  (select subject_version from automation_steps s where s.id = d.step_id) as version
from deliveries d where d.rule_key = any(%(keys)s)
"""


@pytest.fixture
def facts(catalogue):
    return SessionFacts(catalogue.batch_id, "Joins", MONDAY, 90)


@pytest.fixture
async def batch(work, catalogue):
    """Batch 7 with Asha in it, who takes WhatsApp."""
    await work.run(
        "insert into enrolments (person_id, batch_id, enrolled_at) values (%(id)s, %(batch)s, %(now)s)",
        id=ASHA.id,
        batch=catalogue.batch_id,
        now=work.now,
    )
    await work.run("update people set consent_whatsapp = true where id = %(id)s", id=ASHA.id)
    return catalogue.batch_id


@pytest.fixture
async def session_id(work, batch, facts):
    return await create_session(work, facts)


async def due(rules, *keys):
    return [(step.rule_key, step.state, step.due_at) for step in await rules.steps(*keys) if step.state == "planned"]


async def judged(rules):
    """Return why what was written and has not left is pointless now, as it is asked when it is claimed."""
    rows = await rules.work.rows(CLAIMED, keys=[DAY, SOON])
    return set((await pointless_deliveries(rules.work, rows)).values())


async def test_a_class_is_reminded_of_a_day_and_a_quarter_of_an_hour_before_once_by_each_way(rules, session_id):
    await rules.act_at(MONDAY - timedelta(hours=24, seconds=1))
    assert await rules.written(DAY, SOON) == []
    for _again in range(2):
        await rules.act_at(MONDAY - timedelta(hours=24))
    assert await rules.written(DAY, SOON) == [("Asha", "email"), ("Asha", "whatsapp")]
    for _again in range(2):
        await rules.act_at(MONDAY - timedelta(minutes=15))
    assert await rules.written(SOON) == [("Asha", "email"), ("Asha", "whatsapp")]
    email, message = await rules.deliveries(DAY)
    assert email.params["when"] == "Monday, 14 January 2030, 19:00 IST"
    assert (email.params["class_title"], email.params["join_path"]) == ("Joins", f"/student/sessions/{session_id}/join")
    assert message.params == {
        "params": ["Asha", "Joins", "Monday, 14 January 2030, 19:00 IST"],
        "buttons": [f"/student/sessions/{session_id}/join"],
    }
    assert email.expires_at == MONDAY
    kept = await rules.work.rows("select kind, channel, session_version from reminders order by kind, channel")
    assert [(row.kind, row.channel, row.session_version) for row in kept] == [
        (SOON, "email", 1), (SOON, "whatsapp", 1), (DAY, "email", 1), (DAY, "whatsapp", 1)
    ]  # fmt: skip


async def test_a_reminder_written_before_a_move_or_a_cancellation_is_withdrawn_and_says_why(rules, session_id, facts):
    await rules.act_at(MONDAY - timedelta(hours=24))
    moved = MONDAY + timedelta(days=2)
    await update_session(rules.work, session_id, 1, replace(facts, starts_at=moved), tell=True)
    assert {(row.state, row.reason) for row in await rules.deliveries(DAY)} == {("cancelled", "The class was changed.")}
    assert await due(rules, DAY, SOON) == [
        (SOON, "planned", moved - timedelta(minutes=15)),
        (DAY, "planned", moved - timedelta(hours=24)),
    ]
    await rules.act_at(moved - timedelta(hours=24))
    assert len([row for row in await rules.deliveries(DAY) if row.state == "pending"]) == 2
    await cancel_session(rules.work, session_id, 2, tell=True)
    assert {row.state for row in await rules.deliveries(DAY)} == {"cancelled"}
    assert await due(rules, DAY, SOON) == []


async def test_what_is_claimed_while_the_class_changes_is_judged_once_more(rules, session_id, batch):
    await rules.act_at(MONDAY - timedelta(hours=24))
    assert await judged(rules) == set()
    await rules.work.run("update sessions set version = 2")
    assert await judged(rules) == {"The class was changed: they are reminded of it as it is now."}
    await rules.work.run("update sessions set cancelled_at = now()")
    assert await judged(rules) == {"The class was cancelled."}
    await rules.work.run("update sessions set cancelled_at = null, version = 1")
    await rules.work.run("update enrolments set state = 'withdrawn'")
    assert await judged(rules) == {"They are not in this batch any more."}
    rules.work.now = MONDAY + timedelta(minutes=91)
    assert "The class is over." in await judged(rules)


async def test_who_comes_late_gets_what_still_makes_sense_and_who_leaves_gets_no_more(rules, session_id, batch):
    rules.work.now = MONDAY - timedelta(hours=3)
    await enrol_student(rules.work, CHITRA.id, batch)
    assert [(name, state) for name, state, _why in await rules.states(DAY)] == [
        (ASHA.name, "planned"), (CHITRA.name, "skipped")
    ]  # fmt: skip
    assert [(name, state) for name, state, _why in await rules.states(SOON)] == [
        (ASHA.name, "planned"), (CHITRA.name, "planned")
    ]  # fmt: skip
    enrolment = await rules.work.value("select id from enrolments where person_id = %(id)s", id=CHITRA.id)
    await withdraw_enrolment(rules.work, enrolment)
    assert (CHITRA.name, "cancelled", "They are not in this batch any more.") in await rules.states(SOON)
    await rules.act_at(MONDAY - timedelta(minutes=15))
    assert {name for name, _channel in await rules.written(SOON)} == {"Asha"}


async def test_who_moves_to_another_batch_is_reminded_of_its_classes_alone(rules, session_id, batch, catalogue, facts):
    other = await rules.work.value(
        "insert into batches (course_id, name, created_at) values (%(course)s, 'Batch 8', now()) returning id",
        course=catalogue.course_id,
    )
    later = MONDAY + timedelta(days=1)
    other_session = await create_session(rules.work, replace(facts, batch_id=other, starts_at=later))
    enrolment = await rules.work.value("select id from enrolments where person_id = %(id)s", id=ASHA.id)
    await move_student(rules.work, enrolment, other)
    steps = [step for step in await rules.steps(DAY, SOON) if step.state == "planned"]
    assert {step.subject_id for step in steps} == {other_session}
    assert len(steps) == 2


@pytest.mark.parametrize(
    ("zone", "local", "by_hours", "by_days"),
    [
        # A day before is a day of the clocks, 24 hours are 24 hours: they part where clocks change in between.
        ("America/New_York", "2030-03-10 19:00", "2030-03-09 18:00", "2030-03-09 19:00"),
        ("America/New_York", "2030-11-03 19:00", "2030-11-02 20:00", "2030-11-02 19:00"),
        ("Europe/London", "2030-03-31 19:00", "2030-03-30 18:00", "2030-03-30 19:00"),
        ("Europe/London", "2030-10-27 19:00", "2030-10-26 20:00", "2030-10-26 19:00"),
        ("Asia/Kolkata", "2028-03-01 07:30", "2028-02-29 07:30", "2028-02-29 07:30"),
        ("Asia/Kolkata", "2030-03-01 07:30", "2030-02-28 07:30", "2030-02-28 07:30"),
        ("America/New_York", "2031-01-01 10:00", "2030-12-31 10:00", "2030-12-31 10:00"),
    ],
)
async def test_hours_are_hours_and_days_are_days_of_the_batchs_clocks(
    rules, batch, facts, zone, local, by_hours, by_days
):
    await rules.work.run("update batches set timezone = %(zone)s", zone=zone)
    starts_at = await rules.work.value("select %(local)s::timestamp at time zone %(zone)s", local=local, zone=zone)
    await create_session(rules.work, replace(facts, starts_at=starts_at), tell=False)
    await change_settings(rules.work, DAY, amount=1, unit="days")
    await create_session(rules.work, replace(facts, starts_at=starts_at + timedelta(minutes=0), title="By days"))
    found = await rules.work.rows(
        "select to_char(a.due_at at time zone %(zone)s, 'YYYY-MM-DD HH24:MI') as due, s.title from automation_steps a"
        " join sessions s on s.id = a.subject_id where a.rule_key = %(key)s",
        zone=zone,
        key=DAY,
    )
    assert {row.title: row.due for row in found} == {"Joins": by_hours, "By days": by_days}


async def change_settings(work, key, **changes):
    """Change a rule as an admin does."""
    settings = {"amount": 24, "unit": "hours", "channels": ["email"], "templates": {"email": key}} | changes
    await work.run(
        "insert into automation_rules (key, is_on, settings, version, updated_at) values (%(key)s, true, %(settings)s, 2, now())"
        " on conflict (key) do update set settings = excluded.settings, version = automation_rules.version + 1",
        key=key,
        settings=settings,
    )


async def test_a_batch_that_changes_its_zone_is_reminded_by_its_new_clocks(rules, batch, facts):
    await change_settings(rules.work, DAY, amount=1, unit="days")
    # The morning after the clocks of New York went forward.
    starts_at = datetime(2030, 3, 10, 23, 0, tzinfo=UTC)
    session_id = await create_session(rules.work, replace(facts, starts_at=starts_at))
    assert await due(rules, DAY) == [(DAY, "planned", starts_at - timedelta(hours=24))]
    await change_zone(rules.work, batch, "Asia/Kolkata", "America/New_York", keep="moments")
    assert await due(rules, DAY) == [(DAY, "planned", starts_at - timedelta(hours=23))]
    await change_zone(rules.work, batch, "America/New_York", "Europe/London", keep="local")
    moved = await rules.work.value("select starts_at from sessions where id = %(id)s", id=session_id)
    assert moved == datetime(2030, 3, 10, 19, 0, tzinfo=UTC)
    assert await due(rules, DAY) == [(DAY, "planned", moved - timedelta(hours=24))]
