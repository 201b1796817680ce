"""Coming back from the gateway: the page tells what the gateway says, not what the address claims."""


async def come_back(desk, payment_id, outcome):
    back = await desk.pay(payment_id, outcome=outcome)
    return await desk.visit(back)


async def test_who_has_paid_is_thanked_and_credited_before_any_webhook(desk):
    payment_id = await desk.ask(5000)
    answer = await come_back(desk, payment_id, "pay")
    assert "Thank you, your payment has arrived." in answer.text
    assert (await desk.payment(payment_id)).paid_paise == 500_000
    assert "Receipts" in answer.text


async def test_who_was_declined_is_told_why_and_may_try_again(desk):
    payment_id = await desk.ask(5000)
    answer = await come_back(desk, payment_id, "declined")
    assert "The bank declined the payment." in answer.text
    assert "Pay ₹5,000" in answer.text
    assert "Thank you" in (await come_back(desk, payment_id, "pay")).text


async def test_an_address_that_claims_a_payment_is_not_believed(desk):
    payment_id = await desk.ask(5000)
    request = await desk.request(payment_id)
    claim = f"payment_id=MOJO0000000000000001&payment_status=Credit&payment_request_id={request.gateway_id}"
    answer = await desk.visit(f"{desk.pay_path(payment_id)}/return?{claim}")
    assert "has not arrived yet" in answer.text
    assert (await desk.payment(payment_id)).paid_paise == 0


async def test_while_the_gateway_is_away_the_page_waits_and_looks_again(desk):
    payment_id = await desk.ask(5000)
    back = await desk.pay(payment_id)
    await desk.plan_fault("503")
    answer = await desk.visit(back)
    assert "has not arrived yet" in answer.text
    assert "every 4s" in answer.text
    await desk.house.run_due()
    assert (await desk.payment(payment_id)).paid_paise == 500_000
    answer = await desk.visit(back)
    assert ("Thank you" in answer.text, "every 4s" in answer.text) == (True, False)


async def test_anothers_return_address_shows_nothing_of_theirs(desk):
    mine, other = await desk.ask(5000), await desk.ask(7000)
    back = await desk.pay(other)
    answer = await desk.visit(back.replace(desk.pay_path(other), desk.pay_path(mine)))
    assert "has not arrived yet" in answer.text
    assert (await desk.payment(other)).paid_paise == 0
