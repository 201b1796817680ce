"""Accounts that do not let us send, for hours: nobody's attempts are used up, everybody sees why, and then all leaves once."""

import pytest

from domain.dashboard.reading import read_dashboard
from domain.messaging.sending.settling import MOST_ATTEMPTS
from tests.fixtures.cast import BEN
from tests.reliability.faults.conftest import ENDS, LINES

pytestmark = pytest.mark.asyncio(loop_scope="module")
TITLES = {"sendgrid": "SendGrid", "aisensy": "AiSensy", "bolna": "Bolna"}
TWO_HOURS = 24  # times the five minutes after which an account is tried again
STATE = "select account_problem from provider_traffic where provider = %(provider)s"
HELD = """
select opened_until - now() between interval '4 minutes' and interval '5 minutes' from provider_traffic
 where provider = %(provider)s
"""


async def concerns(post):
    async with post.house.database.work(BEN.identity) as work:
        return [concern.text for concern in (await read_dashboard(work, 0.0)).attention]


@pytest.mark.parametrize("channel", list(LINES))
async def test_a_key_that_is_revoked_for_two_hours_fails_nothing_and_then_all_leaves_once(post, channel):
    provider = LINES[channel][0]
    await post.plan_fault(provider, "401", times=500)
    planned = [await post.plan(channel) for _ in range(3)]
    for _five_minutes in range(TWO_HOURS):
        await post.house.run_due()
        assert await post.value(HELD, provider=provider)
        before = [(one.state, one.attempt) for one in [await post.seen(each) for each in planned]]
        await post.house.run_due()  # while the account is held nothing is even claimed
        assert [(one.state, one.attempt) for one in [await post.seen(each) for each in planned]] == before
        await post.wait_out()
    waiting = [await post.seen(one) for one in planned]
    assert {one.state for one in waiting} <= {"pending", "retry"}
    assert max(one.attempt for one in waiting) < MOST_ATTEMPTS
    assert [one.attempt for one in waiting] == [0] * 3
    problem = await post.value(STATE, provider=provider)
    assert TITLES[provider] in problem
    assert f"{problem} What is for it waits." in await concerns(post)
    page = await post.page(f"/admin/integrations/{provider}")
    assert "Turns us away" in page
    assert "key" in problem
    assert "Try now" in page

    await post.house.sandbox.delete("/faults.json")
    for delivery_id in planned:
        assert await post.taken(await post.reaches(delivery_id, ENDS[channel])) == 1
    assert await post.value(STATE, provider=provider) == ""
    assert not any(TITLES[provider] in text for text in await concerns(post))


async def test_a_project_without_a_plan_holds_whatsapp_though_it_answers_like_a_bad_request(post):
    await account(post, "has_credits", "is_verified")
    try:
        delivery_id = await post.plan("whatsapp")
        for _five_minutes in range(MOST_ATTEMPTS + 1):
            await post.house.run_due()
            await post.wait_out()
        waiting = await post.seen(delivery_id)
        assert (waiting.state, waiting.attempt) == ("retry", 0)
        assert "no active plan" in await post.value(STATE, provider="aisensy")
    finally:
        await account(post, "has_plan", "has_credits", "is_verified")
    assert await post.taken(await post.reaches(delivery_id, "read")) == 1


async def account(post, *switches):
    """Give the account at AiSensy just these of what it may lack."""
    form = {"webhook_shape": "project", "is_webhook_signed": "on", "tells_submitted_id": "on"}
    form |= {"webhook_url": f"{post.house.settings.base_url}/webhooks/aisensy"} | dict.fromkeys(switches, "on")
    assert (await post.house.sandbox.post("/phone/account", data=form)).status_code == 303
