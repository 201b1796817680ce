"""Writing a broadcast: what is wrong is told beside its field, and a confirmed one is not changed any more."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.broadcasts.broadcast import Audience, Message, find_broadcast
from domain.broadcasts.drafting import change_draft, create_draft, deselect, write_message
from domain.broadcasts.variables import problem_with
from domain.errors import Conflict, InvalidInput
from domain.leads.filters import LeadFilter
from domain.messaging.marks import substitutions
from domain.messaging.variables import fill
from domain.work import Work
from tests.fixtures.cast import ASHA

LETTER = Message(subject="Hello {{first_name}}", body="Class moves to 7 pm.")


async def draft(work: Work, channel: str = "email", audience: Audience | None = None) -> UUID:
    return await create_draft(work, uuid4(), "News", channel, audience or Audience(), is_marketing=False)  # type: ignore[arg-type]


async def template_id(work: Work, campaign: str) -> UUID:
    found: UUID = await work.value("select id from whatsapp_templates where campaign = %(campaign)s", campaign=campaign)
    return found


async def test_the_same_form_sent_twice_is_one_draft(work: Work) -> None:
    token = uuid4()
    for _ in range(2):
        await create_draft(work, token, "News", "email", Audience(), is_marketing=False)
    assert await work.value("select count(*) from broadcasts") == 1


async def test_a_batch_that_does_not_exist_is_not_chosen(work: Work) -> None:
    with pytest.raises(InvalidInput) as refused:
        await draft(work, audience=Audience("batch", uuid4()))
    assert "batch" in refused.value.fields


async def test_an_e_mail_needs_subject_and_text(work: Work) -> None:
    with pytest.raises(InvalidInput) as refused:
        await write_message(work, await draft(work), Message())
    assert set(refused.value.fields) == {"subject", "body"}


async def test_a_template_needs_every_part_filled(work: Work) -> None:
    broadcast_id = await draft(work, "whatsapp")
    banner = Message(
        whatsapp_template_id=await template_id(work, "course_banner"), params=("{{first_name}}", "", "a\nb")
    )
    with pytest.raises(InvalidInput) as refused:
        await write_message(work, broadcast_id, banner)
    assert set(refused.value.fields) == {"param_2", "param_3", "param_4", "link_1", "media_url"}
    whole = replace(
        banner, params=("{{first_name}}", "b", "c", "d"), links=("x",), media_url="https://example.test/a.jpg"
    )
    await write_message(work, broadcast_id, whole)
    broadcast = await find_broadcast(work, broadcast_id)
    assert broadcast.message == whole
    assert broadcast.is_marketing  # as WhatsApp has approved it
    await change_draft(work, broadcast_id, "News", Audience(), is_marketing=False)
    assert (await find_broadcast(work, broadcast_id)).is_marketing


async def test_a_variable_nobody_has_is_told_where_it_stands(work: Work) -> None:
    with pytest.raises(InvalidInput) as refused:
        await write_message(work, await draft(work), replace(LETTER, body="Hi {{surname}}"))
    assert "{{surname}}" in refused.value.fields["body"]


async def test_leads_have_no_batch_to_be_named(work: Work) -> None:
    leads = Audience(kind="leads", leads=LeadFilter())
    broadcast_id = await draft(work)
    await write_message(work, broadcast_id, replace(LETTER, body="To {{batch}}"))
    with pytest.raises(InvalidInput, match="batch"):
        await change_draft(work, broadcast_id, "News", leads, is_marketing=True)


async def test_for_others_nobody_is_taken_off_any_more(work: Work) -> None:
    broadcast_id = await draft(work)
    await deselect(work, broadcast_id, [ASHA.id])
    await change_draft(work, broadcast_id, "Renamed", Audience(), is_marketing=False)
    assert (await find_broadcast(work, broadcast_id)).deselected == (ASHA.id,)
    await change_draft(work, broadcast_id, "Renamed", Audience("leads", leads=LeadFilter()), is_marketing=False)
    assert (await find_broadcast(work, broadcast_id)).deselected == ()


async def test_what_was_confirmed_is_not_changed(work: Work) -> None:
    broadcast_id = await draft(work)
    await work.run("update broadcasts set state = 'sending'")
    with pytest.raises(Conflict):
        await write_message(work, broadcast_id, LETTER)


def test_a_value_that_looks_like_a_variable_is_only_text() -> None:
    assert fill("Hi {{ first_name }}", {"first_name": "{{city}}", "city": "Pune"}) == "Hi {{city}}"


def test_values_are_escaped_where_they_stand_in_html() -> None:
    assert substitutions({"name": "<b>"}) == {"[%name:text%]": "<b>", "[%name:html%]": "&lt;b&gt;"}


def test_a_variable_that_is_not_closed_is_noticed() -> None:
    assert problem_with("Hi {{name", "students")
    assert problem_with("Hi {{name}} {or} {}", "students") is None
