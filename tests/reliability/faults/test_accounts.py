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


async def test_keys_that_are_revoked_for_two_hours_fail_nothing_and_then_all_leaves_once(post):
    """One walk with all three providers at once: what one of them does to a message is none of another's business."""
    for provider in TITLES:
        await post.plan_fault(provider, "401", times=500)
    planned = {channel: [await post.plan(channel) for _ in range(3)] for channel in LINES}
    for _five_minutes in range(TWO_HOURS):
        await post.house.run_due()
        assert all([await post.value(HELD, provider=provider) for provider in TITLES])
        before = await fared(post, planned)
        await post.house.run_due()  # while an account is held nothing is even claimed
        assert await fared(post, planned) == before
        await post.wait_out()
    for channel, ids in planned.items():
        await nothing_was_used_up_and_everybody_sees_why(post, channel, ids)

    await post.house.sandbox.delete("/faults.json")
    for channel, ids in planned.items():
        for delivery_id in ids:
            assert await post.taken(await post.reaches(delivery_id, ENDS[channel])) == 1
        provider = LINES[channel][0]
        assert await post.value(STATE, provider=provider) == ""
        assert not any(TITLES[provider] in text for text in await concerns(post))


async def fared(post, planned):
    deliveries = [await post.seen(one) for ids in planned.values() for one in ids]
    return [(one.state, one.attempt) for one in deliveries]


async def nothing_was_used_up_and_everybody_sees_why(post, channel, ids):
    provider = LINES[channel][0]
    waiting = [await post.seen(one) for one in ids]
    assert {one.state for one in waiting} <= {"pending", "retry"}
    assert [one.attempt for one in waiting] == [0] * 3
    problem = await post.value(STATE, provider=provider)
    assert TITLES[provider] in problem
    assert f"{problem} What is for it waits." in await concerns(post)
    page = await post.page(f"/admin/integrations/{provider}")
    assert "Turns us away" in page
    assert "key" in problem
    assert "Try now" in page


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
