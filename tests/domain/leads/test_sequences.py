"""Lead sequences: begun with an import or by hand, once, and stopped the moment somebody applies or wants no more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from adapters.arq.ports import ports_of
from domain.admissions.approving import Approval, approve
from domain.automation.changing import change_rule
from domain.automation.rule_states import find_rule
from domain.automation.running import StepRun, claim_steps
from domain.campaigns import on_sent
from domain.errors import Conflict
from domain.leads import sequences
from domain.leads.filters import LeadFilter
from domain.leads.import_steps import run_import
from domain.leads.imports import start_import
from domain.leads.removing import delete_leads
from domain.leads.sequences import (
    begin_sequence,
    count_running,
    count_startable,
    settle_some,
    start_sequences,
    stop_sequences,
)
from domain.leads.undoing import find_undoable, undo_import
from domain.messaging.suppressions import suppress
from domain.work import SYSTEM, Work
from tests.domain.leads.test_import_steps import check, found, people, run_due, uploaded, value
from tests.fixtures.applicants import ROHIT, apply_for
from tests.fixtures.leads import new_course, new_lead

ALL = LeadFilter()


async def steps(work: Work) -> set[tuple[str, str]]:
    return {
        (row.state, row.reason)
        for row in await work.rows("select state, reason from automation_steps where rule_key <> ''")
    }


async def begun(work: Work, course_id: UUID, count: int) -> None:
    assert await start_sequences(work, ALL, course_id, count) == count
    await settle_some(work)


async def test_it_begins_for_whom_it_concerns_as_many_as_were_confirmed_and_not_twice(work, course_id):
    people_ids = [await new_lead(work, name) for name in ("Asha", "Binu")]
    await new_lead(work, "No address", email=None)
    unsubscribed = await new_lead(work, "Chitra")
    await suppress(work, await value_of(work, unsubscribed), "unsubscribed")
    assert await count_startable(work, ALL, course_id) == 2
    with pytest.raises(Conflict):
        await start_sequences(work, ALL, course_id, 3)
    await begun(work, course_id, 2)
    assert await count_startable(work, ALL, course_id) == 0
    planned = await work.rows("select person_id, count(*) from automation_steps where rule_key <> '' group by 1")
    assert {row.person_id: row.count for row in planned} == dict.fromkeys(people_ids, 3)


async def test_it_begins_for_whom_any_way_of_its_rules_leads_to(work, course_id, rules):
    await new_lead(work, "Asha")
    for name, agrees in (("Binu", True), ("Chitra", False)):
        person_id = await new_lead(work, name, email=None)
        await work.run("update people set consent_whatsapp = %(yes)s where id = %(id)s", yes=agrees, id=person_id)
    assert await count_startable(work, ALL, course_id) == 1  # the rules go by e-mail
    last = await find_rule(work, "lead_day_7")
    await change_rule(work, last.key, 1, replace(last.settings, channels=("whatsapp",)), is_on=True)
    await begun(work, course_id, 2)
    await rules.act(days=1)
    await rules.act(days=6)
    assert await rules.written("lead_day_1", "lead_day_7") == [("Asha", "email"), ("Binu", "whatsapp")]
    for rule in ("lead_day_1", "lead_day_3"):
        state = await find_rule(work, rule)
        await change_rule(work, rule, 1, state.settings, is_on=False)
    await work.run("delete from lead_sequences")
    assert await count_startable(work, ALL, course_id) == 1  # of rules that are off no way counts


async def test_an_imports_dry_run_counts_whom_whatsapp_leads_to(services, cast):
    async with services.database.work(SYSTEM) as work:
        last = await find_rule(work, "lead_day_7")
        await change_rule(work, last.key, 1, replace(last.settings, channels=("email", "whatsapp")), is_on=True)
    leads = "name,email,phone,consent\nAsha,a@example.com,,\nBinu,,+919876500021,yes\nChitra,,+919876500022,no\n"
    import_id = await uploaded(services, leads)
    await check(services, import_id)
    assert (await found(services, import_id)).reachable_count == 2


async def test_stopped_by_hand_its_steps_are_void_and_it_can_begin_once_more(work, course_id):
    await new_lead(work)
    await begun(work, course_id, 1)
    assert await count_running(work, ALL) == 1
    assert await stop_sequences(work, ALL, 1) == 1
    await settle_some(work)
    assert {state for state, _reason in await steps(work)} == {"cancelled"}
    await begun(work, course_id, 1)
    states = await work.rows(
        "select subject_version, state, count(*) from automation_steps where rule_key <> '' group by 1, 2"
    )
    assert {(row.subject_version, row.state): row.count for row in states} == {(1, "cancelled"): 3, (2, "planned"): 3}


async def test_for_one_lead_it_begins_as_for_many_and_is_planned_at_once(work, course_id):
    await new_lead(work)
    lead_id = await work.value("select id from imported_leads")
    sequence_id = await begin_sequence(work, lead_id, course_id)
    with pytest.raises(Conflict):
        await begin_sequence(work, lead_id, course_id)
    await stop_sequences(work, ALL, 1)
    await settle_some(work)
    assert await begin_sequence(work, lead_id, course_id) == sequence_id
    states = await work.rows("select distinct subject_version, state from automation_steps where rule_key <> ''")
    assert {(row.subject_version, row.state) for row in states} == {(1, "cancelled"), (2, "planned")}


async def test_an_application_stops_it_at_once_and_knows_which_sequence_led_to_it(work, catalogue):
    course_id = await work.value("select id from courses where slug = %(slug)s", slug=catalogue.slug)
    other = await new_course(work, "another", "Another")
    person_id = await new_lead(work, ROHIT.name, email=ROHIT.email)
    await begun(work, course_id, 1)
    await begun(work, other, 1)
    (step,) = await work.rows(
        "select id, subject_id from automation_steps where rule_key = 'lead_day_1' order by id limit 1"
    )
    sequence_id = await work.value("select id from lead_sequences where course_id = %(id)s", id=course_id)
    delivery_id = await work.value(
        "insert into deliveries (channel, kind, person_id, subject_id, to_address, template, idempotency_key, state, due_at,"
        " created_at, rule_key, rule_version, step_id) values ('email', 'lead_day_1', %(person)s, %(sequence)s, %(to)s,"
        " 'lead_day_1', 'x', 'sent', %(now)s, %(now)s, 'lead_day_1', 1, %(step)s) returning id",
        person=person_id,
        sequence=sequence_id,
        to=ROHIT.email,
        step=step.id,
        now=work.now,
    )
    application_id = await apply_for(work, catalogue, ROHIT, delivery_id=delivery_id)
    application = await work.row(
        "select lead_id, sequence_id from cta_submissions where id = %(id)s", id=application_id
    )
    assert application.sequence_id == sequence_id
    assert application.lead_id is not None
    ended = await work.rows("select course_id, stop_reason from lead_sequences")
    assert {row.course_id: row.stop_reason for row in ended} == {course_id: "They have applied.", other: ""}
    assert await steps(work) == {("cancelled", "They have applied."), ("planned", "")}


async def test_who_applies_by_a_link_that_was_passed_on_ends_nothing_of_who_passed_it_on(work, catalogue, rules):
    course_id = await work.value("select id from courses where slug = %(slug)s", slug=catalogue.slug)
    asha = await new_lead(work, "Asha Verma")
    twin = await new_lead(work, "R. Deshmukh")
    await work.run("update people set phone = %(phone)s where id = %(id)s", phone=ROHIT.phone, id=twin)
    await begun(work, course_id, 2)
    await rules.act(days=1, minutes=1)
    links = {row.person_id: row.id for row in await rules.deliveries("lead_day_1")}
    await work.run("update deliveries set state = 'sent'")
    application_id = await apply_for(work, catalogue, ROHIT, delivery_id=links[asha])
    came_by = await work.value(
        "select q.person_id from cta_submissions a join imported_leads l on l.id = a.lead_id"
        " join lead_sequences q on q.id = a.sequence_id and q.lead_id = l.id where a.id = %(id)s",
        id=application_id,
    )
    assert came_by == asha  # what brought the application is known all the same
    await rules.act(days=2)
    await approve(work, Approval(application_id, 1, catalogue.batch_id))
    await rules.act(days=4)
    states = await rules.states("lead_day_3", "lead_day_7")
    assert [state for state in states if state[0] == "Asha Verma"] == [("Asha Verma", "done", "")] * 2
    assert {state[1:] for state in states if state[0] != "Asha Verma"} == {("cancelled", "They have applied.")}
    statuses = {row.person_id: row.status for row in await work.rows("select person_id, status from imported_leads")}
    assert statuses == {asha: "new", twin: "enrolled"}
    await stop_sequences(work, ALL, 1)
    assert await count_startable(work, ALL, course_id) == 1


@pytest.mark.parametrize(
    ("reason", "words"),
    [("unsubscribed", "They have unsubscribed."), ("bounced", "An earlier e-mail to this address bounced.")],
)
async def test_an_address_that_wants_or_takes_no_more_stops_it(work, course_id, reason, words):
    person_id = await new_lead(work)
    await begun(work, course_id, 1)
    await suppress(work, await value_of(work, person_id), reason)
    assert await steps(work) == {("cancelled", words)}


async def test_a_deleted_lead_leaves_nothing_planned_to_who_stays(work, catalogue):
    course_id = await new_course(work, "another", "Another")
    person_id = await new_lead(work, ROHIT.name, email=ROHIT.email)
    await apply_for(work, catalogue, ROHIT)
    await begun(work, course_id, 1)
    await delete_leads(work, ALL, 1)
    assert await work.value("select count(*) from people where id = %(id)s", id=person_id) == 1
    assert await steps(work) == {("cancelled", "The lead was deleted.")}


async def test_an_import_begins_it_for_its_leads_and_goes_on_where_a_worker_died(services, cast, monkeypatch):
    monkeypatch.setattr(sequences, "AT_ONCE", 40)
    async with services.database.work(SYSTEM) as work:
        course_id = await new_course(work, "data-analytics", "Data Analytics")
        await new_lead(work, "Known", email="p1@example.com")
        other = await new_lead(work, "Not in the file")
    import_id = await uploaded(services, people(100) + "\nNo mail,\n")
    await check(services, import_id)
    checked = await found(services, import_id)
    assert (checked.reachable_count, checked.taken) == (100, {})
    async with services.database.work(SYSTEM) as work:
        await start_import(work, import_id, None, course_id)

    @asynccontextmanager
    async def dies() -> AsyncIterator[Work]:
        async with services.database.work(SYSTEM) as work:
            yield work
            if await work.value("select count(*) > 40 from lead_sequences"):
                raise SystemError("killed")  # before the commit

    async with services.database.work(SYSTEM) as work:
        (step,) = await claim_steps(work, most=1, lease_seconds=30)
    with pytest.raises(SystemError):
        await run_import(StepRun(step, ports_of(services), dies, 30))
    assert await value(services, "select count(*) from lead_sequences") == 40
    async with services.database.work(SYSTEM) as work:
        await work.run("update automation_steps set leased_until = now() - interval '1 second' where state = 'running'")
    await run_due(services)
    assert await value(services, "select count(*) from lead_sequences where import_id is not null") == 100
    each = "select count(*) from (select from automation_steps where rule_key <> '' group by person_id having count(*) = 3) p"
    assert await value(services, each) == 100
    assert await value(services, "select count(*) from lead_sequences where person_id = %(id)s", id=other) == 0

    async with services.database.work(SYSTEM) as work:
        await undo_import(work, import_id, (await find_undoable(work, import_id)).removable)
    await run_due(services)
    left = "select string_agg(distinct state || ':' || reason, ' ') from automation_steps where rule_key <> ''"
    assert await value(services, left) == "cancelled:The import was undone."


async def value_of(work: Work, person_id: UUID) -> str:
    email: str = await work.value("select email from people where id = %(id)s", id=person_id or uuid4())
    return email


async def test_what_a_sequence_has_sent_makes_its_lead_an_emailed_one(work, course_id):
    person_id = await new_lead(work)
    delivery_id = await work.value(
        "insert into deliveries (channel, kind, person_id, to_address, template, idempotency_key, state, due_at, created_at,"
        " rule_key) values ('email', 'lead_day_1', %(id)s, 'a@example.test', '', 'x', 'sent', now(), now(), 'lead_day_1')"
        " returning id",
        id=person_id,
    )
    other = "update deliveries set rule_key = %(key)s where id = %(id)s"
    await work.run(other, key="unpaid_reminder", id=delivery_id)
    await on_sent(work, [delivery_id])
    assert await work.value("select status from imported_leads") == "new"
    await work.run(other, key="lead_day_1", id=delivery_id)
    await on_sent(work, [delivery_id])
    assert await work.value("select status from imported_leads where emailed_at is not null") == "emailed"
