"""The list of leads: what is found, in which order, and how many."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from domain.leads.filters import LeadFilter, read_filter
from domain.leads.listing import count_leads, list_leads
from domain.work import Work
from tests.fixtures.cast import ASHA, BEN, WorkAs
from tests.fixtures.leads import new_lead


async def names(work: Work, sort: str = "", page: int = 1, **asked: object) -> list[str]:
    found = await list_leads(work, LeadFilter(**asked), sort, page)  # type: ignore[arg-type]
    return [row.name for row in found.rows]


async def new_import(work: Work, name: str = "meta.csv") -> UUID:
    import_id: UUID = await work.value(
        "insert into lead_imports (file_name, stored_name, file_size, file_hash, state, created_at)"
        " values (%(name)s, 'x', 1, 'x', 'done', %(now)s) returning id",
        name=name,
        now=work.now,
    )
    return import_id


async def test_the_newest_lead_comes_first(work: Work) -> None:
    await new_lead(work, "Old", age=10)
    await new_lead(work, "New", age=1)
    assert await names(work) == ["New", "Old"]
    assert await names(work, "created") == ["Old", "New"]


async def test_names_are_sorted_as_people_read_them(work: Work) -> None:
    for name in ("bela", "Arun", "Chitra"):
        await new_lead(work, name)
    assert await names(work, "name") == ["Arun", "bela", "Chitra"]
    assert await names(work, "-name") == ["Chitra", "bela", "Arun"]


async def test_a_page_holds_twenty_and_the_rest_follows(work: Work) -> None:
    for number in range(23):
        await new_lead(work, f"Lead {number:02d}", age=number)
    assert len(await names(work)) == 20
    assert await names(work, page=2) == ["Lead 20", "Lead 21", "Lead 22"]
    found = await list_leads(work, LeadFilter(), page=9)
    assert (list(found.rows), found.total, found.pages) == ([], 23, 2)


@pytest.mark.parametrize("text", ["meera", "MEERA.NAIR@", "98450 12345", "098450-12345", "+91 98450", "nai  mee"])
async def test_a_person_is_found_by_any_part_of_name_e_mail_or_phone(work: Work, text: str) -> None:
    person_id = await new_lead(work, "Meera Nair", email="meera.nair@example.test")
    await work.run("update people set phone = '+919845012345' where id = %(id)s", id=person_id)
    await new_lead(work, "Rohit Sethi")
    assert await names(work, q=text) == ["Meera Nair"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; drop table people"])
async def test_signs_that_mean_something_to_databases_are_plain_text(work: Work, text: str) -> None:
    await new_lead(work, "Meera Nair")
    assert await names(work, q=text) == []


async def test_filters_narrow_each_other_down(work: Work) -> None:
    import_id = await new_import(work)
    await new_lead(work, "Wanted", status="emailed", source="Meta", tags=["hot"], import_id=import_id)
    await new_lead(work, "Other Status", source="Meta", tags=["hot"], import_id=import_id)
    await new_lead(work, "Other Source", status="emailed", tags=["hot"], import_id=import_id)
    await new_lead(work, "Other Tag", status="emailed", source="Meta", import_id=import_id)
    await new_lead(work, "Other Import", status="emailed", source="Meta", tags=["hot"])
    asked = {"status": "emailed", "source": "Meta", "tag": "hot", "import_id": import_id}
    assert await names(work, **asked) == ["Wanted"]
    assert await names(work, source="-") == ["Other Source"]


async def test_an_import_finds_who_it_updated_as_well(work: Work) -> None:
    first, second = await new_import(work), await new_import(work)
    await new_lead(work, "Twice", import_id=first, last_import_id=second)
    assert await names(work, import_id=first) == ["Twice"]
    assert await names(work, import_id=second) == ["Twice"]


async def test_an_import_finds_hundreds_of_leads_that_later_ones_came_upon(work: Work) -> None:
    imports = [await new_import(work, f"{number}.csv") for number in range(3)]
    await work.run(
        "with fresh as (insert into people (name, created_at, updated_at) select 'L' || n, %(now)s, %(now)s"
        "  from generate_series(1, 502) n returning id)"
        " insert into imported_leads (person_id, created_at) select id, %(now)s from fresh",
        now=work.now,
    )
    await new_lead(work, "Brought By It", import_id=imports[1])
    for import_id in imports:
        await work.run("update imported_leads set last_import_id = %(id)s where import_id is null", id=import_id)
    for import_id, count in zip(imports, (502, 503, 502), strict=True):
        wanted = LeadFilter(import_id=import_id)
        found = await list_leads(work, wanted, "name")
        assert (len(found.rows), found.total, await count_leads(work, wanted)) == (20, count, count)
    assert (await names(work, "name", import_id=imports[1]))[0] == "Brought By It"


async def test_days_are_indian_days_with_both_ends(work: Work) -> None:
    day = date(2026, 3, 10)
    for name, moment in (("Before", "2026-03-09 18:29"), ("First", "2026-03-09 18:30"), ("Last", "2026-03-10 18:29")):
        person_id = await new_lead(work, name)
        await work.run(
            "update imported_leads set created_at = %(at)s where person_id = %(id)s", at=f"{moment}+00", id=person_id
        )
    assert await names(work, since=day, until=day) == ["Last", "First"]
    assert await names(work, until=day - timedelta(days=1)) == ["Before"]


async def test_the_count_is_exact_with_and_without_filters(work: Work) -> None:
    for status in ("new", "new", "applied"):
        await new_lead(work, status=status)
    await work.run("update imported_leads set status = 'emailed' where status = 'applied'")
    counts = [(await list_leads(work, LeadFilter(status=status))).total for status in ("", "new", "emailed", "applied")]
    assert counts == [3, 2, 1, 0]
    assert (await list_leads(work, LeadFilter(tag="none"))).total == 0


async def test_beyond_ten_thousand_a_filtered_count_says_so(work: Work) -> None:
    await work.run(
        "with fresh as (insert into people (name, created_at, updated_at) select 'Many', %(now)s, %(now)s"
        "  from generate_series(1, 10050) returning id)"
        " insert into imported_leads (person_id, source, created_at) select id, 'Meta', %(now)s from fresh",
        now=work.now,
    )
    found = await list_leads(work, LeadFilter(source="Meta"))
    assert (found.total, found.is_more) == (10_000, True)
    assert (await list_leads(work, LeadFilter())).total == 10_050


async def test_a_filter_finds_its_lead_however_many_people_the_search_finds(work: Work) -> None:
    await work.run(
        "with fresh as (insert into people (name, created_at, updated_at) select 'Many', %(now)s, %(now)s"
        "  from generate_series(1, 10050) returning id)"
        " insert into imported_leads (person_id, created_at) select id, %(now)s - interval '1 day' from fresh",
        now=work.now,
    )
    await new_lead(work, "Many Last", tags=["hot"])
    wanted = LeadFilter(q="many", tag="hot")
    found = await list_leads(work, wanted)
    assert ([row.name for row in found.rows], found.total, found.is_more) == (["Many Last"], 1, False)
    assert await count_leads(work, wanted) == 1
    assert (await names(work, q="many"))[0] == "Many Last"


async def test_what_can_be_filtered_by_comes_with_the_page(work: Work) -> None:
    import_id = await new_import(work, "open-day.csv")
    for source, tags in (("Meta", ["hot", "cold"]), ("", ["hot"]), ("Walk-in", [])):
        await new_lead(work, source=source, tags=tags)
    found = await list_leads(work, LeadFilter(q="nobody"))
    assert list(found.sources) == ["", "Meta", "Walk-in"]
    assert list(found.tags) == ["cold", "hot"]
    assert not found.cut
    assert [tuple(one) for one in found.imports] == [(str(import_id), "open-day.csv")]


async def test_what_is_filtered_by_can_be_chosen_however_much_else_there_is(work: Work) -> None:
    imports = [await new_import(work, f"{number}.csv") for number in range(31)]
    await work.run(
        "update lead_imports set created_at = created_at - interval '1 day' where id = %(id)s", id=imports[5]
    )
    tags = [f"t{number:03d}" for number in range(101)]
    await new_lead(work, source="s00", tags=tags)
    for number in range(1, 51):
        await new_lead(work, source=f"s{number:02d}")
    shown = await list_leads(work, LeadFilter())
    assert (len(shown.sources), len(shown.tags), len(shown.imports)) == (50, 100, 30)
    assert set(shown.cut) == {"source", "tag", "import"}
    found = await list_leads(work, LeadFilter(source="s50", tag="t100", import_id=imports[5]))
    assert (found.sources[-1], found.tags[-1], found.imports[-1]) == ("s50", "t100", (str(imports[5]), "5.csv"))
    assert len((await list_leads(work, LeadFilter(source="s01", tag="t001"))).sources) == 50


async def test_a_page_of_the_list_is_one_statement(work_as: WorkAs) -> None:
    async with work_as(BEN.identity) as work:
        before = work.connection.round_trips  # type: ignore[attr-defined]
        await list_leads(work, LeadFilter(q="a", status="new", tag="hot"), "name")
        assert work.connection.round_trips - before == 1  # type: ignore[attr-defined]


async def test_a_student_sees_no_lead_and_learns_no_count(work_as: WorkAs) -> None:
    async with work_as(BEN.identity) as work:
        await new_lead(work, tags=["hot"], source="Meta")
    async with work_as(ASHA.identity) as work:
        found = await list_leads(work, LeadFilter())
        assert (list(found.rows), found.total, list(found.sources), list(found.tags)) == ([], 0, [], [])
        assert (await list_leads(work, LeadFilter(q="meera"))).total == 0


def test_nonsense_in_the_address_asks_for_nothing() -> None:
    typed = {"status": "rich", "import": "x", "since": "yesterday", "until": "9999-12-31", "page": "9"}
    assert read_filter(typed) == LeadFilter()


async def test_naming_no_lead_means_no_lead_and_not_all(work: Work) -> None:
    await new_lead(work)
    for typed in ({"id": []}, {"id": ["nonsense"]}):
        assert await count_leads(work, read_filter(typed)) == 0
    assert read_filter(LeadFilter(ids=()).as_values()) == LeadFilter(ids=())


def test_a_filter_survives_the_address_and_json() -> None:
    wanted = LeadFilter("a b", "new", "Meta", uuid4(), "hot", date(2026, 1, 2), date(2026, 1, 3), (uuid4(),))
    assert read_filter(wanted.as_values()) == wanted
