"""Quiet hours hold at the moment of leaving, whatever has brought a message into the night."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.business_settings import pause_sending, resume_sending
from domain.messaging.interventions import retry_delivery
from domain.messaging.outbox import plan_call, plan_email, plan_text, plan_whatsapp
from domain.messaging.sending import claim_batch
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA

INDIA = ZoneInfo("Asia/Kolkata")
HOURS = """
update business_settings set value = '{"email": ["22:00", "07:00"], "whatsapp": ["21:00", "09:00"], "call": ["20:00", "10:00"]}'
 where key = 'quiet_hours'
"""
PARAMS = ("Asha", "Gurudesk", "class moves to six")
LETTER = {"first_name": "Someone", "course_title": "Data Analytics", "reason": "The batch is full."}


@pytest.fixture
async def night(house, cast):
    """A house with quiet hours, and its people."""
    async with house.database.work(SYSTEM) as work:
        await work.run(HOURS)
    return house


async def wait_until(house, clock):
    """Let business time go on until the clocks in India next show this."""
    async with house.database.work(SYSTEM) as work:
        here = work.now.astimezone(INDIA)
        then = datetime.combine(here.date(), time.fromisoformat(clock), INDIA)
        by = then - here if then > here else then + timedelta(days=1) - here
        await work.run("select shift_clock(%(by)s::interval)", by=f"{by.total_seconds()} seconds")


async def plan(house, key="k", person=ASHA, to="", **more):
    async with house.database.work(SYSTEM) as work:
        about = {"kind": "announcement", "to": to or person.phone, "key": key, "name": "A", "person_id": person.id}
        return await plan_whatsapp(work, template="announcement", params=PARAMS, **about, **more)


async def state_of(house, delivery_id):
    """Return a delivery's state, and what the clocks in India show when it is due."""
    async with house.database.work(SYSTEM) as work:
        row = await work.row("select state, due_at, attempt from deliveries where id = %(id)s", id=delivery_id)
    return row.state, f"{row.due_at.astimezone(INDIA):%H:%M}", row.attempt


async def taken(house):
    journal = (await house.sandbox.get("/journal.json", params={"provider": "aisensy"})).json()
    return sum("campaign/t1" in entry["path"] for entry in journal)


async def test_what_is_sent_again_at_eleven_in_the_evening_waits_for_the_morning_and_leaves_once(night):
    await wait_until(night, "12:00")
    delivery_id = await plan(night)
    async with night.database.work(SYSTEM) as work:
        await work.run("update deliveries set state = 'failed', attempt = 3")
    await wait_until(night, "23:00")
    async with night.database.work(BEN.identity) as work:
        await retry_delivery(work, delivery_id)
    await night.run_due()
    assert await state_of(night, delivery_id) == ("pending", "09:00", 0)
    await wait_until(night, "09:00")
    await night.run_due()
    assert await state_of(night, delivery_id) == ("sent", "09:00", 1)
    assert await taken(night) == 1


async def test_a_queue_that_lasts_into_the_night_stops_at_the_hour_and_goes_on_in_the_morning(night):
    await wait_until(night, "20:59")
    planned = [await plan(night, f"k{number}", to=f"+9198111070{number:02}") for number in range(12)]
    for _number in range(3):
        async with night.database.work(SYSTEM) as work:
            batch = await claim_batch(work, night.runner.composer, lease_seconds=60, channel="whatsapp")
        await night.services.whatsapp.send(batch.message)
    await wait_until(night, "21:00")
    await night.run_due()
    assert await taken(night) == 3
    states = [await state_of(night, one) for one in planned]
    assert [state[:2] for state in states].count(("pending", "09:00")) == 9
    await wait_until(night, "09:00")
    await night.run_due()
    assert await taken(night) == 12


async def test_a_pause_that_is_lifted_at_night_lets_out_only_what_may_leave_then(night):
    await wait_until(night, "14:00")
    async with night.database.work(BEN.identity) as work:
        await pause_sending(work)
    offer = await plan(night)
    async with night.database.work(SYSTEM) as work:
        call = await plan_call(work, kind="one_call", to=CHITRA.phone, key="c", person_id=CHITRA.id)
        letters = {"params": LETTER, "to": ASHA.email, "person_id": ASHA.id}
        news = await plan_email(work, kind="rejection", key="n", marketing=True, **letters)
        expected = await plan_email(work, kind="rejection", key="e", **letters)
        answer = await plan_text(work, kind="reply", to=ASHA.phone, text="At six.", key="r", person_id=ASHA.id)
    await wait_until(night, "22:30")
    async with night.database.work(BEN.identity) as work:
        await resume_sending(work)
    await night.run_due()
    assert (await state_of(night, offer))[:2] == ("pending", "09:00")
    assert (await state_of(night, call))[:2] == ("pending", "10:00")
    assert (await state_of(night, news))[:2] == ("pending", "07:00")
    assert (await state_of(night, expected))[0] == "sent"
    assert (await state_of(night, answer))[2] == 1  # WhatsApp takes it or not: it was not kept back
    assert len(await night.mailbox(ASHA.email)) == 1


async def test_it_is_the_clock_where_the_person_is_that_counts(night):
    async with night.database.work(SYSTEM) as work:
        await work.run("update people set timezone = 'America/New_York' where id = %(id)s", id=ASHA.id)
    await wait_until(night, "23:00")
    abroad, here = await plan(night, "a"), await plan(night, "b", CHITRA)
    await night.run_due()
    assert (await state_of(night, abroad))[0] == "sent"
    assert (await state_of(night, here))[:2] == ("pending", "09:00")
