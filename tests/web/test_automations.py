"""The automations pages: what each rule does, holding it back, and changing it with the question whom that concerns."""

import re
from dataclasses import replace

import httpx

from domain.automation.changing import change_rule
from domain.automation.rule_states import find_rule
from domain.automation.rules import RULES
from domain.work import SYSTEM
from tests.domain.automation.test_acting import sequence
from tests.fixtures.cast import WorkAs
from tests.fixtures.html_forms import fields_of
from tests.fixtures.leads import new_course, new_lead

KEY = "lead_day_1"


async def test_an_admin_pauses_a_rule_and_all_of_them_and_lets_them_go_on(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    await as_admin.post(f"/admin/automations/{KEY}/pause")
    shown = await as_admin.get(f"/admin/automations/{KEY}")
    assert "Paused" in shown.text
    await as_admin.post("/admin/automations/pause")
    assert "All automations are paused" in (await as_admin.get("/admin/automations")).text
    for path in ("/admin/automations/pause/end", f"/admin/automations/{KEY}/pause/end"):
        await as_admin.post(path)
    async with work_as(SYSTEM) as work:
        assert not (await find_rule(work, KEY)).is_paused


async def test_what_is_due_beyond_the_limit_is_counted_and_let_go_with_one_press(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(SYSTEM) as work:
        course_id = await new_course(work, "data", "Data")
        for _number in range(2):
            await sequence(work, course_id, await new_lead(work))
        await work.run("update automation_steps set due_at = now() - interval '1 minute' where rule_key = 'lead_day_1'")
    await as_admin.post("/admin/automations/limit", data={"an_hour": "1"})
    await as_admin.post("/admin/automations/pause")
    shown = (await as_admin.get("/admin/automations")).text
    assert "2 steps are due, at most 2 messages. 1 an hour are allowed" in shown
    assert "Let them go on" not in shown
    assert "Let these 2 go" in shown
    refused = await as_admin.post("/admin/automations/pause/end")
    assert (refused.status_code, "raise the limit first" in refused.text) == (409, True)
    assert (await as_admin.post("/admin/automations/pause/end", data={"let_go": "2"})).status_code == 303
    assert "All automations are paused" not in (await as_admin.get("/admin/automations")).text


async def test_a_change_asks_whom_it_concerns_before_it_is_made(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    async with work_as(SYSTEM) as work:
        await sequence(work, await new_course(work, "data", "Data"), await new_lead(work, "Meera"))
    typed = {
        "is_on": "yes",
        "amount": "2",
        "unit": "days",
        "channels": "email",
        "template_email": KEY,
        "version": "1",
    }
    question = await as_admin.post(f"/admin/automations/{KEY}/edit", data=typed)
    assert "1 planned step moves to its new moment" in question.text
    assert "1 day after the lead sequence began</del>" in question.text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', question.text))
    answered = await as_admin.post(f"/admin/automations/{KEY}/edit", data=hidden | {"apply": "existing"})
    assert answered.status_code in (302, 303)
    shown = (await as_admin.get(f"/admin/automations/{KEY}")).text
    assert "2 days after the lead sequence began" in shown
    assert "Meera" in shown


async def test_of_two_tabs_the_one_that_saw_what_was_undoes_nothing_that_the_other_confirmed(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    action = f"/admin/automations/{KEY}/edit"
    async with work_as(SYSTEM) as work:
        await sequence(work, await new_course(work, "data", "Data"), await new_lead(work, "Meera"))
    stale = fields_of((await as_admin.get(action)).text, action)
    late = fields_of((await as_admin.post(action, data=stale | {"amount": ["3"]})).text, action)
    asked = await as_admin.post(action, data=stale | {"quiet_from": ["22:00"], "quiet_until": ["07:00"]})
    await as_admin.post(action, data=fields_of(asked.text, action))
    for typed in (late, stale | {"amount": ["3"]}):
        refused = await as_admin.post(action, data=typed)
        assert "Somebody has changed this automation meanwhile" in refused.text
        again = fields_of(refused.text, action)
        assert (again["amount"], again["version"]) == (["3"], ["1"])
    async with work_as(SYSTEM) as work:
        state = await find_rule(work, KEY)
    assert (state.version, state.settings.amount, state.settings.quiet_hours) == (2, 1, ("22:00", "07:00"))


async def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(as_admin: httpx.AsyncClient) -> None:
    typed = {"is_on": "yes", "unit": "days", "template_email": KEY, "version": "1", "quiet_from": "25:00"}
    for amount in ("999999", "-1", "soon", ""):
        refused = await as_admin.post(f"/admin/automations/{KEY}/edit", data=typed | {"amount": amount})
        assert refused.status_code == 422
        assert "Between 0 and 365 days, please." in refused.text
        assert "Choose at least one way." in refused.text
        assert "Give both hours, like 21:00 and 09:00, or none." in refused.text
        assert f'value="{amount}"' in refused.text


async def test_a_rehearsal_makes_somebody_up_for_whom_the_sequence_begins(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(SYSTEM) as work:
        course_id = await new_course(work, "data", "Data")
    begun = await as_admin.post("/admin/automations/rehearsal", data={"name": "Asha", "course": str(course_id)})
    page = (await as_admin.get(begun.headers["location"])).text
    assert re.search(r"/rehearsal\?email=walk-\d{7}%40rehearsal.gurudesk.test&amp;phone=%2B9198\d{8}", page)
    async with work_as(SYSTEM) as work:
        steps = await work.rows("select s.state, p.is_demo from automation_steps s join people p on p.id = s.person_id")
    assert [(step.state, step.is_demo) for step in steps] == [("planned", True)] * 3


async def test_a_limit_that_cannot_be_is_refused(as_admin: httpx.AsyncClient) -> None:
    refused = await as_admin.post("/admin/automations/limit", data={"an_hour": "0"})
    assert refused.status_code == 422
    assert "Between 1 and 10,00,000, please." in refused.text
    assert 'value="0"' in refused.text


async def test_the_request_to_pay_says_by_which_ways_and_with_which_texts(as_admin: httpx.AsyncClient) -> None:
    action = "/admin/automations/approval_payment/edit"
    typed = fields_of((await as_admin.get(action)).text, action)
    assert typed["channels"] == ["email", "whatsapp"]
    assert (typed["template_email"], typed["template_whatsapp"]) == (["payment_link"], ["payment_link"])
    shown = (await as_admin.get("/admin/automations/approval_payment")).text
    assert "No message" not in shown
    assert "Please pay" in shown


async def test_the_steps_that_refresh_themselves_are_those_of_the_open_view_and_page(
    as_admin: httpx.AsyncClient,
) -> None:
    shown = (await as_admin.get(f"/admin/automations/{KEY}?view=done&page=2")).text
    (region,) = re.findall(r'<div id="steps">.*', shown, re.DOTALL)
    (listener,) = re.findall(r'hx-get="([^"]*)" hx-trigger="steps from:body', region)
    assert listener.replace("&amp;", "&") == f"/admin/automations/{KEY}?view=done&page=2"
    assert "Nothing done yet" in (await as_admin.get(listener.replace("&amp;", "&"))).text


async def test_the_form_begins_with_what_is_saved_and_never_with_what_was_typed_earlier(
    as_admin: httpx.AsyncClient,
) -> None:
    # A setting that was refused or left is no text to come back to: put back, it would be saved by mistake.
    assert not re.search("<form[^>]* data-draft", (await as_admin.get(f"/admin/automations/{KEY}/edit")).text)


async def test_what_a_form_does_not_show_is_kept_for_every_rule(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    async with work_as(SYSTEM) as work:
        for key, rule in RULES.items():
            settings = replace(rule.defaults, quiet_hours=("22:00", "07:30"))
            await change_rule(work, key, 1, settings, is_on=rule.is_on)
    for key, rule in RULES.items():
        action = f"/admin/automations/{key}/edit"
        typed = fields_of((await as_admin.get(action)).text, action) | {"amount": ["5"]}
        saved = await as_admin.post(action, data=typed)
        assert saved.status_code in (302, 303), (key, saved.text)
        async with work_as(SYSTEM) as work:
            state = await find_rule(work, key)
        assert state.settings == replace(rule.defaults, quiet_hours=("22:00", "07:30"), amount=5), key


async def test_what_would_happen_is_shown_for_a_person_and_for_an_import_page_by_page(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(SYSTEM) as work:
        course_id = await new_course(work, "data", "Data")
        await new_course(work, "design", "Design")
        import_id = await work.value(
            "insert into lead_imports (file_name, stored_name, file_size, file_hash, header, state, created_at)"
            " values ('fair.csv', 'x', 1, 'x', '[]', 'done', now()) returning id"
        )
        people = [await new_lead(work, f"Lead {n}", import_id=import_id, last_import_id=import_id) for n in range(21)]
        await new_lead(work, "Phone only", email=None, import_id=import_id, last_import_id=import_id)
    here = f"/admin/automations/{KEY}/foresight"
    assert "Choose a person or an import" in (await as_admin.get(here)).text
    one = (await as_admin.get(f"{here}?person={people[0]}&course={course_id}")).text
    assert "Who is not being written to about Data is shown as if that began now." in one
    first = (await as_admin.get(f"{here}?import={import_id}")).text
    assert re.search(r"21 would happen.*1 would not.*1: no e-mail address", first, re.DOTALL)
    last = (await as_admin.get(f"{here}?import={import_id}&page=2")).text
    assert first.count("/admin/people/") + last.count("/admin/people/") == 22
