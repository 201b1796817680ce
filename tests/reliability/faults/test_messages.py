"""E-mails, WhatsApp messages and calls whose provider fails: each leaves once, and an admin sees how it fared."""

import pytest

from tests.fixtures.house import until
from tests.reliability.faults.conftest import ENDS, LINES, impatient

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHANNELS = list(LINES)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_what_was_taken_before_the_line_was_cut_leaves_once(post, channel):
    await post.plan_fault(LINES[channel][0], "cut")
    delivery_id = await post.plan(channel)
    await post.house.run_due()
    assert (await post.seen(delivery_id)).state == "unknown"
    known = await post.reaches(delivery_id, ENDS[channel])
    assert (known.state, known.reason, await post.taken(known)) == ("sent", "", 1)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_an_answer_slower_than_our_patience_is_looked_up_and_not_repeated(post, channel):
    services = post.house.services
    adapter = {"email": services.email, "whatsapp": services.whatsapp, "call": services.voice}[channel]
    await post.plan_fault(LINES[channel][0], "slow", seconds=0.8)
    delivery_id = await post.plan(channel)
    with impatient(adapter._client):
        await post.house.run_due()
    doubtful = await post.seen(delivery_id)
    assert (doubtful.state, "fell silent" in doubtful.reason) == ("unknown", True)

    async def taken():
        return await post.taken(doubtful)

    await until(taken)
    known = await post.reaches(delivery_id, ENDS[channel])
    assert (known.state, await post.taken(known)) == ("sent", 1)


@pytest.mark.parametrize(("channel", "pause"), [("email", 2), ("whatsapp", 1), ("call", 2)])
async def test_a_provider_that_asks_for_a_pause_gets_it_and_the_message_leaves_after(post, channel, pause):
    provider = LINES[channel][0]
    await post.plan_fault(provider, "429")
    first, second = await post.plan(channel), await post.plan(channel)
    await post.house.run_due()
    traffic = "select opened_until > last_failure_at from provider_traffic where provider = %(provider)s"
    assert await post.value(traffic, provider=provider)
    waiting = await post.seen(first)
    assert (waiting.state, "slow down" in waiting.reason) == ("retry", True)
    waits = """
    select %(at)s >= last_failure_at + make_interval(secs => %(pause)s) from provider_traffic where provider = %(provider)s
    """
    assert await post.value(waits, at=waiting.retry_at, pause=pause, provider=provider)
    await post.wait_out()
    for delivery_id in (first, second):
        assert await post.taken(await post.reaches(delivery_id, ENDS[channel])) == 1


# What a failure of the server means: nothing left, or nobody knows.
FAILING = {
    "email": {"500": "retry", "502": "unknown", "503": "retry", "504": "unknown"},
    "whatsapp": {"500": "retry", "503": "retry"},
    "call": {"500": "unknown", "502": "unknown", "503": "retry", "504": "unknown"},
}


@pytest.mark.parametrize("channel", CHANNELS)
async def test_what_a_failing_provider_did_not_take_leaves_once_it_is_well(post, channel):
    for status, state in FAILING[channel].items():
        await post.plan_fault(LINES[channel][0], status)
        delivery_id = await post.plan(channel)
        await post.house.run_due()
        failed = await post.seen(delivery_id)
        assert (failed.state, await post.taken(failed)) == (state, 0), status
        assert failed.reason
        # A look-up that finds nothing lets it leave anew.
        await post.wait_out()
        assert await post.taken(await post.reaches(delivery_id, ENDS[channel])) == 1


@pytest.mark.parametrize("status", ["502", "504"])
async def test_a_whatsapp_message_that_a_gateway_may_have_taken_is_parked_and_never_repeated(post, status):
    await post.plan_fault("aisensy", status)
    delivery_id = await post.plan("whatsapp")
    for _sweep in range(3):
        await post.house.run_due()
        await post.wait_out()
    parked = await post.seen(delivery_id)
    assert (parked.state, parked.log_state, await post.taken(parked)) == ("unknown", "unknown", 0)
    assert parked.reason == f"AiSensy's gateway gave no answer ({status})."


# What may become of a message of which a share fails, beside faring well.
UNLUCKY = {
    "email": {"bounced", "blocked"},
    "whatsapp": {"failed"},
    "call": {"no_answer", "busy", "voicemail", "failed"},
}


@pytest.mark.parametrize("channel", CHANNELS)
async def test_of_messages_of_which_a_share_fails_each_leaves_once_and_tells_how_it_fared(post, channel):
    await post.plan_failures(LINES[channel][0], 0.5)
    planned = [await post.plan(channel) for _ in range(6)]
    fared = [await post.reaches(one, ENDS[channel], *UNLUCKY[channel]) for one in planned]
    failed = [one for one in fared if one.log_state in UNLUCKY[channel]]
    assert 0 < len(failed) < len(fared)
    assert all(one.log_reason for one in failed)
    assert {one.state for one in fared} == {"sent"}
    assert [await post.taken(one) for one in fared] == [1] * len(fared)


@pytest.mark.parametrize(
    ("kind", "state", "suppressed", "word"),
    [
        ("bounce", "bounced", "bounced", "does not exist"),
        ("block", "blocked", None, "reputation"),
        ("drop", "dropped", "bounced", "Bounced Address"),
        ("spam", "spam", "spam", ""),
        ("defer", "delivered", None, ""),
    ],
)
async def test_an_email_that_does_not_arrive_says_why_and_marketing_heeds_it(post, kind, state, suppressed, word):
    await post.plan_fault("sendgrid:message", kind)
    fared = await post.reaches(await post.plan("email"), state)
    assert (fared.suppressed, word in fared.log_reason) == (suppressed, True)
    later = await post.plan("email", fared.to_address, marketing=True)
    await post.house.run_due()
    assert (await post.seen(later)).state == ("cancelled" if suppressed else "sent")
    if not suppressed:
        await post.reaches(later, "delivered")


@pytest.mark.parametrize(
    ("kind", "state", "suppressed", "words"),
    [
        ("invalid-number", "failed", "invalid", "not on WhatsApp"),
        ("limited", "failed", "withheld", "WhatsApp"),
        ("undelivered", "sent", None, ""),
    ],
)
async def test_a_whatsapp_message_that_does_not_arrive_says_why_and_marketing_heeds_it(
    post, kind, state, suppressed, words
):
    await post.plan_fault("aisensy:message", kind)
    fared = await post.reaches(await post.plan("whatsapp"), state)
    assert (fared.suppressed, words in fared.log_reason) == (suppressed, True)
    later = await post.plan("whatsapp", fared.to_address, marketing=True)
    await post.house.run_due()
    assert (await post.seen(later)).state == ("cancelled" if suppressed else "sent")
    assert await post.taken(fared) == (1 if suppressed else 2)


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("no-answer", "no_answer", "Nobody answered"),
        ("busy", "busy", "busy"),
        ("failed", "failed", "number"),
        ("voicemail", "voicemail", ""),
        ("balance-low", "failed", "wallet is empty"),
        ("error", "failed", "telephony"),
    ],
)
async def test_a_call_that_reaches_nobody_says_why_and_is_not_made_again(post, kind, state, words):
    await post.plan_fault("bolna:call", kind)
    fared = await post.reaches(await post.plan("call"), state)
    assert words in fared.log_reason
    for _sweep in range(2):
        await post.house.run_due()
    assert await post.taken(fared) == 1
