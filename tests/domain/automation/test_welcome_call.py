"""The welcome call after an approval, by the provider's protocol: at a decent hour where somebody is, and what came of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.admissions.approving import Approval, approve
from domain.automation.changing import change_rule
from domain.automation.rules import RULES
from domain.timeline.reading import Entry, read_timeline
from domain.work import SYSTEM
from tests.fixtures.applicants import Applicant, apply_for
from tests.fixtures.cast import BEN
from tests.fixtures.catalogue import Catalogue
from tests.fixtures.house import House, until

THERE = ZoneInfo("America/New_York")
# How a call to a number ends in the sandbox is said by its last digits.
ANSWERS = Applicant("Rohit Deshmukh", "rohit@example.com", "+919812345678", "Pune", True, False)
RINGS_OUT = Applicant("Meera Nair", "meera@example.com", "+919812340001", "Kochi", True, False)
NO_NUMBER = Applicant("Arjun Sethi", "arjun@example.com", "+919812340003", "Delhi", True, False)
PLANNED = """
select a.due_at, a.state, d.state as sent, d.due_at as leaves_at
from automation_steps a left join deliveries d on d.step_id = a.id where a.rule_key = 'approval_call'
"""


async def it_is(house: House, hour: int, minute: int = 0) -> None:
    """Let it be that time of day there, and what is due by then be done."""
    async with house.database.work(SYSTEM) as work:
        now = work.now.astimezone(THERE)
        then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        then += timedelta(days=then <= now)
        await work.run("select shift_clock(%(by)s)", by=then.astimezone(ZoneInfo("UTC")) - work.now)
    await house.run_due()


async def approved(house: House, catalogue: Catalogue, applicant: Applicant) -> UUID:
    async with house.database.work(BEN.identity) as work:
        application_id = await apply_for(work, catalogue, applicant)
        person_id: UUID = await work.value("select person_id from cta_submissions where id = %(id)s", id=application_id)
        await work.run("update people set timezone = %(zone)s where id = %(id)s", zone=THERE.key, id=person_id)
        await approve(work, Approval(application_id, 1, catalogue.batch_id))
    return person_id


async def taken(house: House) -> int:
    """Return how many calls the provider was asked to make."""
    journal = (await house.sandbox.get("/journal.json", params={"provider": "bolna"})).json()
    return sum(entry["path"].endswith("/bolna/call") for entry in journal)


async def told(house: House, person_id: UUID) -> Entry:
    """Return the call as the person's page shows it, once it has ended."""

    async def ended() -> Any:
        await house.run_due()
        async with house.database.work(BEN.identity) as work:
            (entry,) = [one for one in (await read_timeline(work, person_id, "call")).past if one.what == "delivery"]
        _sent, state = entry.words.sent_state or ("", None)
        return entry if state in ("completed", "no_answer", "failed") else None

    return await until(ended)


async def test_who_is_approved_in_the_evening_is_called_in_the_morning_and_how_it_went_is_told(
    house: House, cast: object, catalogue: Catalogue
) -> None:
    rule = RULES["approval_call"]
    async with house.database.work(BEN.identity) as work:
        await work.run("update batches set capacity = 5")
        await change_rule(work, rule.key, 1, rule.defaults, is_on=True)
    await it_is(house, 20)
    people = [await approved(house, catalogue, one) for one in (ANSWERS, RINGS_OUT, NO_NUMBER)]

    await it_is(house, 22, 5)
    async with house.database.work(SYSTEM) as work:
        rows = await work.rows(PLANNED)
    assert {(row.state, row.sent) for row in rows} == {("done", "pending")}
    assert {row.due_at.astimezone(THERE).hour for row in rows} == {22}
    assert {as_clock(row.leaves_at) for row in rows} == {"10:00"}
    await it_is(house, 9, 55)
    assert await taken(house) == 0
    await it_is(house, 10, 1)
    assert await taken(house) == 3

    answered, rang_out, failed = [await told(house, person_id) for person_id in people]
    for entry, state, reason in (
        (answered, "completed", ""),
        (rang_out, "no_answer", "Nobody answered."),
        (failed, "failed", "The call failed: Call recipient number invalid"),
    ):
        assert (entry.words.title, entry.version) == ("Welcome by a call", 2)
        assert entry.words.sent_state == ("sent", state)
        assert reason in entry.words.reason
    assert "min" in answered.words.text
    assert "assistant: Hello Rohit" in answered.words.transcript
    assert not rang_out.words.transcript
    assert (answered.acts, rang_out.acts, failed.acts) == ([], ["retry"], ["retry"])
    async with house.database.work(SYSTEM) as work:
        told_to_agent = await work.value("select user_data from call_logs where state = 'completed'")
    assert (told_to_agent["course_title"], told_to_agent["batch_name"]) == ("Data Analytics", "Batch 7")
    assert await taken(house) == 3


def as_clock(moment: datetime) -> str:
    return f"{moment.astimezone(THERE):%H:%M}"
