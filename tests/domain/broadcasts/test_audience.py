"""Who a broadcast goes to, and who is left out and why."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.broadcasts.audience import judge, list_people
from domain.broadcasts.broadcast import Audience, Broadcast, find_broadcast
from domain.broadcasts.drafting import create_draft, deselect, select
from domain.leads.filters import LeadFilter
from domain.messaging.outbox import plan_email
from domain.messaging.suppressions import suppress
from domain.work import Work
from tests.fixtures.cast import ASHA, CHITRA
from tests.fixtures.catalogue import Catalogue
from tests.fixtures.leads import new_lead

LEADS = Audience(kind="leads", leads=LeadFilter())


async def draft(work: Work, channel: str = "email", audience: Audience | None = None, **options: bool) -> Broadcast:
    options = {"is_marketing": False} | options
    broadcast_id = await create_draft(work, uuid4(), "News", channel, audience or Audience(), **options)  # type: ignore[arg-type]
    return await find_broadcast(work, broadcast_id)


async def enrol(work: Work, person_id: UUID, batch_id: UUID, state: str = "active") -> None:
    await work.run(
        "insert into enrolments (person_id, batch_id, state, enrolled_at) values (%(p)s, %(b)s, %(state)s, %(now)s)",
        p=person_id,
        b=batch_id,
        state=state,
        now=work.now,
    )


async def note(work: Work, phone: str, channel: str, reason: str, hours: int | None = None) -> None:
    await work.run(
        "insert into phone_suppressions (phone, channel, reason, expires_at, created_at) values (%(phone)s, %(channel)s,"
        " %(reason)s, %(now)s::timestamptz + make_interval(hours => %(hours)s), %(now)s)",
        phone=phone,
        channel=channel,
        reason=reason,
        hours=hours,
        now=work.now,
    )


async def test_students_are_those_whose_account_is_active(work: Work) -> None:
    await work.run("update profiles set is_active = false where person_id = %(id)s", id=CHITRA.id)
    judged = await judge(work, await draft(work))
    assert judged.count == 1
    assert judged.first is not None
    assert judged.first.name == ASHA.name
    assert judged.first.values["first_name"] == "Asha"


async def test_a_batch_is_who_studies_in_it_now(work: Work, catalogue: Catalogue) -> None:
    await enrol(work, ASHA.id, catalogue.batch_id)
    await enrol(work, CHITRA.id, catalogue.batch_id, "withdrawn")
    judged = await judge(work, await draft(work, audience=Audience("batch", catalogue.batch_id)))
    assert judged.count == 1
    assert judged.first is not None
    assert judged.first.values["batch"]
    assert judged.first.values["course"]


async def test_leads_are_found_by_the_filter_of_their_list(work: Work) -> None:
    await new_lead(work, tags=["hot"])
    await new_lead(work)
    hot = Audience(kind="leads", leads=LeadFilter(tag="hot"))
    assert (await judge(work, await draft(work, audience=hot))).total == 1


async def test_marketing_by_e_mail_leaves_out_each_under_one_reason(work: Work) -> None:
    await new_lead(work)
    await new_lead(work, email=None)
    for reason in ("unsubscribed", "bounced", "spam"):
        await new_lead(work, email=f"{reason}@example.test")
        await suppress(work, f"{reason}@example.test", reason)
    judged = await judge(work, await draft(work, audience=LEADS))
    assert judged.left_out == {"no_email": 1, "unsubscribed": 1, "bounced": 1, "spam": 1}
    assert judged.count == 1


async def test_what_concerns_the_course_reaches_those_who_want_no_marketing(work: Work) -> None:
    await suppress(work, ASHA.email, "unsubscribed")
    await suppress(work, CHITRA.email, "bounced")
    about_course = await judge(work, await draft(work))
    assert (about_course.count, about_course.left_out) == (1, {"bounced": 1})
    assert (await judge(work, await draft(work, is_marketing=True))).count == 0


async def test_what_leads_get_is_always_marketing(work: Work) -> None:
    assert (await draft(work, audience=LEADS, is_marketing=False)).is_marketing


@pytest.mark.parametrize("is_marketing", [True, False])
async def test_who_said_stop_on_whatsapp_is_still_reached_by_email(work: Work, is_marketing: bool) -> None:
    await note(work, ASHA.phone, "whatsapp", "opted_out")
    broadcast_id = await create_draft(work, uuid4(), "News", "email", Audience(), is_marketing=is_marketing)
    assert (await judge(work, await find_broadcast(work, broadcast_id))).left_out == {}


async def test_whatsapp_marketing_asks_for_consent_and_nothing_goes_to_who_opted_out(work: Work) -> None:
    await note(work, ASHA.phone, "whatsapp", "opted_out")
    about_course = await judge(work, await draft(work, "whatsapp"))
    assert (about_course.count, about_course.left_out) == (1, {"opted_out": 1})
    marketing = await judge(work, await draft(work, "whatsapp", is_marketing=True))
    assert marketing.left_out == {"opted_out": 1, "no_consent": 1}


async def test_a_note_on_a_number_counts_for_its_channel_and_its_time(work: Work) -> None:
    await note(work, ASHA.phone, "whatsapp", "opted_out")
    await note(work, CHITRA.phone, "all", "invalid")
    calls = await judge(work, await draft(work, "call"))
    assert (calls.count, calls.left_out) == (1, {"invalid": 1})
    await work.run("update people set consent_whatsapp = true")
    await work.run("delete from phone_suppressions")
    await note(work, ASHA.phone, "whatsapp", "withheld", hours=1)
    await note(work, CHITRA.phone, "whatsapp", "withheld", hours=-1)
    marketing = await judge(work, await draft(work, "whatsapp", is_marketing=True))
    assert (marketing.count, marketing.left_out) == (1, {"withheld": 1})


@pytest.mark.parametrize(("hours", "count"), [(1, 1), (23, 1), (25, 2)])
async def test_nobody_gets_marketing_twice_within_a_day(work: Work, hours: int, count: int) -> None:
    await plan_email(work, kind="broadcast", to=ASHA.email, key="earlier", person_id=ASHA.id, marketing=True)
    broadcast = await draft(work, is_marketing=True)
    assert (await judge(work, broadcast, work.now + timedelta(hours=hours))).count == count
    assert (await judge(work, await draft(work))).count == 2


async def test_who_is_taken_off_by_hand_can_be_put_back(work: Work) -> None:
    broadcast = await draft(work)
    await deselect(work, broadcast.id, [ASHA.id])
    assert (await judge(work, await find_broadcast(work, broadcast.id))).left_out == {"deselected": 1}
    await select(work, broadcast.id, [ASHA.id])
    assert (await judge(work, await find_broadcast(work, broadcast.id))).left_out == {}


async def test_the_people_of_a_draft_can_be_searched_and_told_apart(work: Work) -> None:
    broadcast = await draft(work)
    await deselect(work, broadcast.id, [ASHA.id])
    broadcast = await find_broadcast(work, broadcast.id)
    assert [row.name for row in (await list_people(work, broadcast, q="asha")).rows] == [ASHA.name]
    assert [row.name for row in (await list_people(work, broadcast, which="chosen")).rows] == [CHITRA.name]
    assert (await list_people(work, broadcast, which="deselected")).total == 1
