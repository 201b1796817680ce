"""Adding, changing, tagging and deleting leads, by a person's hand."""

from uuid import UUID

import pytest

from domain.errors import Conflict, InvalidInput, NotFound
from domain.leads.editing import NewLead, add_lead, change_lead
from domain.leads.filters import LeadFilter
from domain.leads.listing import find_lead, list_leads
from domain.leads.removing import delete_leads
from domain.leads.tagging import add_tag, read_tag, read_tags, remove_tag
from domain.work import Work
from tests.fixtures.cast import ASHA
from tests.fixtures.leads import new_course, new_lead

EVERYONE = LeadFilter()


async def tags_of(work: Work) -> dict[str, list[str]]:
    rows = await work.rows("select p.name, l.tags from imported_leads l join people p on p.id = l.person_id")
    return {row.name: row.tags for row in rows}


async def lead_of(work: Work, person_id: UUID) -> UUID:
    lead_id: UUID = await work.value("select id from imported_leads where person_id = %(id)s", id=person_id)
    return lead_id


async def audited(work: Work) -> list[str]:
    return [row.action for row in await work.rows("select action from audit_logs order by at, sequence")]


async def test_a_lead_added_by_hand_is_cleaned_and_audited(work: Work) -> None:
    lead_id = await add_lead(work, NewLead("Meera", "Meera@Example.test", "098450 12345", "Kochi", tags=["hot"]))
    lead = await find_lead(work, lead_id)
    assert (lead.email, lead.phone, lead.source, lead.status) == (
        "meera@example.test", "+919845012345", "by hand", "new",
    )  # fmt: skip
    assert lead.touched_at is not None
    assert await audited(work) == ["lead.added"]


@pytest.mark.parametrize(
    ("email", "phone", "field"),
    [("", "", "email"), ("meera@", "", "email"), ("", "12", "phone"), ("", "9.19E+11", "phone")],
)
async def test_unusable_contacts_are_refused_beside_their_field(work: Work, email: str, phone: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await add_lead(work, NewLead("Meera", email, phone))
    assert list(refused.value.fields) == [field]


async def test_who_is_a_lead_already_is_not_added_twice(work: Work) -> None:
    await new_lead(work, "Meera Nair", email="meera@example.test")
    with pytest.raises(InvalidInput, match="Meera Nair is a lead already"):
        await add_lead(work, NewLead("M", "meera@example.test"))


async def test_a_student_may_become_a_lead_and_stays_one_person(work: Work) -> None:
    lead = await find_lead(work, await add_lead(work, NewLead("Somebody", ASHA.email, city="Pune")))
    assert (lead.person_id, lead.name, lead.city) == (ASHA.id, "Asha Rao", "Pune")


async def test_no_lead_by_hand_changes_how_somebody_signs_in(work: Work) -> None:
    await work.run("update people set phone = null where id = %(id)s", id=ASHA.id)
    lead = await find_lead(work, await add_lead(work, NewLead("Somebody", ASHA.email, "9876500009")))
    assert (lead.person_id, lead.phone) == (ASHA.id, None)


async def test_contacts_of_two_people_make_no_lead(work: Work) -> None:
    await new_lead(work, email="meera@example.test")
    with pytest.raises(InvalidInput, match="another person"):
        await add_lead(work, NewLead("M", "meera@example.test", ASHA.phone))


async def test_changing_a_lead_marks_it_as_touched(work: Work) -> None:
    lead_id = await lead_of(work, await new_lead(work, "Mera"))
    await change_lead(work, lead_id, name="Meera", city="Kochi", notes="Call\nlater", tags=["a", "b"])
    lead = await find_lead(work, lead_id)
    assert (lead.name, lead.city, lead.notes, lead.tags) == ("Meera", "Kochi", "Call\nlater", ["a", "b"])
    assert lead.touched_at == work.now
    with pytest.raises(NotFound):
        await change_lead(work, ASHA.id, name="", city="", notes="", tags=[])


async def test_a_tag_goes_on_once_and_comes_off_again(work: Work) -> None:
    await new_lead(work, "Has It", tags=["hot"])
    await new_lead(work, "Gets It")
    assert await add_tag(work, EVERYONE, "hot") == 1
    assert await tags_of(work) == {"Has It": ["hot"], "Gets It": ["hot"]}
    assert await remove_tag(work, LeadFilter(q="gets"), "hot") == 1
    assert await tags_of(work) == {"Has It": ["hot"], "Gets It": []}
    assert await audited(work) == ["leads.tagged", "leads.untagged"]


async def test_a_tag_nobody_has_any_more_is_no_filter(work: Work) -> None:
    await new_lead(work, tags=["hot"])
    await remove_tag(work, EVERYONE, "hot")
    assert list((await list_leads(work, EVERYONE)).tags) == []


async def test_when_the_count_is_another_by_now_nothing_happens(work: Work) -> None:
    await new_lead(work, "Meera")
    with pytest.raises(Conflict, match="There is 1 such lead now and not 2"):
        await add_tag(work, EVERYONE, "hot", expected=2)
    with pytest.raises(Conflict):
        await delete_leads(work, EVERYONE, 2)
    assert await tags_of(work) == {"Meera": []}


def test_tags_are_words_without_separators() -> None:
    assert read_tag("  open,  day ") == "open day"
    assert read_tags("a, b;a , ,c") == ["a", "b", "c"]
    with pytest.raises(InvalidInput):
        read_tag(" , ")


async def test_deleting_leads_keeps_people_who_are_more_than_a_lead(work: Work) -> None:
    gone, applied = await new_lead(work, "Gone"), await new_lead(work, "Applied", status="applied")
    course_id = await new_course(work, "ux", "UX")
    await work.run(
        "insert into cta_submissions (person_id, course_id, name, email, phone, submitted_at, updated_at)"
        " values (%(id)s, %(course_id)s, 'x', 'x', '+1', %(now)s, %(now)s)",
        id=applied,
        course_id=course_id,
        now=work.now,
    )
    await add_lead(work, NewLead("", ASHA.email))
    assert await delete_leads(work, EVERYONE, 3) == 3
    people = {row.id for row in await work.rows("select id from people")}
    assert gone not in people
    assert {applied, ASHA.id} <= people
    assert (await list_leads(work, EVERYONE)).total == 0


async def test_deleting_one_leaves_the_others(work: Work) -> None:
    person_id = await new_lead(work, "Gone")
    await new_lead(work, "Stays")
    await delete_leads(work, LeadFilter(ids=(await lead_of(work, person_id),)), 1)
    assert list(await tags_of(work)) == ["Stays"]
