"""Campaigns as an admin's browser sees them."""

import re
from uuid import UUID, uuid4

import httpx
from litestar import Litestar

from bench.round_trips import counted
from domain.campaigns.planning import plan_chunk
from domain.work import SYSTEM
from tests.fixtures.cast import BEN, WorkAs
from tests.fixtures.leads import new_course, new_lead


async def ground(work_as: WorkAs, count: int = 2) -> UUID:
    """Add a course and as many leads with an address, and one without; return the course."""
    async with work_as(BEN.identity) as work:
        course_id = await new_course(work, "data-analytics", "Data Analytics")
        for number in range(count):
            await new_lead(work, f"Meera{number} Nair", age=number)
        await new_lead(work, "No Address", email=None)
    return course_id


def answer_to(question: httpx.Response, **changes: object) -> dict[str, object]:
    """Return what pressing the button of the question sends."""
    form = question.text[question.text.index('action="/admin/campaigns"') :]
    fields = re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form)
    return {name: value for name, value in fields if name != "_csrf_token"} | changes


async def campaigns(work_as: WorkAs) -> int:
    async with work_as(SYSTEM) as work:
        count: int = await work.value("select count(*) from lead_campaigns")
        return count


async def test_the_question_shows_who_gets_the_e_mail_and_what_it_looks_like(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    await ground(work_as)
    question = await as_admin.get("/admin/campaigns/new?status=new")
    assert "Send to 2 people" in question.text
    assert "no e-mail address" in question.text
    assert "Meera0, your place in Data Analytics" in question.text
    frame = re.search(r'<iframe[^>]* sandbox [^>]*src="([^"]+)"', question.text)
    assert frame is not None
    preview = await as_admin.get(frame[1].replace("&amp;", "&"))
    assert "Hello Meera0," in preview.text
    assert "sandbox" in preview.headers["content-security-policy"]
    assert preview.headers["x-frame-options"] == "SAMEORIGIN"


async def test_who_has_no_name_sees_a_subject_without_one(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    await ground(work_as, 0)
    async with work_as(BEN.identity) as work:
        await new_lead(work, "")
    assert "<strong>Your place in Data Analytics</strong>" in (await as_admin.get("/admin/campaigns/new")).text


async def test_a_name_in_the_preview_is_text(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    await ground(work_as, 0)
    async with work_as(BEN.identity) as work:
        await new_lead(work, "<script>x</script>")
    assert "<script>x" not in (await as_admin.get("/admin/campaigns/preview")).text


async def test_pressing_twice_makes_one_campaign(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    await ground(work_as)
    form = answer_to(await as_admin.get("/admin/campaigns/new"))
    first = await as_admin.post("/admin/campaigns", data=form)
    second = await as_admin.post("/admin/campaigns", data=form)
    assert first.headers["location"] == second.headers["location"] == f"/admin/campaigns/{form['form_token']}"
    assert await campaigns(work_as) == 1


async def test_each_number_of_those_left_out_leads_to_them(
    app: Litestar, as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    course_id = await ground(work_as, 1)
    async with work_as(BEN.identity) as work:
        for number in range(22):
            await new_lead(work, f"Silent {number:02d}", email=None, age=number, tags=["quiet"])
    question = await as_admin.get("/admin/campaigns/new?tag=quiet")
    link = f"/admin/campaigns/left-out?tag=quiet&amp;course={course_id}&amp;reason=no_email"
    assert f'href="{link}"' in question.text
    async with counted(app) as database:
        people = await as_admin.get(link.replace("&amp;", "&"))
        assert database.round_trips == 3
    assert re.findall(r">(Silent \d\d)<", people.text) == [f"Silent {number:02d}" for number in range(20)]
    assert "22 leads" in people.text
    assert "Tag: quiet" in people.text
    second = await as_admin.get(f"{link.replace('&amp;', '&')}&page=2")
    assert re.findall(r">(Silent \d\d)<", second.text) == ["Silent 20", "Silent 21"]
    assert "No Address" not in second.text
    everyone = await as_admin.get(f"/admin/campaigns/left-out?course={course_id}&reason=bounced")
    assert "Nobody is left out" in everyone.text
    assert (await as_admin.get("/admin/campaigns/left-out")).status_code == 404


async def test_when_the_count_has_changed_it_says_so_and_asks_again(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    await ground(work_as)
    form = answer_to(await as_admin.get("/admin/campaigns/new"), name="November")
    async with work_as(BEN.identity) as work:
        await new_lead(work, "One More")
    again = await as_admin.post("/admin/campaigns", data=form)
    assert again.status_code == 422
    assert "It would go to 3 people now and not to 2 any more" in again.text
    assert 'value="November"' in again.text
    assert await campaigns(work_as) == 0
    assert (await as_admin.post("/admin/campaigns", data=answer_to(again))).status_code == 303


async def test_an_import_is_written_to_by_its_filter(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    await ground(work_as)
    question = await as_admin.get(f"/admin/campaigns/new?import={uuid4()}")
    assert "Nobody is left to write to" in question.text


async def test_without_a_course_there_is_nothing_to_ask(as_admin: httpx.AsyncClient) -> None:
    assert "No course is open" in (await as_admin.get("/admin/campaigns/new")).text


async def test_progress_is_counted_and_what_has_not_left_can_be_cancelled(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    await ground(work_as)
    form = answer_to(await as_admin.get("/admin/campaigns/new"))
    path = (await as_admin.post("/admin/campaigns", data=form)).headers["location"]
    async with work_as(SYSTEM) as work:
        await plan_chunk(work, UUID(str(form["form_token"])))
        await work.run("update deliveries set state = 'sent' where to_name = 'Meera0 Nair'")
    page = (await as_admin.get(path)).text
    assert "1 of 2 sent, 1 still to go" in page
    await as_admin.post(f"{path}/cancellation")
    page = (await as_admin.get(path)).text
    assert "1 of 2 sent, 0 still to go" in page
    assert "/cancellation" not in page
    assert (await as_admin.post(f"{path}/cancellation")).status_code == 409
    assert form["name"] in (await as_admin.get("/admin/campaigns")).text


async def test_students_do_not_come_in(as_student: httpx.AsyncClient) -> None:
    for path in ("/admin/campaigns", "/admin/campaigns/new", "/admin/campaigns/left-out", "/admin/campaigns/preview"):
        assert (await as_student.get(path)).status_code == 403
