"""A try of a provider is made once, for whoever asks, and what came of it is seen."""

import pytest

from domain.errors import Conflict, NotFound
from domain.integrations.overview import list_tests
from domain.integrations.trying import plan_test
from domain.work import SYSTEM
from tests.fixtures.cast import BEN

DETAILS = {
    "aisensy": {"to": BEN.phone, "campaign": "announcement", "params": ["Ben", "Gurudesk", "hello"]},
    "bolna": {"to": BEN.phone},
    "instamojo": {},
    "zoom": {},
}


async def plan(house, provider, *, is_live=False, **details):
    async with house.database.work(BEN.identity) as work:
        await plan_test(work, provider, is_live=is_live, **(details or DETAILS.get(provider, {})))


async def tried(house, provider):
    async with house.database.work(BEN.identity) as work:
        return await list_tests(work, provider)


@pytest.mark.parametrize(
    ("provider", "outcome"),
    [("aisensy", BEN.phone), ("bolna", BEN.phone), ("instamojo", "₹9.00"), ("zoom", "made and deleted again")],
)
async def test_a_try_is_made_and_its_outcome_told(house, cast, provider, outcome):
    await plan(house, provider)
    assert [test.state for test in await tried(house, provider)] == ["waiting"]
    await house.run_due()
    (test,) = await tried(house, provider)
    assert test.state == "succeeded", test.outcome
    assert outcome in test.outcome
    assert test.asked_by_name == BEN.name
    assert ("127.0.0.1" in test.link) == (provider == "instamojo")


async def test_a_try_by_email_is_an_ordinary_delivery(house, cast):
    await plan(house, "sendgrid")
    await house.run_due()
    (test,) = await tried(house, "sendgrid")
    assert (test.state, test.outcome) == ("succeeded", BEN.email)
    assert len(await house.mailbox(BEN.email)) == 1


async def test_what_the_provider_refuses_is_told_in_its_words(house, cast):
    await plan(house, "aisensy", to=BEN.phone, campaign="no such campaign", params=[])
    await house.run_due()
    (test,) = await tried(house, "aisensy")
    assert test.state == "failed"
    assert test.outcome


async def test_a_try_that_was_broken_off_is_not_made_again(house, cast):
    await plan(house, "bolna")
    async with house.database.work(SYSTEM) as work:
        await work.run("update provider_tests set state = 'running'")
    await house.run_due()
    (test,) = await tried(house, "bolna")
    assert test.state == "unknown"
    assert "broken off" in test.outcome
    async with house.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from provider_requests where provider = 'bolna'") == 0


async def test_there_is_one_try_at_a_time(house, cast):
    await plan(house, "zoom")
    with pytest.raises(Conflict, match="under way"):
        await plan(house, "zoom")


async def test_nothing_is_tried_while_sending_is_paused(house, cast):
    async with house.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'true' where key = 'sending_paused'")
    with pytest.raises(Conflict, match="paused"):
        await plan(house, "bolna")


async def test_demo_people_are_never_called_for_real(house, cast):
    async with house.database.work(SYSTEM) as work:
        await work.run("update people set is_demo = true where id = %(id)s", id=BEN.id)
    with pytest.raises(Conflict, match="Demo people"):
        await plan(house, "bolna", is_live=True)
    await plan(house, "bolna", is_live=False)


async def test_what_is_no_provider_is_not_found(house, cast):
    with pytest.raises(NotFound):
        await plan(house, "twilio", to=BEN.phone)
