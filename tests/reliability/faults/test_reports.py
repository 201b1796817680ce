"""Webhooks about messages that come late, twice, out of order, wrongly signed, or never."""

import pytest

from domain.messaging.interventions import send_anyway
from domain.messaging.showing import list_events
from domain.messaging.webhooks import list_rejections
from tests.fixtures.cast import BEN
from tests.fixtures.house import until
from tests.reliability.faults.conftest import ENDS, LINES

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHANNELS = list(LINES)
# channel -> what is shown of a message that was taken and of which nothing was reported.
TAKEN = {"email": "sent", "whatsapp": "submitted", "call": "queued"}
STORED = "select count(*) from webhook_events where provider = %(provider)s"


async def told(post, delivery):
    """Return what an admin sees of the reports about a message."""
    async with post.house.database.work(BEN.identity) as work:
        return [event.kind for event in await list_events(work, delivery)]


async def turned_away(post, provider):
    async with post.house.database.work(BEN.identity) as work:
        return sum(row.count for row in await list_rejections(work) if row.provider == provider)


async def is_quiet(post, provider):
    """Say whether the provider has posted everything it had to say."""
    return not await post.callbacks(provider, state="pending")


async def held(post, provider):
    return [one for one in await post.callbacks(provider) if one["is_held"]]


async def waiting(post, provider):
    return [one for one in await post.callbacks(provider, state="pending") if not one["attempts"]]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_reports_that_come_twice_and_out_of_order_end_as_one_of_each_in_order(post, channel):
    provider = LINES[channel][0]
    usual = await post.reaches(await post.plan(channel), ENDS[channel])
    await until(lambda: is_quiet(post, provider))
    await post.plan_fault(f"{provider}:webhook", "out-of-order")
    await post.plan_fault(f"{provider}:webhook", "twice", 10)
    disturbed = await post.plan(channel)
    await post.house.run_due()
    await until(lambda: held(post, provider))
    await post.reaches(await post.plan(channel), ENDS[channel])  # its reports overtake those that were held
    await until(lambda: is_quiet(post, provider))
    await post.house.run_due()
    fared = await post.reaches(disturbed, ENDS[channel])
    if (
        channel != "call"
    ):  # of a call only what is read at Bolna counts, however often its webhook says that there is news
        assert await told(post, fared) == await told(post, usual)
    assert (fared.state, fared.log_reason, await post.taken(fared)) == ("sent", usual.log_reason, 1)
    doubles = "select count(*) - count(distinct (provider, event_id)) from webhook_events"
    assert await post.value(doubles) == 0


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_wrongly_signed_report_changes_nothing_and_is_counted(post, channel):
    provider = LINES[channel][0]
    before, stored = await turned_away(post, provider), await post.value(STORED, provider=provider)
    await post.plan_fault(f"{provider}:webhook", "wrongly-signed", 20)
    delivery_id = await post.plan(channel)
    await post.house.run_due()

    async def counted():
        return await turned_away(post, provider) > before

    await until(counted)
    await post.house.run_due()
    assert await post.value(STORED, provider=provider) == stored
    seen = await post.seen(delivery_id)
    assert (seen.state, seen.log_state) == ("sent", TAKEN[channel])
    assert "Webhooks turned away" in await post.page("/admin/errors")
    await post.sign_rightly(provider)
    assert (await post.reaches(delivery_id, ENDS[channel])).state == "sent"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_report_that_comes_late_is_applied_when_it_comes(post, channel):
    await post.plan_fault(f"{LINES[channel][0]}:webhook", "late", 20)
    delivery_id = await post.plan(channel)
    await post.house.run_due()
    await until(lambda: waiting(post, LINES[channel][0]))
    await post.house.run_due()
    assert (await post.seen(delivery_id)).log_state == TAKEN[channel]
    await post.move_clock("11 minutes")
    known = await post.reaches(delivery_id, ENDS[channel])
    assert await post.taken(known) == 1


@pytest.mark.parametrize("channel", ["email", "whatsapp"])
async def test_without_any_report_a_message_stays_sent_and_is_never_repeated(post, channel):
    provider = LINES[channel][0]
    await post.plan_fault(f"{provider}:webhook", "never", 20)
    delivery_id = await post.plan(channel)
    await post.house.run_due()
    await until(lambda: post.callbacks(provider, state="never"))
    await post.move_clock("3 days")
    for _sweep in range(2):
        await post.house.run_due()
    seen = await post.seen(delivery_id)
    assert (seen.state, seen.log_state, await post.taken(seen)) == ("sent", TAKEN[channel], 1)


async def test_without_any_report_a_call_is_read_to_its_end(post):
    await post.plan_fault("bolna:webhook", "never", 20)
    delivery_id = await post.plan("call")
    await post.house.run_due()
    await post.move_clock("1 minute")
    read = await post.reaches(delivery_id, "completed")
    assert (bool(read.transcript), await post.taken(read)) == (True, 1)


async def test_without_any_report_a_whatsapp_message_in_doubt_stays_parked_until_an_admin_sends_it_anyway(post):
    await post.plan_fault("aisensy:webhook", "never", 20)
    await post.plan_fault("aisensy", "cut")
    delivery_id = await post.plan("whatsapp")
    await post.house.run_due()
    await post.move_clock("3 days")
    for _sweep in range(2):
        await post.house.run_due()
        await post.wait_out()
    parked = await post.seen(delivery_id)
    assert (parked.state, await post.taken(parked)) == ("unknown", 1)
    assert "Send anyway" in await post.page(f"/admin/deliveries/{delivery_id}")
    async with post.house.database.work(BEN.identity) as work:
        await send_anyway(work, delivery_id)
    await post.house.run_due()
    assert ((await post.seen(delivery_id)).state, await post.taken(parked)) == ("sent", 2)
