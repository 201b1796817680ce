"""Who a campaign goes to."""

from datetime import timedelta
from uuid import UUID, uuid4

from domain.campaigns.audience import find_audience
from domain.leads.filters import LeadFilter
from domain.messaging.outbox import plan_email
from domain.messaging.suppressions import suppress
from domain.work import Work
from tests.fixtures.leads import new_course, new_lead

EVERYBODY = LeadFilter()


async def apply(work: Work, person_id: UUID, course_id: UUID) -> None:
    await work.run(
        "insert into cta_submissions (person_id, course_id, name, email, phone, submitted_at, updated_at)"
        " values (%(person_id)s, %(course_id)s, 'x', 'x@example.test', '+919876500000', %(now)s, %(now)s)",
        person_id=person_id,
        course_id=course_id,
        now=work.now,
    )


async def test_the_newest_lead_gets_the_e_mail_first(work: Work, course_id: UUID) -> None:
    await new_lead(work, "Old Lead", age=90)
    await new_lead(work, "New Lead", age=1)
    audience = await find_audience(work, EVERYBODY, uuid4(), course_id)
    assert audience.count == 2
    assert audience.first is not None
    assert audience.first.name == "New Lead"


async def test_each_who_is_left_out_is_counted_under_one_reason(work: Work, course_id: UUID) -> None:
    await new_lead(work, "Gets It")
    await new_lead(work, email=None)
    for reason in ("unsubscribed", "bounced", "spam"):
        await new_lead(work, email=f"{reason}@example.test")
        await suppress(work, f"{reason}@example.test", reason)
    await apply(work, await new_lead(work), course_id)
    await new_lead(work, emailed_at=work.now - timedelta(hours=23), status="emailed")
    audience = await find_audience(work, EVERYBODY, uuid4(), course_id)
    assert audience.left_out == {
        "no_email": 1, "unsubscribed": 1, "bounced": 1, "spam": 1, "applied": 1, "mailed": 1,
    }  # fmt: skip
    assert (audience.count, audience.total) == (1, 7)


async def test_who_got_an_advertising_broadcast_today_is_left_out(work: Work, course_id: UUID) -> None:
    person_id = await new_lead(work, email="meera@example.test")
    broadcast_id = await work.value(
        "insert into broadcasts (name, channel, audience, is_marketing, state, created_at)"
        " values ('May', 'email', '{}', true, 'sending', %(now)s) returning id",
        now=work.now,
    )
    await plan_email(
        work, kind="broadcast", to="meera@example.test", key="b", person_id=person_id, broadcast_id=broadcast_id,
        marketing=True,
    )  # fmt: skip
    assert (await find_audience(work, EVERYBODY, uuid4(), course_id)).left_out == {"mailed": 1}


async def test_a_day_later_they_may_be_written_to_again(work: Work, course_id: UUID) -> None:
    await new_lead(work, emailed_at=work.now - timedelta(hours=25), status="emailed")
    assert (await find_audience(work, EVERYBODY, uuid4(), course_id)).count == 1


async def test_who_applied_for_another_course_may_hear_of_this_one(work: Work, course_id: UUID) -> None:
    await apply(work, await new_lead(work), await new_course(work, "ux", "UX"))
    assert (await find_audience(work, EVERYBODY, uuid4(), course_id)).count == 1


async def test_the_filter_of_the_list_is_the_filter_of_the_campaign(work: Work, course_id: UUID) -> None:
    await new_lead(work, tags=["hot"])
    await new_lead(work)
    assert (await find_audience(work, LeadFilter(tag="hot"), uuid4(), course_id)).total == 1
