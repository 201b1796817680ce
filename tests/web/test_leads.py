"""The leads list, its selections and one lead, as an admin's browser sees them."""

import csv
import io
import re
from uuid import UUID

import httpx
from litestar import Litestar

from bench.round_trips import counted
from domain.leads.filters import LeadFilter
from domain.leads.listing import count_leads
from domain.leads.mass_deletion import MANY
from tests.fixtures.cast import BEN, WorkAs
from tests.fixtures.leads import new_lead

EVERYONE = LeadFilter()


async def some_leads(work_as: WorkAs, count: int = 3, **lead: object) -> list[UUID]:
    """Add leads named Lead 00, Lead 01, … and return their ids."""
    async with work_as(BEN.identity) as work:
        people = [await new_lead(work, f"Lead {number:02d}", age=number, **lead) for number in range(count)]
        rows = await work.rows("select id, person_id from imported_leads")
    ids = {row.person_id: row.id for row in rows}
    return [ids[person] for person in people]


async def left(work_as: WorkAs, **asked: object) -> int:
    async with work_as(BEN.identity) as work:
        return await count_leads(work, LeadFilter(**asked))  # type: ignore[arg-type]


def shown(answer: httpx.Response) -> list[str]:
    return re.findall(r">(Lead \d\d)<", answer.text)


async def test_the_list_shows_twenty_and_its_state_is_in_the_address(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    await some_leads(work_as, 23, source="Meta")
    answer = await as_admin.get("/admin/leads", params={"source": "Meta", "sort": "name", "page": "2"})
    assert shown(answer) == ["Lead 20", "Lead 21", "Lead 22"]
    assert "23 leads" in answer.text
    assert "Source: Meta" in answer.text
    assert "?source=Meta&amp;sort=name" in answer.text


async def test_a_page_costs_three_round_trips_whatever_is_asked(
    app: Litestar, as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    await some_leads(work_as)
    async with counted(app) as database:
        for query in ("", "?q=lead&status=new&sort=-name&since=2020-01-01"):
            database.round_trips = 0
            assert shown(await as_admin.get(f"/admin/leads{query}"))
            assert database.round_trips == 3


async def test_an_import_that_is_being_undone_stays_chosen_while_searching(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    await some_leads(work_as, tags=["hot & new"], source="Open day")
    async with work_as(BEN.identity) as work:
        import_id = await work.value(
            "insert into lead_imports (file_name, stored_name, file_size, file_hash, state, created_at)"
            " values ('old.csv', 'x', 1, 'x', 'undoing', %(now)s) returning id",
            now=work.now,
        )
        await work.run("update imported_leads set import_id = %(id)s", id=import_id)
    answer = await as_admin.get(f"/admin/leads?import={import_id}")
    assert f'<option value="{import_id}" selected>old.csv</option>' in answer.text
    assert "Import: old.csv" in answer.text
    page = await as_admin.get(re.search(r"/admin/leads/[0-9a-f-]{36}", answer.text)[0])  # type: ignore[index]
    assert 'href="/admin/leads?tag=hot%20%26%20new"' in page.text
    assert 'href="/admin/leads?source=Open%20day"' in page.text


async def test_a_live_update_asks_for_the_results_alone(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    await some_leads(work_as)
    answer = await as_admin.get("/admin/leads", headers={"HX-Request-Type": "partial"})
    assert len(shown(answer)) == 3
    assert "leads-search" not in answer.text.replace('form="leads-search"', "")


async def test_none_yet_differs_from_a_filter_that_hides_all(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    assert "No leads yet" in (await as_admin.get("/admin/leads")).text
    await some_leads(work_as)
    assert "Nothing matches" in (await as_admin.get("/admin/leads?q=nobody")).text


async def test_students_and_visitors_do_not_come_in(as_student: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    for path in ("/admin/leads", "/admin/leads/export", "/admin/leads/selection"):
        assert (await as_student.get(path)).status_code == 403
        assert (await client.get(path)).status_code in (303, 401)


async def test_ticked_leads_are_tagged_at_once_and_the_list_stays_as_it_was(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    ids = await some_leads(work_as)
    form = {"id": [str(ids[0]), str(ids[1])], "action": "tag", "new_tag": "hot", "status": "new", "sort": "name"}
    answer = await as_admin.post("/admin/leads/selection", data=form)
    assert answer.headers["location"] == "/admin/leads?status=new&sort=name"
    assert await left(work_as, tag="hot") == 2


async def test_all_that_match_are_confirmed_with_their_exact_count(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    ids = await some_leads(work_as)
    form = {"id": [str(ids[0])], "scope": "all", "action": "tag", "new_tag": "hot", "status": "new"}
    asked = await as_admin.post("/admin/leads/selection", data=form)
    question = await as_admin.get(asked.headers["location"])
    assert "The tag is put on 3 leads." in question.text
    assert await left(work_as, tag="hot") == 0
    answer = {"scope": "all", "status": "new", "action": "tag", "new_tag": "hot", "expected": "3"}
    assert (await as_admin.post("/admin/leads/selection/tags", data=answer)).status_code == 303
    assert await left(work_as, tag="hot") == 3


async def test_one_lead_is_spoken_of_as_one(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    ids = await some_leads(work_as)
    question = await as_admin.get(f"/admin/leads/selection?action=delete&id={ids[0]}")
    assert "You are about to delete 1 lead for good." in question.text
    assert "With them go their e-mails, WhatsApp conversations and calls." in question.text
    assert "Delete 1 lead<" in question.text


async def test_when_others_match_by_then_it_is_asked_again(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    await some_leads(work_as)
    answer = {"scope": "all", "action": "tag", "new_tag": "hot", "expected": "2"}
    again = await as_admin.post("/admin/leads/selection/tags", data=answer)
    assert again.status_code == 422
    assert "There are 3 such leads now and not 2 any more" in again.text
    assert 'name="expected" value="3"' in again.text
    assert await left(work_as, tag="hot") == 0


async def test_deleting_asks_for_the_typed_count(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    ids = await some_leads(work_as)
    asked = await as_admin.post(
        "/admin/leads/selection", data={"id": [str(one) for one in ids[:2]], "action": "delete"}
    )
    assert "Type 2 to go ahead" in (await as_admin.get(asked.headers["location"])).text
    form = {"id": [str(one) for one in ids[:2]], "action": "delete", "expected": "2"}
    refused = await as_admin.post("/admin/leads/selection/deletion", data=form | {"typed_count": "3"})
    assert (refused.status_code, "Please type 2" in refused.text) == (422, True)
    await as_admin.post("/admin/leads/selection/deletion", data=form | {"typed_count": "2"})
    assert await left(work_as) == 1


async def test_nothing_ticked_is_nothing_done(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    await some_leads(work_as)
    for form in ({"action": "delete"}, {"action": "tag", "new_tag": "x"}):
        assert (await as_admin.post("/admin/leads/selection", data=form)).headers["location"] == "/admin/leads"
    form = {"action": "delete", "expected": "3", "typed_count": "3"}
    assert (await as_admin.post("/admin/leads/selection/deletion", data=form)).status_code == 422
    assert await left(work_as) == 3


async def test_the_export_is_the_filtered_list(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    await some_leads(work_as, 2, source="Meta")
    await some_leads(work_as, 1)
    answer = await as_admin.get("/admin/leads/export?source=Meta&sort=name")
    assert answer.headers["content-disposition"].startswith('attachment; filename="leads-')
    assert int(answer.headers["content-length"]) == len(answer.content)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Name", "Lead 00", "Lead 01"]


async def test_a_lead_shows_what_is_known_and_can_be_edited(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    (lead_id,) = await some_leads(work_as, 1, attributes={"Occupation": "<b>Nurse</b>"}, notes="Call later")
    page = (await as_admin.get(f"/admin/leads/{lead_id}")).text
    assert "Call later" in page
    assert "&lt;b&gt;Nurse&lt;/b&gt;" in page
    form = {"name": "Meera", "city": "Kochi", "notes": "Called", "tags": "hot, warm"}
    await as_admin.post(f"/admin/leads/{lead_id}", data=form)
    page = (await as_admin.get(f"/admin/leads/{lead_id}/edit")).text
    assert all(text in page for text in ("Meera", "Kochi", "Called", "hot, warm"))


async def test_a_lead_added_by_hand_has_its_errors_beside_the_fields(as_admin: httpx.AsyncClient) -> None:
    refused = await as_admin.post("/admin/leads", data={"name": "Meera", "phone": "12"})
    assert refused.status_code == 422
    assert 'id="field-phone-error"' in refused.text
    assert 'value="Meera"' in refused.text
    added = await as_admin.post("/admin/leads", data={"name": "Meera", "phone": "98450 12345"})
    assert "+919845012345" in (await as_admin.get(added.headers["location"])).text


async def test_a_lead_that_is_gone_is_not_found(as_admin: httpx.AsyncClient) -> None:
    assert (await as_admin.get(f"/admin/leads/{BEN.id}")).status_code == 404


async def test_many_leads_are_deleted_by_the_worker_and_the_page_says_how_far_it_is(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    async with work_as(BEN.identity) as work:
        await work.run(
            "with fresh as (insert into people (name, email, created_at, updated_at)"
            "  select 'Lead', 'lead' || n || '@example.test', %(now)s, %(now)s from generate_series(1, %(count)s) n returning id)"
            " insert into imported_leads (person_id, created_at) select id, %(now)s from fresh",
            now=work.now,
            count=MANY + 1,
        )
    form = {"action": "delete", "scope": "all", "expected": str(MANY + 1), "typed_count": str(MANY + 1)}
    answer = await as_admin.post("/admin/leads/selection/deletion", data=form)
    assert await left(work_as) == MANY + 1
    shown = await as_admin.get(answer.headers["location"])
    assert "0 of 2,001 leads" in shown.text
    assert f'href="{answer.headers["location"]}"' in (await as_admin.get("/admin/leads")).text
    assert (await as_admin.post(f"{answer.headers['location']}/stop")).status_code == 303
    assert "2,001 leads were left when it was stopped." in (await as_admin.get(answer.headers["location"])).text
