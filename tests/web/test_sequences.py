"""Lead sequences and conversion as an admin's browser sees them."""

from dataclasses import replace

import httpx

from adapters.bootstrap import Services
from domain.automation.changing import change_rule
from domain.automation.holding import limit_messages
from domain.automation.rule_states import find_rule
from domain.leads.imports import start_import
from tests.domain.leads.test_import_steps import check, people, run_due, uploaded
from tests.fixtures.cast import BEN, WorkAs
from tests.fixtures.leads import new_course, new_lead

IMPORT = """
insert into lead_imports (file_name, stored_name, file_size, file_hash, header, state, created_at, started_at)
values ('fair.csv', 'x', 1, 'x', '[]', 'done', now(), now()) returning id
"""
FORM = {"scope": "all", "status": "new"}


async def test_a_sequence_is_begun_with_its_courses_count_seen_in_the_funnel_and_stopped(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(BEN.identity) as work:
        course_id = await new_course(work, "data-analytics", "Data Analytics")
        import_id = await work.value(IMPORT)
        for name in ("Asha", "Binu"):
            await new_lead(work, name, import_id=import_id, last_import_id=import_id)
    asked = await as_admin.post("/admin/leads/selection", data=FORM | {"action": "sequence"})
    question = (await as_admin.get(asked.headers["location"])).text
    assert "Data Analytics: 2 leads" in question
    assert "Raise the limit first" not in question
    start = FORM | {"action": "sequence", "course": str(course_id)}
    again = await as_admin.post("/admin/leads/selection/sequences", data=start | {f"expected-{course_id}": "3"})
    assert again.status_code == 422
    assert "By now it would be 2 leads." in again.text
    assert "Data Analytics: 2 leads" in again.text
    begun = await as_admin.post("/admin/leads/selection/sequences", data=start | {f"expected-{course_id}": "2"})
    assert begun.headers["location"] == "/admin/leads?status=new"

    page = await as_admin.get(f"/admin/imports/{import_id}/conversion")
    assert "Begun for 2 leads" in page.text
    fragment = await as_admin.get(f"/admin/imports/{import_id}/conversion", headers={"HX-Request-Type": "partial"})
    assert "<html" not in fragment.text

    question = await as_admin.get(f"/admin/leads/selection?action=unsequence&scope=all&import={import_id}")
    assert "2 sequences are stopped." in question.text
    stop = {"scope": "all", "import": str(import_id), "action": "unsequence", "expected": "2"}
    assert (await as_admin.post("/admin/leads/selection/sequences/stop", data=stop)).status_code == 303
    async with work_as(BEN.identity) as work:
        reasons = await work.rows("select distinct stop_reason from lead_sequences")
    assert [row.stop_reason for row in reasons] == [f"Stopped by {BEN.name}."]


async def test_what_a_sequence_is_offered_as_is_what_its_automations_are_set_to(
    services: Services, as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(BEN.identity) as work:
        course_id = await new_course(work, "data-analytics", "Data Analytics")
        state = await find_rule(work, "lead_day_3")
        await change_rule(work, "lead_day_3", 1, replace(state.settings, amount=6, unit="hours"), is_on=True)
        await change_rule(work, "lead_day_7", 1, (await find_rule(work, "lead_day_7")).settings, is_on=False)
    import_id = await uploaded(services, people(3))
    await check(services, import_id)
    page, selection = f"/admin/imports/{import_id}", "/admin/leads/selection?action=sequence&scope=all"
    assert "after 6 hours and 1 day, until they apply" in (await as_admin.get(page)).text
    assert "from now on: after 6 hours and 1 day, until they apply" in (await as_admin.get(selection)).text

    async with work_as(BEN.identity) as work:
        await start_import(work, import_id, None, course_id)
        await change_rule(work, "lead_day_1", 1, (await find_rule(work, "lead_day_1")).settings, is_on=False)
        await change_rule(work, "lead_day_3", 2, (await find_rule(work, "lead_day_3")).settings, is_on=False)
    other_id = await uploaded(services, people(2))
    await check(services, other_id)
    shown = (await as_admin.get(f"/admin/imports/{other_id}")).text
    assert "All automations of the lead sequence are off: nobody would be written to." in shown
    assert 'name="sequence"' not in shown
    await run_due(services)
    assert "All automations of the lead sequence were off when the import ended." in (await as_admin.get(page)).text
    start = {"scope": "all", "action": "sequence", "course": str(course_id), f"expected-{course_id}": "3"}
    refused = await as_admin.post("/admin/leads/selection/sequences", data=start)
    assert "All automations of the lead sequence are off" in refused.text
    async with work_as(BEN.identity) as work:
        assert await work.value("select count(*) from lead_sequences") == 0


async def test_who_would_begin_more_than_may_be_written_to_in_an_hour_is_told_before(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(BEN.identity) as work:
        await new_course(work, "data-analytics", "Data Analytics")
        for name in ("Asha", "Binu"):
            await new_lead(work, name)
        await limit_messages(work, 1)
    asked = await as_admin.post("/admin/leads/selection", data=FORM | {"action": "sequence"})
    assert "Raise the limit first" in (await as_admin.get(asked.headers["location"])).text


async def test_an_import_whose_course_was_hidden_meanwhile_says_so_and_its_sequence_can_be_begun_by_hand(
    services: Services, as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(BEN.identity) as work:
        course_id = await new_course(work, "data-analytics", "Data Analytics")
    import_id = await uploaded(services, people(3))
    await check(services, import_id)
    async with work_as(BEN.identity) as work:
        await start_import(work, import_id, None, course_id)
        await work.run("update courses set is_published = false where id = %(id)s", id=course_id)
    await run_due(services)
    page, path = f"/admin/imports/{import_id}", f"/admin/leads/selection?action=sequence&scope=all&import={import_id}"
    shown = (await as_admin.get(page)).text
    assert "The lead sequence has not begun." in shown
    assert "“Data Analytics” was hidden before the import ended" in shown
    assert f'href="{path.replace("&", "&amp;")}"' in shown
    assert "Nobody from leads.csv is written to" in (await as_admin.get("/admin/notifications")).text
    assert "No course takes applications" in (await as_admin.get(path)).text

    async with work_as(BEN.identity) as work:
        await work.run("update courses set is_published = true where id = %(id)s", id=course_id)
    start = {"scope": "all", "import": str(import_id), "action": "sequence", "course": str(course_id)}
    begun = await as_admin.post("/admin/leads/selection/sequences", data=start | {f"expected-{course_id}": "3"})
    assert begun.status_code == 303
    assert "The lead sequence has not begun." not in (await as_admin.get(page)).text
