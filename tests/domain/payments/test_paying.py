"""Money that comes in: read from the gateway, credited once, whatever the webhooks say and in whatever order."""

import asyncio
import logging
from urllib.parse import urlencode

import pytest

from adapters.instamojo.objects import payment_of
from domain.payments.links import pay_path
from domain.payments.reading import take_attempts
from domain.work import SYSTEM
from tests.fixtures._replays import told_again
from tests.fixtures.cast import ASHA, BEN
from tests.fixtures.house import until


async def told_admins(desk):
    return await desk.all(
        "select title, body, url from notifications where person_id = %(ben)s and kind = 'payment' order by created_at",
        ben=BEN.id,
    )


async def audited(desk, action):
    return await desk.all("select * from audit_logs where action = %(action)s", action=action)


async def test_the_gateways_own_webhook_credits_the_payment(desk):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id, quietly=False)
    await until_paid(desk, payment_id)
    payment = await desk.payment(payment_id)
    assert (payment.state, payment.paid_paise) == ("paid", 500_000)
    (attempt,) = await desk.attempts(payment_id)
    assert (attempt.status, attempt.amount_paise, attempt.instrument) == ("credit", 500_000, "UPI")
    assert attempt.fees_paise > 0
    assert (await desk.request(payment_id)).state == "paid"


async def test_a_payment_is_audited_told_and_receipted_once(desk, caplog):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    form = await desk.hint(payment_id)
    with caplog.at_level(logging.INFO, "web.webhooks.replays"):
        for _ in range(2):
            assert (await desk.tell(form)).status_code == 200
    assert told_again(caplog) == ["a webhook for instamojo told nothing new: 0 of 1"]
    (entry,) = await audited(desk, "payment.received")
    assert (entry.subject_id, entry.details["amount_paise"]) == (payment_id, 500_000)
    (told,) = await told_admins(desk)
    assert (told.title, told.url) == ("Asha Rao paid ₹5,000", f"/admin/payments/{payment_id}")
    await desk.house.run_due()
    (receipt,) = await desk.house.mailbox(ASHA.email)
    assert "₹5,000" in receipt["subject"]


@pytest.mark.parametrize(
    ("change", "channels"),
    [
        ("email = null, consent_whatsapp = false", ["whatsapp"]),
        ("consent_whatsapp = true", ["email", "whatsapp"]),
    ],
)
async def test_who_has_no_e_mail_address_or_likes_whatsapp_gets_the_receipt_there_once(desk, change, channels):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    async with desk.house.database.work(SYSTEM) as work:
        await work.run(f"update people set {change} where id = %(id)s", id=ASHA.id)
    form = await desk.hint(payment_id)
    for _ in range(2):
        assert (await desk.tell(form)).status_code == 200
        await desk.house.run_due()
    receipts = await desk.all("select * from deliveries where kind = 'payment_received' order by channel")
    assert [(one.channel, one.state) for one in receipts] == [(channel, "sent") for channel in channels]
    receipt = receipts[-1]
    assert receipt.to_address == ASHA.phone
    (attempt,) = await desk.attempts(payment_id)
    path = f"{pay_path(desk.house.settings.secret, payment_id)}/receipts/{attempt.id}"
    assert receipt.params["buttons"] == [str(attempt.id)]  # the signed way to it is kept nowhere
    phone = (await desk.house.sandbox.get("/phone.json", params={"number": ASHA.phone.lstrip("+")})).json()
    assert path.removeprefix("/") in str(phone)
    assert "We have received ₹5,000 for Data Analytics" in str(phone)


async def test_five_copies_at_once_and_in_reverse_order_end_as_one(desk):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id, outcome="declined")
    failed = await desk.hint(payment_id)
    await desk.pay(payment_id)
    paid = await desk.hint(payment_id)
    answers = await asyncio.gather(*(desk.tell(form) for form in [paid, paid, failed, failed, paid]))
    assert {answer.status_code for answer in answers} == {200}
    payment = await desk.payment(payment_id)
    assert (payment.state, payment.paid_paise) == ("paid", 500_000)
    assert [attempt.status for attempt in await desk.attempts(payment_id)] == ["failed", "credit"]
    assert len(await audited(desk, "payment.received")) == 1
    stored = await desk.all("select event_id, processed_at from webhook_events where provider = 'instamojo'")
    assert len(stored) == len({event.event_id for event in stored})
    assert all(event.processed_at for event in stored)


@pytest.mark.parametrize("salt", ["", "another-salt"])
async def test_a_forged_webhook_changes_nothing(desk, salt):
    payment_id = await desk.ask(5000)
    request = await desk.request(payment_id)
    form = {"payment_id": "MOJO0000000000000001", "payment_request_id": request.gateway_id, "status": "Credit"}
    form |= {"amount": "5000.00"}
    assert (await desk.tell(form, salt=salt)).status_code == 401
    assert (await desk.post(urlencode(form))).status_code == 401
    assert await desk.attempts(payment_id) == []
    assert await desk.all("select id from webhook_events where provider = 'instamojo'") == []


async def test_a_signed_webhook_about_a_payment_the_gateway_does_not_know_credits_nothing(desk):
    payment_id = await desk.ask(5000)
    request = await desk.request(payment_id)
    form = {"payment_id": "MOJO0000000000000001", "payment_request_id": request.gateway_id, "status": "Credit"}
    assert (await desk.tell(form | {"amount": "5000.00"})).status_code == 200
    assert (await desk.payment(payment_id)).paid_paise == 0


async def test_what_the_webhook_claims_of_the_amount_is_not_believed(desk):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    assert (await desk.tell(await desk.hint(payment_id, amount="1.00", status="Failed"))).status_code == 200
    assert (await desk.payment(payment_id)).paid_paise == 500_000


async def test_while_the_gateway_is_away_the_webhook_has_to_come_again(desk):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    form = await desk.hint(payment_id)
    await desk.plan_fault("503", 1)
    assert (await desk.tell(form)).status_code == 503
    assert (await desk.payment(payment_id)).paid_paise == 0
    assert (await desk.tell(form)).status_code == 200
    assert (await desk.payment(payment_id)).paid_paise == 500_000


async def test_a_webhook_that_could_not_be_read_and_never_comes_again_is_read_later(desk):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    form = await desk.hint(payment_id)
    await desk.plan_fault("503")
    assert (await desk.tell(form)).status_code == 503
    await desk.one("select shift_clock('3 minutes')")
    await desk.house.run_due()
    assert (await desk.payment(payment_id)).paid_paise == 500_000
    assert (await desk.one("select processed_at from webhook_events")).processed_at


async def test_a_webhook_that_never_comes_loses_nothing(desk):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    await desk.house.run_due()
    assert (await desk.payment(payment_id)).paid_paise == 0
    await desk.one("select shift_clock('11 minutes')")
    await desk.house.run_due()
    assert (await desk.payment(payment_id)).paid_paise == 500_000


async def test_an_open_request_is_looked_at_ever_less_often(desk):
    payment_id = await desk.ask(5000)
    gaps = []
    for _ in range(3):
        await desk.one("select shift_clock((select max(next_check_at) - app_now() from payment_requests))")
        await desk.house.run_due()
        row = await desk.one("select next_check_at - app_now() as gap from payment_requests")
        gaps.append(row.gap.total_seconds())
    assert gaps == sorted(gaps)
    assert gaps[-1] > 2 * gaps[0]
    assert (await desk.request(payment_id)).state == "open"


async def test_an_amount_that_does_not_fit_is_flagged_and_not_counted(desk):
    payment_id = await desk.ask(5000)
    async with desk.house.database.work(SYSTEM) as work:
        await work.run("update payment_requests set amount_paise = 400000")
    await desk.pay(payment_id)
    assert (await desk.tell(await desk.hint(payment_id))).status_code == 200
    assert (await desk.payment(payment_id)).paid_paise == 0
    (attempt,) = await desk.attempts(payment_id)
    assert "₹5,000, but ₹4,000" in attempt.problem
    assert [told.title for told in await told_admins(desk)] == ["A payment of ₹5,000 needs a look"]


async def test_money_in_another_currency_is_flagged_and_not_counted(desk):
    payment_id = await desk.ask(5000)
    request = await desk.request(payment_id)
    dollars = payment_of({"payment_id": "MOJO1", "status": "Credit", "currency": "USD", "amount": "5000.00"})
    async with desk.house.database.work(SYSTEM) as work:
        await take_attempts(work, request.id, [dollars], request.gateway_id)
    assert (await desk.payment(payment_id)).paid_paise == 0
    (attempt,) = await desk.attempts(payment_id)
    assert (attempt.problem, attempt.credited_at) == ("It is in USD, but rupees were asked for.", None)


async def test_money_for_a_request_that_is_not_ours_is_flagged_once(desk):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    form = await desk.hint(payment_id)
    async with desk.house.database.work(SYSTEM) as work:
        await work.run("delete from payments")
    for _ in range(2):
        assert (await desk.tell(form)).status_code == 200
    (stranger,) = await desk.all("select * from gateway_payments")
    assert (stranger.payment_id, stranger.credited_at, stranger.amount_paise) == (None, None, 500_000)
    assert len(await told_admins(desk)) == 1


async def test_a_webhook_overtakes_the_answer_to_our_request(desk):
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    form = await desk.hint(payment_id)
    request = await desk.request(payment_id)
    async with desk.house.database.work(SYSTEM) as work:
        await work.run("update payment_requests set gateway_id = null, longurl = '', state = 'unknown'")
    assert (await desk.tell(form, reference=request.reference)).status_code == 200
    assert (await desk.payment(payment_id)).state == "paid"


async def test_money_for_a_cancelled_payment_is_money_and_the_admins_hear_of_it(desk):
    payment_id = await desk.ask(5000)
    async with desk.house.database.work(SYSTEM) as work:
        await work.run("update payments set cancelled_at = %(now)s", now=work.now)
    await desk.pay(payment_id)
    await desk.tell(await desk.hint(payment_id))
    assert (await desk.payment(payment_id)).state == "paid"
    assert "after the payment was cancelled" in (await told_admins(desk))[0].body


async def test_parts_paid_one_by_one_add_up(desk):
    payment_id = await desk.ask(10_000, parts=2)
    await desk.pay(payment_id, 2)
    await desk.tell(await desk.hint(payment_id, 2))
    payment = await desk.payment(payment_id)
    assert (payment.state, payment.paid_paise) == ("part_paid", 500_000)
    await desk.pay(payment_id, 1)
    await desk.tell(await desk.hint(payment_id, 1))
    assert (await desk.payment(payment_id)).state == "paid"


async def until_paid(desk, payment_id):
    async def paid():
        return (await desk.payment(payment_id)).paid_paise

    await until(paid)
