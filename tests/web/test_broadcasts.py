"""Broadcasts as an admin's browser sees them."""

import re
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from bench.round_trips import counted
from domain.broadcasts.planning import plan_chunk
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA, WorkAs
from tests.fixtures.leads import new_lead


def answer_to(page: httpx.Response, action: str, **changes: object) -> dict[str, object]:
    """Return what sending the form to ``action`` sends, hidden fields and typed values alike."""
    form = page.text[page.text.index(f'action="{action}"') :].split("</form>")[0]
    fields = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form))
    ticked = re.findall(r'<input[^>]*type="radio" name="([^"]+)" value="([^"]*)" checked', form)
    return {name: value for name, value in (fields | dict(ticked)).items() if name != "_csrf_token"} | changes


async def drafted(as_admin: httpx.AsyncClient, **choices: object) -> str:
    """Go through the first step and return the draft's address."""
    choices = {"name": "Moved"} | choices
    form = answer_to(await as_admin.get("/admin/broadcasts/new"), "/admin/broadcasts", **choices)
    answer = await as_admin.post("/admin/broadcasts", data=form)
    assert answer.status_code == 303, answer.text[-3000:]
    return answer.headers["location"].removesuffix("/message")


async def written(as_admin: httpx.AsyncClient, **choices: object) -> str:
    """Write an e-mail to all students, who are two, and return the draft's address."""
    draft = await drafted(as_admin, **choices)
    letter = {"subject": "Hello {{first_name}}", "body": "Class moves to 7 pm."}
    assert (await as_admin.post(f"{draft}/message", data=letter)).status_code == 303
    return draft


async def test_a_broadcast_is_written_seen_confirmed_and_followed(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    draft = await written(as_admin)
    seen = await as_admin.get(draft)
    assert "Send to 2 people" in seen.text
    preview = await as_admin.get(f"{draft}/preview")
    assert "Class moves to 7 pm." in preview.text
    assert "sandbox" in preview.headers["content-security-policy"]
    form = answer_to(seen, f"{draft}/confirmation")
    assert (await as_admin.post(f"{draft}/confirmation", data=form)).status_code == 303
    assert (await as_admin.post(f"{draft}/confirmation", data=form)).status_code == 303  # pressed twice
    async with work_as(SYSTEM) as work:
        assert await work.value("select count(*) from automation_steps where kind = 'plan_broadcast'") == 1
        await plan_chunk(work, UUID(draft.rsplit("/", 1)[1]))
        await work.run("update deliveries set state = 'sent' where to_address = %(to)s", to=ASHA.email)
    assert "1 of 2 sent, 1 still to go" in (await as_admin.get(draft)).text
    results = await as_admin.get(f"{draft}/recipients?which=sent")
    assert ASHA.name in results.text
    assert CHITRA.name not in results.text
    assert "Moved" in (await as_admin.get("/admin/broadcasts?state=sending")).text
    assert "Moved" not in (await as_admin.get("/admin/broadcasts?state=draft")).text


async def test_people_are_taken_off_and_put_back_before_it_is_confirmed(as_admin: httpx.AsyncClient) -> None:
    draft = await written(as_admin)
    tick = {"id": str(ASHA.id), "action": "deselect"}
    await as_admin.post(f"{draft}/recipients", data=tick)
    page = await as_admin.get(draft)
    assert "Send to 1 person" in page.text
    assert "taken off by hand" in page.text
    await as_admin.post(f"{draft}/recipients", data=tick | {"action": "select"})
    assert "Send to 2 people" in (await as_admin.get(draft)).text


async def test_a_later_time_is_read_as_india_s_and_can_be_taken_back(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    draft = await written(as_admin)
    async with work_as(SYSTEM) as work:
        year = work.now.year + 1
    form = answer_to(await as_admin.get(draft), f"{draft}/confirmation", when="later", send_at=f"{year}-01-05T09:30")
    assert (await as_admin.post(f"{draft}/confirmation", data=form)).status_code == 303
    assert f"5 Jan {year}, 09:30 IST" in (await as_admin.get(draft)).text
    await as_admin.post(f"{draft}/confirmation/end")
    assert "Send to 2 people" in (await as_admin.get(draft)).text


@pytest.mark.parametrize("moment", ["", "tomorrow", "2020-01-05T09:30"])
async def test_a_time_that_makes_no_sense_is_told_beside_it(as_admin: httpx.AsyncClient, moment: str) -> None:
    draft = await written(as_admin)
    form = answer_to(await as_admin.get(draft), f"{draft}/confirmation", when="later", send_at=moment)
    answer = await as_admin.post(f"{draft}/confirmation", data=form)
    assert answer.status_code == 422
    assert "field-send_at-error" in answer.text


async def test_when_the_count_has_changed_it_says_so_and_shows_the_new_one(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    draft = await written(as_admin, audience="leads")
    form = answer_to(await as_admin.get("/admin/broadcasts/new"), "/admin/broadcasts")
    async with work_as(BEN.identity) as work:
        await new_lead(work)
    form = answer_to(await as_admin.get(draft), f"{draft}/confirmation")
    async with work_as(BEN.identity) as work:
        await new_lead(work)
    answer = await as_admin.post(f"{draft}/confirmation", data=form)
    assert answer.status_code in (409, 422)
    assert "It would go to 2 people now and not to 1 any more" in answer.text


async def test_what_was_typed_stays_when_something_is_wrong(as_admin: httpx.AsyncClient) -> None:
    draft = await drafted(as_admin)
    typed = {"subject": "Hello {{surname}}", "body": "A long text."}
    answer = await as_admin.post(f"{draft}/message", data=typed)
    assert answer.status_code == 422
    assert "A long text." in answer.text
    assert "cannot be filled here" in answer.text


async def test_a_template_is_chosen_and_filled_and_shown_as_on_a_phone(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    draft = await drafted(as_admin, channel="whatsapp")
    async with work_as(SYSTEM) as work:
        template = await work.value("select id from whatsapp_templates where campaign = 'announcement'")
    step = await as_admin.get(f"{draft}/message?template={template}")
    assert "Message {{3}}" in step.text
    async with work_as(SYSTEM) as work:
        banner = await work.value("select id from whatsapp_templates where campaign = 'course_banner'")
    assert "End of the link “See the course”" in (await as_admin.get(f"{draft}/message?template={banner}")).text
    filled = {"template": str(template), "param_1": "{{first_name}}", "param_2": "us", "param_3": "No class"}
    assert (await as_admin.post(f"{draft}/message", data=filled)).status_code == 303
    page = await as_admin.get(draft)
    assert re.search(r"Hi (Asha|Chitra), a word from us: No class", page.text)
    assert "About ₹" in page.text


async def test_a_template_whose_parameters_have_no_names_is_filled_by_their_numbers(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    draft = await drafted(as_admin, channel="whatsapp")
    async with work_as(SYSTEM) as work:
        await work.run("update whatsapp_templates set param_labels = '{}' where campaign = 'announcement'")
        template = await work.value("select id from whatsapp_templates where campaign = 'announcement'")
    step = (await as_admin.get(f"{draft}/message?template={template}")).text
    assert [f"Parameter {number} {{{{{number}}}}}" in step for number in (1, 2, 3, 4)] == [True, True, True, False]
    filled = {"template": str(template), "param_1": "{{first_name}}", "param_2": "us"}
    assert (await as_admin.post(f"{draft}/message", data=filled)).status_code == 422
    assert (await as_admin.post(f"{draft}/message", data=filled | {"param_3": "No class"})).status_code == 303
    page = await as_admin.get(draft)
    assert re.search(r"Hi (Asha|Chitra), a word from us: No class", page.text)


async def test_it_can_be_tried_out_on_oneself(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    draft = await written(as_admin)
    await as_admin.post(f"{draft}/trial")
    async with work_as(SYSTEM) as work:
        row = await work.row("select to_address, kind, params from deliveries")
    assert row is not None
    assert (row.to_address, row.kind) == (BEN.email, "test")
    assert row.params["subject"] == "Hello Ben"


async def test_a_filter_is_kept_and_written_to(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    async with work_as(BEN.identity) as work:
        await new_lead(work, "Hot Lead", tags=["hot"])
        await new_lead(work)
    kept = await as_admin.post("/admin/saved-filters", data={"tag": "hot", "name": "Hot ones"})
    assert kept.headers["location"] == "/admin/leads?tag=hot"
    assert (await as_admin.post("/admin/saved-filters", data={"tag": "x", "name": "Hot ones"})).status_code == 422
    assert (await as_admin.post("/admin/saved-filters", data={"name": "Everything"})).status_code == 422
    page = await as_admin.get("/admin/broadcasts/new")
    saved = re.search(r'<option value="([^"]+)">Hot ones', page.text)
    assert saved is not None
    draft = await written(as_admin, audience="saved", saved_filter=saved[1])
    assert "Send to 1 person" in (await as_admin.get(draft)).text
    await as_admin.post(f"/admin/saved-filters/{saved[1]}/deletion")
    assert "Hot ones" not in (await as_admin.get("/admin/saved-filters")).text
    assert "Send to 1 person" in (await as_admin.get(draft)).text


async def test_the_list_is_sorted_by_its_address(as_admin: httpx.AsyncClient) -> None:
    for name in ("Beta", "alpha", "Gamma"):
        await drafted(as_admin, name=name)

    async def names(query: str) -> list[str]:
        page = (await as_admin.get(f"/admin/broadcasts?{query}")).text
        return re.findall(r">(alpha|Beta|Gamma)</a>", page)

    assert await names("sort=name") == ["alpha", "Beta", "Gamma"]
    assert await names("sort=-name&state=draft") == ["Gamma", "Beta", "alpha"]
    assert await names("sort=at") == list(reversed(await names("")))
    page = (await as_admin.get("/admin/broadcasts?state=draft&sort=name")).text
    assert 'hx-get="/admin/broadcasts?state=draft&amp;sort=name"' in page
    assert 'aria-sort="ascending"' in page


async def test_the_lists_cost_few_round_trips(app: Litestar, as_admin: httpx.AsyncClient) -> None:
    draft = await written(as_admin)
    async with counted(app) as database:
        await as_admin.get("/admin/broadcasts")
        assert database.round_trips == 3
        database.round_trips = 0
        assert ASHA.name in (await as_admin.get(f"{draft}/recipients?q=asha")).text
        assert database.round_trips == 4
