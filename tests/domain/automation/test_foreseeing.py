"""What would happen: for each rule and person, judged as the engine would, as if what has not come yet came now."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.automation.foreseeing import foresee
from domain.automation.rule_states import find_rule
from domain.automation.rules import RULES
from domain.leads.filters import LeadFilter
from domain.leads.sequences import settle_some, start_sequences, stop_sequences
from domain.learning.assignments import AssignmentFacts, create_assignment
from domain.sessions.scheduling import SessionFacts, create_session
from tests.fixtures.applicants import ROHIT, apply_for
from tests.fixtures.leads import new_lead
from tests.fixtures.sessions import MONDAY

IMPORT = """
insert into lead_imports (file_name, stored_name, file_size, file_hash, header, state, options, created_at, started_at)
values ('fair.csv', 'x', 1, %(hash)s, '[]', 'done', '{}', %(now)s, %(now)s) returning id
"""


@pytest.fixture
async def course_id(work, catalogue):
    return catalogue.course_id


async def foreseen(work, key, person_id, **changes):
    """Return what is foreseen for one person as (how long from now, ways, reason) each."""
    state = await find_rule(work, key)
    state = replace(state, settings=replace(state.settings, **changes))
    found = (await foresee(work, state, person_id=person_id)).occasions
    return [(one.due_at and one.due_at - work.now, list(one.ways), one.reason) for one in found]


async def test_who_cannot_begin_a_sequence_is_shown_with_the_reason(work, catalogue, course_id):
    day = timedelta(days=1)
    asha = await new_lead(work, "Asha")
    phone_only = await new_lead(work, "Binu", email=None)
    assert await foreseen(work, "lead_day_1", asha) == [(day, ["email"], "")]
    assert await foreseen(work, "lead_day_1", phone_only) == [(day, [], "no e-mail address")]
    both = {"channels": ("email", "whatsapp")}
    reason = "no e-mail address; has not agreed to WhatsApp"
    assert await foreseen(work, "lead_day_1", phone_only, **both) == [(day, [], reason)]
    rohit = await new_lead(work, ROHIT.name, email=ROHIT.email)
    await apply_for(work, catalogue, ROHIT)
    assert await foreseen(work, "lead_day_1", rohit) == [(day, [], "As things are: They have applied.")]
    await start_sequences(work, LeadFilter(), course_id, 1)
    await settle_some(work)
    await stop_sequences(work, LeadFilter(), 1)
    assert await foreseen(work, "lead_day_1", asha) == [(day, [], "As things are: Stopped by Gurudesk.")]
    await work.run("update courses set is_published = false")
    assert await foreseen(work, "lead_day_1", phone_only) == [
        (None, [], "They are no lead, or no course takes applications.")
    ]


async def test_an_import_is_foreseen_with_whom_it_found_again_in_pages_and_in_numbers(work, course_id):
    first, second = [await work.value(IMPORT, hash=str(uuid4()), now=work.now) for _n in range(2)]
    for number in range(21):
        await new_lead(work, f"Lead {number}", import_id=second, last_import_id=second)
    again = await new_lead(work, "Found again", import_id=first, last_import_id=second, email=None)
    state = await find_rule(work, "lead_day_3")
    found = await foresee(work, state, import_id=second)
    assert (found.total, found.judged, found.going, found.pages, len(found.occasions)) == (22, 22, 21, 2, 20)
    assert (found.reasons, found.supposed) == ([("no e-mail address", 1)], "sequence")
    last = await foresee(work, state, import_id=second, page=2)
    seen = [one.person.person_id for one in (*found.occasions, *last.occasions)]
    assert again in seen
    assert len(set(seen)) == 22
    assert (await foresee(work, state, import_id=first)).total == 1
    assert await work.value("select count(*) from lead_sequences") == 0


async def test_what_follows_an_approval_is_foreseen_for_who_has_only_asked(work, catalogue, course_id):
    """Approved now, they would be asked for the price, reminded of it, of their classes, and of what is to be handed in."""
    person_id = await new_lead(work, ROHIT.name, email=ROHIT.email)
    await apply_for(work, catalogue, ROHIT)
    await work.run("update people set consent_whatsapp = true where id = %(id)s", id=person_id)
    facts = SessionFacts(catalogue.batch_id, "Joins", MONDAY, 90, create_zoom_meeting=False, place="Room 4")
    await create_session(work, facts, tell=False)
    deadline = MONDAY + timedelta(days=7)
    await create_assignment(work, AssignmentFacts(catalogue.batch_id, "First query", deadline), publish=True)
    both, end = ["email", "whatsapp"], MONDAY + timedelta(minutes=90)
    wanted = {
        "approval_whatsapp": (timedelta(0), ["whatsapp"], ""),
        "approval_call": (timedelta(hours=2), ["call"], ""),
        "approval_payment": (timedelta(0), both, "It would be done."),
        "unpaid_reminder": (timedelta(days=3), both, ""),
        "unpaid_attention": (timedelta(days=7), [], "It would be done."),
        "session_reminder_24h": (MONDAY - timedelta(days=1) - work.now, both, ""),
        "session_reminder_15m": (MONDAY - timedelta(minutes=15) - work.now, both, ""),
        "session_reminder_now": (timedelta(0), both, ""),
        "recording_ready": (
            end + timedelta(hours=2) - work.now,
            both,
            "There is no recording to watch yet: it waits for one.",
        ),
        "feedback_request": (end + timedelta(days=1) - work.now, both, ""),
        "assignment_given": (timedelta(0), both, ""),
        "assignment_due": (deadline - timedelta(days=1) - work.now, both, ""),
    }
    assert {key: (await foreseen(work, key, person_id))[0] for key in wanted} == wanted
    for key in ("payment_ahead", "payment_reminder"):
        ((moment, ways, reason),) = await foreseen(work, key, person_id)
        assert (timedelta(days=0) < moment < timedelta(days=6), ways, reason) == (True, both, ""), key
    assert await foreseen(work, "certificate_ready", person_id) != []
    assert await foreseen(work, "birthday", person_id) == [(None, [], "They have not told us their birthday.")]
    await work.run("update batches set price_paise = 0")
    assert (await foreseen(work, "approval_payment", person_id))[0][2] == "As things are: The course costs nothing."
    assert (await foreseen(work, "unpaid_reminder", person_id))[0][
        2
    ] == "As things are: They have not been asked to pay."
    assert await foreseen(work, "payment_reminder", person_id) == [(None, [], "There is nothing for them to pay.")]
    written = """select (select count(*) from enrolments) + (select count(*) from payments)
      + (select count(*) from automation_steps where rule_key <> '')"""
    assert await work.value(written) == 0


async def test_quiet_hours_are_reckoned_with_where_the_moment_will_be(work, course_id):
    asha = await new_lead(work, "Asha")
    state = await find_rule(work, "lead_day_1")
    local = work.now + timedelta(hours=5, minutes=30)
    hours = ((local - timedelta(hours=1)).strftime("%H:%M"), (local + timedelta(hours=1)).strftime("%H:%M"))
    state = replace(state, settings=replace(state.settings, quiet_hours=hours))
    (one,) = (await foresee(work, state, person_id=asha)).occasions
    waits = one.later["email"] - work.now
    assert timedelta(days=1, minutes=58) < waits <= timedelta(days=1, hours=1)


@pytest.mark.parametrize("key", RULES)
async def test_every_rule_can_be_foreseen_for_somebody_of_whom_nothing_is_known(work, key):
    found = await foresee(work, await find_rule(work, key), person_id=await new_lead(work))
    assert found.total == 1
    assert found.occasions[0].reason
