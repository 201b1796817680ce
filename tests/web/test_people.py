"""One person's page: their timeline in few round trips, kinds and older pages in the address, and the buttons that steer it."""

import re
from datetime import timedelta

import httpx
from litestar import Litestar

from bench.round_trips import counted
from domain.audit import record
from domain.problems.keeping import keep_count
from domain.work import SYSTEM
from tests.domain.dashboard.rows import add_delivery
from tests.domain.timeline.rows import add_message, add_rule_step
from tests.fixtures.cast import ASHA, CHITRA, WorkAs

PAGE = f"/admin/people/{ASHA.id}"


async def test_a_timeline_of_many_pages_costs_five_round_trips_each(
    app: Litestar, as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(SYSTEM) as work:
        for number in range(60):
            await add_message(work, "sent", days_ago=number)
        await record(work, "student.corrected", "student", ASHA.id, ASHA.name)
    path, seen = PAGE, set[str]()
    for _page in range(3):
        async with counted(app) as database:
            shown = (await as_admin.get(path)).text
            assert database.round_trips <= 5
        seen |= set(re.findall(r'id="entry-([^"]+)"', shown))
        older = re.search(r'href="([^"]+after=[^"]+)"', shown)
        path = older[1].replace("&amp;", "&") if older else path
    assert len(seen) == 61
    admins = (await as_admin.get(f"{PAGE}?kind=admin")).text
    assert re.findall(r'id="entry-(\w+)-', admins) == ["audit"]
    # What makes no sense in an address is taken as not given.
    assert "entry-audit" in (await as_admin.get(f"{PAGE}?kind=x&after=yesterday~x~1")).text


async def test_what_is_planned_is_steered_from_the_page(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    async with work_as(SYSTEM) as work:
        step, message = await add_rule_step(work), await add_message(work, due_in=timedelta(hours=8))
        failed = await add_rule_step(work, "failed", reason="It went wrong.")
    shown = (await as_admin.get(PAGE)).text
    assert "Automation, version 2" in shown
    actions = [
        (f"steps/{step}/now", "It is being done now."),
        (f"steps/{step}/skip", "It is skipped."),
        (f"steps/{failed}/retry", "It is planned again, for now."),
        (f"deliveries/{message}/now", "It is due now. In quiet hours it waits until they end."),
        (f"deliveries/{message}/cancellation", "It was cancelled."),
    ]
    for action, said in actions:
        assert f'action="{PAGE}/{action}"' in (await as_admin.get(PAGE)).text
        answer = await as_admin.post(f"{PAGE}/{action}", follow_redirects=True)
        assert said in answer.text
    assert (await as_admin.post(f"{PAGE}/steps/{step}/skip")).status_code == 409
    for what in (f"steps/{step}/skip", f"steps/{step}/retry"):  # by the page of somebody else
        assert (await as_admin.post(f"/admin/people/{CHITRA.id}/{what}")).status_code == 404
    stopped = await as_admin.post(f"{PAGE}/stop", follow_redirects=True)
    assert "Automations are stopped for this person" in stopped.text
    assert "1 planned step was cancelled, and 0 waiting messages." in stopped.text
    assert (await as_admin.post(f"{PAGE}/stop")).status_code == 409
    on = await as_admin.post(f"{PAGE}/stop/removal", follow_redirects=True)
    assert "What was cancelled stays cancelled." in on.text


async def test_the_way_to_a_person_leads_from_the_palette_the_student_and_the_board(
    as_admin: httpx.AsyncClient, as_student: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(SYSTEM) as work:
        delivery = await add_delivery(work, "failed")
        await keep_count(work, every=-1)
    for path in ("/admin/search?q=asha", f"/admin/students/{ASHA.id}", "/admin/problems"):
        page = (await as_admin.get(path)).text
        assert f'href="{PAGE}"' in page, path
        assert 'id="count-problems">1<' in page, path
    assert "#count-problems" in page
    assert "problems from:body throttle" in page
    answer = await as_admin.post(f"/admin/problems/failed/{delivery}/retry", follow_redirects=True)
    assert "It is on its way again." in answer.text
    assert 'id="count-problems"><' in answer.text
    assert "Nothing to mend" in answer.text or "What stands still" in answer.text
    assert (await as_admin.post(f"/admin/problems/failed/{delivery}/retry")).status_code == 409
    assert (await as_admin.post(f"/admin/problems/failed/{delivery}/sync")).status_code == 404
    assert (await as_admin.get("/admin/people/00000000-0000-0000-0000-0000000000ff")).status_code == 404
    for path in (PAGE, "/admin/problems"):
        assert (await as_student.get(path)).status_code == 403
