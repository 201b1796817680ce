"""Starting a campaign, planning its e-mails, and stopping it."""

from uuid import UUID, uuid4

import pytest

from adapters.email_templates import JinjaMessageRenderer
from domain.campaigns import on_sent
from domain.campaigns.planning import plan_chunk
from domain.campaigns.progress import count_progress, find_campaign
from domain.campaigns.starting import CountChanged, NewCampaign, cancel_campaign, start_campaign
from domain.errors import Conflict, InvalidInput
from domain.leads.filters import LeadFilter
from domain.messaging.suppressions import suppress
from domain.messaging.templates.catalogue import default_text
from domain.messaging.templates.rendering import render_text
from domain.messaging.templates.values import values_of
from domain.work import Work
from tests.fixtures.leads import new_lead

# What the composer adds.
COMPOSED = dict.fromkeys(("business_name", "base_url", "recipient_name", "apply_url", "unsubscribe_url"), "x")


def campaign(course_id: UUID, expected: int) -> NewCampaign:
    return NewCampaign(uuid4(), "November", course_id, LeadFilter(), expected)


async def started(work: Work, course_id: UUID, count: int) -> UUID:
    """Start a campaign to ``count`` new leads and return its id."""
    for number in range(count):
        await new_lead(work, f"Lead {number}", age=number)
    new = campaign(course_id, count)
    assert await start_campaign(work, new)
    return new.id


async def planned(work: Work, campaign_id: UUID) -> None:
    while await plan_chunk(work, campaign_id):
        pass


async def deliveries(work: Work, campaign_id: UUID) -> list[object]:
    sql = "select * from deliveries where campaign_id = %(id)s order by to_name"
    return list(await work.rows(sql, id=campaign_id))


async def test_answering_the_same_question_twice_makes_one_campaign(work: Work, course_id: UUID) -> None:
    await new_lead(work)
    new = campaign(course_id, 1)
    assert await start_campaign(work, new)
    assert not await start_campaign(work, new)
    assert await work.value("select count(*) from lead_campaigns") == 1
    assert await work.value("select count(*) from automation_steps where kind = 'plan_campaign'") == 1


async def test_nothing_is_sent_when_the_count_has_changed(work: Work, course_id: UUID) -> None:
    for _number in range(2):
        await new_lead(work)
    with pytest.raises(CountChanged, match="2 people now and not to 1 any more"):
        await start_campaign(work, campaign(course_id, 1))
    assert await work.value("select count(*) from lead_campaigns") == 0


async def test_nobody_to_write_to_is_no_campaign(work: Work, course_id: UUID) -> None:
    with pytest.raises(InvalidInput, match="Nobody is left"):
        await start_campaign(work, campaign(course_id, 0))


async def test_every_recipient_gets_one_delivery_however_the_chunks_fall(work: Work, course_id: UUID) -> None:
    campaign_id = await started(work, course_id, 5)
    assert await plan_chunk(work, campaign_id, size=2)
    assert await plan_chunk(work, campaign_id, size=2)
    assert not await plan_chunk(work, campaign_id, size=2)
    assert not await plan_chunk(work, campaign_id, size=2)
    rows = await deliveries(work, campaign_id)
    assert [row.to_name for row in rows] == [f"Lead {number}" for number in range(5)]
    assert rows[0].params == {
        "first_name": "Lead",
        "course_title": "Data Analytics",
        "course_summary": "Live, in the evening",
        "apply_path": "/apply/data-analytics",
    }
    assert (await find_campaign(work, campaign_id)).state == "sending"


async def test_who_has_no_name_is_greeted_all_the_same(work: Work, course_id: UUID) -> None:
    await new_lead(work, "")
    new = campaign(course_id, 1)
    await start_campaign(work, new)
    await planned(work, new.id)
    (row,) = await deliveries(work, new.id)
    assert row.params["first_name"] == "there"


async def test_who_has_no_name_gets_a_subject_of_their_own_in_a_group_of_their_own(work: Work, course_id: UUID) -> None:
    await new_lead(work, "  ", age=1)
    await new_lead(work, "Meera Nair")
    new = campaign(course_id, 2)
    await start_campaign(work, new)
    await planned(work, new.id)
    rows = await deliveries(work, new.id)
    given = [values_of("cta", row.params | COMPOSED, "http://here") for row in rows]
    subjects = [render_text(JinjaMessageRenderer(), default_text("cta"), values).subject for values in given]
    assert subjects == ["Your place in Data Analytics", "Meera, your place in Data Analytics"]
    assert len({row.group_key for row in rows}) == 2


async def test_a_lead_that_comes_after_the_confirmation_is_not_written_to(work: Work, course_id: UUID) -> None:
    campaign_id = await started(work, course_id, 1)
    await new_lead(work, "Too Late")
    await planned(work, campaign_id)
    assert [row.to_name for row in await deliveries(work, campaign_id)] == ["Lead 0"]


async def test_who_unsubscribes_before_the_planning_is_left_out_and_counted(work: Work, course_id: UUID) -> None:
    await new_lead(work, email="gone@example.test")
    new = campaign(course_id, 1)
    await start_campaign(work, new)
    campaign_id = new.id
    await suppress(work, "gone@example.test", "unsubscribed")
    await planned(work, campaign_id)
    shown = await find_campaign(work, campaign_id)
    assert await deliveries(work, campaign_id) == []
    assert (shown.left_out, shown.state) == ({"unsubscribed": 1}, "done")


async def test_who_unsubscribes_afterwards_has_their_e_mail_cancelled_with_the_reason(
    work: Work, course_id: UUID
) -> None:
    campaign_id = await started(work, course_id, 2)
    await planned(work, campaign_id)
    first = (await deliveries(work, campaign_id))[0]
    await suppress(work, first.to_address, "unsubscribed")
    states = {row.to_name: (row.state, row.reason) for row in await deliveries(work, campaign_id)}
    assert states == {"Lead 0": ("cancelled", "They have unsubscribed."), "Lead 1": ("pending", "")}


async def test_cancelling_stops_what_has_not_left_and_nothing_more_is_planned(work: Work, course_id: UUID) -> None:
    campaign_id = await started(work, course_id, 3)
    await plan_chunk(work, campaign_id, size=2)
    await work.run("update deliveries set state = 'sent', sent_at = %(now)s where to_name = 'Lead 0'", now=work.now)
    assert await cancel_campaign(work, campaign_id) == 1
    assert not await plan_chunk(work, campaign_id, size=2)
    progress = await count_progress(work, campaign_id)
    assert (progress.written, progress.sent, progress.cancelled) == (2, 1, 1)
    with pytest.raises(Conflict):
        await cancel_campaign(work, campaign_id)


async def test_a_lead_is_e_mailed_once_its_e_mail_has_left(work: Work, course_id: UUID) -> None:
    campaign_id = await started(work, course_id, 2)
    await planned(work, campaign_id)
    first, second = await deliveries(work, campaign_id)
    await work.run("update deliveries set state = 'sent' where id = %(id)s", id=first.id)
    await on_sent(work, [first.id])
    assert await statuses(work) == {"Lead 0": "emailed", "Lead 1": "new"}
    assert (await find_campaign(work, campaign_id)).state == "sending"
    await work.run("update deliveries set state = 'sent' where id = %(id)s", id=second.id)
    await on_sent(work, [second.id])
    assert (await find_campaign(work, campaign_id)).state == "done"


async def test_an_e_mail_moves_no_applicant_back(work: Work, course_id: UUID) -> None:
    campaign_id = await started(work, course_id, 1)
    await planned(work, campaign_id)
    await work.run("update imported_leads set status = 'applied'")
    await on_sent(work, [(await deliveries(work, campaign_id))[0].id])
    assert await statuses(work) == {"Lead 0": "applied"}


async def statuses(work: Work) -> dict[str, str]:
    rows = await work.rows("select p.name, l.status from imported_leads l join people p on p.id = l.person_id")
    return {row.name: row.status for row in rows}
