"""Instamojo failing: one link a request, money credited once and given back once, and an admin sees what went wrong."""

from uuid import uuid4

import pytest

from domain.messaging.webhooks import list_rejections
from domain.payments.refunding import plan_refund
from tests.fixtures.cast import BEN
from tests.fixtures.house import until
from tests.reliability.faults.conftest import impatient

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def links_to(desk, payment_id):
    """Return how many links the gateway has made for a payment's one part."""
    reference = (await desk.request(payment_id)).reference
    links = (await desk.at_the_gateway("payment-requests/?limit=500&page=1"))["payment_requests"]
    return sum(reference in link["redirect_url"] for link in links)


async def receipts_of(desk, payment_id):
    sql = "select count(*) from deliveries where kind = 'payment_received' and subject_id = %(id)s"
    return (await desk.one(sql, id=payment_id)).count


async def credits_of(desk, payment_id):
    sql = "select count(*) from audit_logs where action = 'payment.received' and subject_id = %(id)s"
    return (await desk.one(sql, id=payment_id)).count


async def turned_away(desk):
    async with desk.house.database.work(BEN.identity) as work:
        return sum(row.count for row in await list_rejections(work) if row.provider == "instamojo")


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("cut", "unknown", "fell silent"),
        ("slow", "unknown", "fell silent"),
        ("500", "unknown", "no clear answer (500)"),
        ("502", "unknown", "no clear answer (502)"),
        ("504", "unknown", "no clear answer (504)"),
        ("503", "creating", "out of service"),
        ("429", "creating", "slow down"),
    ],
)
async def test_a_link_that_was_not_answered_for_is_looked_up_and_made_once(desk, post, kind, state, words):
    await post.plan_fault("instamojo", kind, seconds=0.8 if kind == "slow" else None)
    payment_id = await desk.ask(5000, run=False)
    with impatient(desk.house.services.payments._client, 0.3 if kind == "slow" else 20):
        await desk.house.run_due()
    request = await desk.request(payment_id)
    assert (request.state, words in request.reason) == (state, True), request.reason
    assert words in await post.page(f"/admin/payments/{payment_id}")

    async def is_taken():
        return kind not in ("cut", "slow") or await links_to(desk, payment_id)

    await until(is_taken)
    await post.wait_out()
    await desk.house.run_due()
    request = await desk.request(payment_id)
    assert (request.state, request.reason, await links_to(desk, payment_id)) == ("open", "", 1)


async def test_a_declined_card_leaves_the_link_open_and_says_so(desk, post):
    payment_id = await desk.ask(5000)
    await post.plan_fault("instamojo:payment", "declined")
    assert "The bank declined the payment." in (await desk.visit(await desk.pay(payment_id))).text
    await is_open_after(desk, post, payment_id, "The bank declined the payment.")


async def test_a_payment_that_timed_out_leaves_the_link_open_and_is_found_when_the_gateway_is_read_again(desk, post):
    payment_id = await desk.ask(5000)
    await post.plan_fault("instamojo:payment", "timed-out")
    assert await desk.pay(payment_id) == ""  # the payer is led back nowhere
    await post.move_clock("11 minutes")
    await desk.house.run_due()
    await is_open_after(desk, post, payment_id, "The bank did not answer in time.")


async def is_open_after(desk, post, payment_id, words):
    """Check that an admin sees why an attempt failed, and that the link can be paid all the same."""
    assert words in await post.page(f"/admin/payments/{payment_id}")
    payment, request = await desk.payment(payment_id), await desk.request(payment_id)
    assert (payment.state, payment.paid_paise, request.state) == ("due", 0, "open")
    assert "Thank you" in (await desk.visit(await desk.pay(payment_id))).text
    assert [attempt.status for attempt in await desk.attempts(payment_id)] == ["failed", "credit"]


async def test_while_every_card_is_declined_the_link_stays_open_and_nothing_is_credited(desk, post):
    await post.plan_failures("instamojo", 1)
    payment_id = await desk.ask(5000)
    for _ in range(2):
        await desk.visit(await desk.pay(payment_id))
    assert [attempt.status for attempt in await desk.attempts(payment_id)] == ["failed", "failed"]
    assert (await desk.request(payment_id)).state == "open"
    await post.plan_failures("instamojo", 0)
    await desk.visit(await desk.pay(payment_id))
    assert (await desk.payment(payment_id)).paid_paise == 500_000


@pytest.mark.parametrize("kind", ["twice", "late", "out-of-order", "wrongly-signed", "never"])
async def test_however_the_webhook_comes_or_not_a_payment_is_credited_once(desk, post, kind):
    before = await turned_away(desk)
    payment_id = await desk.ask(5000)
    await post.plan_fault("instamojo:webhook", kind)
    await desk.pay(payment_id, quietly=False)
    if kind == "twice":
        await until(lambda: is_paid(desk, payment_id))
    if kind == "wrongly-signed":
        await until(lambda: was_turned_away(desk, before))
        assert (await desk.payment(payment_id)).paid_paise == 0
    await post.move_clock("11 minutes")
    await desk.house.run_due()
    await until(lambda: is_paid(desk, payment_id))
    if kind == "wrongly-signed":  # rightly signed at last, it finds everything done
        await post.sign_rightly("instamojo")
    await until(lambda: is_told(post))
    await desk.house.run_due()
    assert (await desk.payment(payment_id)).paid_paise == 500_000
    assert (await credits_of(desk, payment_id), await receipts_of(desk, payment_id)) == (1, 1)
    assert await turned_away(desk) == before + (kind == "wrongly-signed")


async def test_a_failure_that_is_reported_after_the_payment_takes_nothing_back(desk, post):
    await desk.house.sandbox.post("/payments/account", data={"reports_failed_payments": "on"})
    payment_id = await desk.ask(5000)
    await post.plan_fault("instamojo:webhook", "out-of-order")
    await desk.pay(payment_id, outcome="declined", quietly=False)
    await desk.pay(payment_id, quietly=False)
    await until(lambda: is_told(post))
    assert [attempt.status for attempt in await desk.attempts(payment_id)] == ["failed", "credit"]
    payment = await desk.payment(payment_id)
    assert (payment.state, payment.paid_paise, await credits_of(desk, payment_id)) == ("paid", 500_000, 1)


async def is_paid(desk, payment_id):
    return (await desk.payment(payment_id)).paid_paise


async def was_turned_away(desk, before):
    return await turned_away(desk) > before


async def is_told(post):
    return not await post.callbacks("instamojo", state="pending")


@pytest.mark.parametrize("kind", ["cut", "500", "429"])
async def test_a_reading_that_fails_after_a_webhook_is_made_again(desk, post, kind):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    form = await desk.hint(payment_id)
    await post.plan_fault("instamojo", kind)
    assert (await desk.tell(form)).status_code == 503
    assert (await desk.payment(payment_id)).paid_paise == 0
    await post.wait_out()
    await post.move_clock("3 minutes")
    await desk.house.run_due()
    assert (await desk.payment(payment_id)).paid_paise == 500_000


@pytest.mark.parametrize("kind", ["cut", "slow", "429", "503"])
async def test_a_refund_that_was_not_answered_for_is_looked_up_and_given_once(desk, post, kind):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    await desk.tell(await desk.hint(payment_id))
    async with desk.house.database.work(BEN.identity) as work:
        about = {"amount": "1000", "confirmed": "1000", "kind": "QFL", "body": "Moved away."}
        await plan_refund(work, payment_id, form_key=uuid4(), **about)
    await post.plan_fault("instamojo", kind, seconds=0.8 if kind == "slow" else None)
    with impatient(desk.house.services.payments._client, 0.3 if kind == "slow" else 20):
        await desk.house.run_due()
    refund = await desk.one("select * from refunds where payment_id = %(id)s", id=payment_id)
    assert (refund.state, bool(refund.reason)) == ("unknown" if kind in ("cut", "slow") else "asking", True)

    async def is_taken():
        return kind not in ("cut", "slow") or await given_back(desk, refund)

    await until(is_taken)
    await post.wait_out()
    await desk.house.run_due()
    refund = await desk.one("select * from refunds where payment_id = %(id)s", id=payment_id)
    assert (refund.state, await given_back(desk, refund)) == ("asked", 1)
    assert (await desk.payment(payment_id)).refunded_paise == 100_000


async def given_back(desk, refund):
    """Return how often the gateway was asked for a refund."""
    refunds = (await desk.at_the_gateway("refunds/?limit=500&page=1"))["refunds"]
    return sum(refund.reference in one["body"] for one in refunds)
