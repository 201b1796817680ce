"""Money that goes back: never more than came in, asked for once however often it is tried."""

import asyncio
from uuid import uuid4

import pytest

from domain.errors import InvalidInput
from domain.payments.refunding import plan_refund
from tests.domain.payments.test_requests import retry_now
from tests.fixtures.cast import BEN


async def give_back(desk, payment_id, amount, form_key=None, **changes):
    values = {"amount": amount, "confirmed": amount, "kind": "QFL", "body": "Moved away.", **changes}
    async with desk.house.database.work(BEN.identity) as work:
        return await plan_refund(work, payment_id, form_key=form_key or uuid4(), **values)


async def paid(desk, rupees=5000, parts=1):
    payment_id = await desk.ask(rupees, parts=parts)
    for part in range(1, parts + 1):
        await desk.pay(payment_id, part)
        await desk.tell(await desk.hint(payment_id, part))
    return payment_id


async def at_the_gateway(desk):
    return (await desk.at_the_gateway("refunds/?limit=50&page=1"))["refunds"]


async def test_a_part_goes_back_and_then_the_rest(desk):
    payment_id = await paid(desk)
    await give_back(desk, payment_id, "1,500.50")
    await desk.house.run_due()
    payment = await desk.payment(payment_id)
    assert (payment.state, payment.refunded_paise) == ("part_refunded", 150_050)
    await give_back(desk, payment_id, "3499.50")
    await desk.house.run_due()
    assert (await desk.payment(payment_id)).state == "refunded"
    assert sorted(refund["refund_amount"] for refund in await at_the_gateway(desk)) == ["1500.50", "3499.50"]
    entries = await desk.all("select details from audit_logs where action = 'payment.refunded'")
    assert sorted(entry.details["amount_paise"] for entry in entries) == [150_050, 349_950]


async def test_of_instalments_the_last_one_paid_goes_back_first(desk):
    payment_id = await paid(desk, 10_000, parts=2)
    await give_back(desk, payment_id, "7000")
    await desk.house.run_due()
    assert sorted(refund["refund_amount"] for refund in await at_the_gateway(desk)) == ["2000.00", "5000.00"]
    assert (await desk.payment(payment_id)).refunded_paise == 700_000


async def test_never_more_goes_back_than_came_in(desk):
    payment_id = await paid(desk)
    with pytest.raises(InvalidInput) as refused:
        await give_back(desk, payment_id, "5000.01")
    assert refused.value.fields == {"amount": "At most ₹5,000 can be given back."}
    await give_back(desk, payment_id, "4000")  # not given back yet, but promised
    with pytest.raises(InvalidInput, match="At most ₹1,000"):
        await give_back(desk, payment_id, "1001")


async def test_two_admins_at_once_cannot_give_back_more_than_came_in(desk):
    payment_id = await paid(desk)
    outcomes = await asyncio.gather(*(give_back(desk, payment_id, "3000") for _ in range(2)), return_exceptions=True)
    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Exception)) == [InvalidInput]
    assert (await desk.one("select sum(amount_paise) as sum from refunds")).sum == 300_000


async def test_two_clicks_give_back_once(desk):
    payment_id, key = await paid(desk), uuid4()
    for _ in range(2):
        await give_back(desk, payment_id, "1000", key)
    await desk.house.run_due()
    assert len(await at_the_gateway(desk)) == 1


async def test_the_form_of_one_payments_refund_is_worth_nothing_for_another(desk):
    key = uuid4()
    first, second = await paid(desk), await paid(desk)
    for payment_id in (first, second):
        await give_back(desk, payment_id, "1000", key)
    await desk.house.run_due()
    assert [(await desk.payment(one)).refunded_paise for one in (first, second)] == [100_000, 100_000]


async def test_what_is_wrong_is_said_beside_its_field(desk):
    payment_id = await paid(desk)
    for changes, field in [
        ({"amount": "nonsense"}, "amount"),
        ({"amount": "0", "confirmed": "0"}, "amount"),
        ({"confirmed": "999"}, "confirmed"),
        ({"kind": "XYZ"}, "kind"),
        ({"body": " "}, "body"),
        ({"body": "x" * 201}, "body"),
    ]:
        with pytest.raises(InvalidInput) as refused:
            await give_back(desk, payment_id, **({"amount": "1000"} | changes))
        assert list(refused.value.fields) == [field]


async def test_after_an_answer_that_tells_nothing_the_refund_is_looked_up_and_asked_for_once(desk):
    payment_id = await paid(desk)
    await give_back(desk, payment_id, "1000")
    await desk.plan_fault("502")
    await desk.house.run_due()
    assert (await desk.one("select state from refunds")).state == "unknown"
    await retry_now(desk)
    assert (await desk.one("select state from refunds")).state == "asked"
    assert len(await at_the_gateway(desk)) == 1
    assert (await desk.payment(payment_id)).refunded_paise == 100_000


async def test_a_refund_taken_before_the_worker_died_is_found_by_the_next(desk):
    payment_id = await paid(desk)
    await give_back(desk, payment_id, "1000")
    await desk.house.run_due()
    # As if the worker had died between the gateway's yes and writing it down.
    async with desk.house.database.work(BEN.identity) as work:
        await work.run("update refunds set state = 'asking', gateway_id = null, taken_at = null")
        await work.run("update payments set refunded_paise = 0")
        await work.run("update automation_steps set state = 'planned', finished_at = null where kind = 'ask_refund'")
    await desk.house.run_due()
    assert len(await at_the_gateway(desk)) == 1
    assert (await desk.payment(payment_id)).refunded_paise == 100_000


async def test_what_the_gateway_refuses_is_free_to_be_given_back_again(desk):
    payment_id = await paid(desk)
    async with desk.house.database.work(BEN.identity) as work:
        await work.run("update gateway_payments set gateway_payment_id = 'MOJO0000000000000009'")
    await give_back(desk, payment_id, "5000")
    await desk.house.run_due()
    refund = await desk.one("select state, reason from refunds")
    assert (refund.state, "Invalid payment ID" in refund.reason) == ("failed", True)
    assert (await desk.payment(payment_id)).refunded_paise == 0
    await give_back(desk, payment_id, "5000")
