"""Asking the gateway for a link: one link a part, however often it is tried, closed and opened with its payment."""

import dataclasses

from adapters.arq.runner import Runner
from domain.admissions.approving import Approval, approve
from domain.automation.changing import change_rule
from domain.automation.rule_states import find_rule
from domain.payments.changing import cancel_payment, reopen_payment, retry_request
from domain.work import SYSTEM
from tests.fixtures.applicants import ROHIT
from tests.fixtures.cast import ASHA, BEN

COUNT = "payment-requests/?limit=50&page=1"


async def links_at(desk):
    return (await desk.at_the_gateway(COUNT))["payment_requests"]


async def test_a_payment_gets_a_link_with_our_reference_and_our_page_to_come_back_to(desk):
    payment_id = await desk.ask(5000)
    request = await desk.request(payment_id)
    assert request.state == "open"
    (link,) = await links_at(desk)
    assert (link["id"], link["amount"], link["purpose"]) == (request.gateway_id, "5000.00", "Data Analytics")
    assert link["redirect_url"].startswith(f"{desk.house.settings.base_url}{desk.pay_path(payment_id)}/return?")
    assert request.reference in link["redirect_url"]
    assert (link["email"], link["allow_repeated_payments"]) == (ASHA.email, False)


async def test_instalments_are_links_of_their_own(desk):
    payment_id = await desk.ask(10_000, parts=3)
    assert sorted(link["amount"] for link in await links_at(desk)) == ["3333.00", "3333.00", "3334.00"]
    assert (await desk.payment(payment_id)).state == "due"


async def test_after_an_answer_that_tells_nothing_the_link_is_looked_up_and_made_once(desk):
    await desk.plan_fault("502")
    payment_id = await desk.ask(5000)
    assert (await desk.request(payment_id)).state in ("creating", "unknown")
    await retry_now(desk)
    assert (await desk.request(payment_id)).state == "open"
    assert len(await links_at(desk)) == 1


async def test_a_cancelled_payment_closes_its_link_and_opens_it_again(desk):
    payment_id = await desk.ask(5000)
    async with desk.house.database.work(BEN.identity) as work:
        await cancel_payment(work, payment_id)
    await desk.house.run_due()
    assert ((await desk.request(payment_id)).state, (await desk.payment(payment_id)).state) == ("disabled", "cancelled")
    closed = await desk.house.sandbox.get((await desk.request(payment_id)).longurl)
    assert "UPI" not in closed.text
    async with desk.house.database.work(BEN.identity) as work:
        await reopen_payment(work, payment_id)
    await desk.house.run_due()
    assert ((await desk.request(payment_id)).state, (await desk.payment(payment_id)).state) == ("open", "due")
    assert "UPI" in (await desk.house.sandbox.get((await desk.request(payment_id)).longurl)).text


async def test_what_the_gateway_refuses_says_why_and_can_be_tried_again(desk):
    payment_id = await desk.ask(5000, run=False)
    await set_purpose(desk, " ")
    await desk.house.run_due()
    request = await desk.request(payment_id)
    assert (request.state, request.reason) == ("failed", "Say what the payment is for.")
    (told,) = await desk.all("select title from notifications where person_id = %(ben)s", ben=BEN.id)
    assert told.title == "Asha Rao cannot pay ₹5,000 yet"
    await set_purpose(desk, "Course")
    async with desk.house.database.work(BEN.identity) as work:
        await retry_request(work, payment_id, request.id)
    await desk.house.run_due()
    assert (await desk.request(payment_id)).state == "open"


async def test_the_link_is_sent_once_there_is_one_to_pay_at(desk):
    payment_id = await desk.ask(5000, announce=["email", "whatsapp"], run=False)
    assert await desk.all("select id from deliveries") == []
    await desk.house.run_due()
    rows = await desk.all("select channel, params from deliveries order by channel")
    assert [row.channel for row in rows] == ["email", "whatsapp"]
    assert rows[1].params["buttons"] == [str(payment_id)]  # the signed way to it is kept nowhere
    await desk.house.run_due()
    phone = (await desk.house.sandbox.get("/phone.json", params={"number": ASHA.phone.lstrip("+")})).json()
    assert desk.pay_path(payment_id).removeprefix("/") in str(phone)
    (message,) = await desk.house.mailbox(ASHA.email)
    assert message["subject"] == "₹5,000 for Data Analytics"


async def test_whom_the_rule_asks_gets_the_text_that_was_chosen_for_it_with_the_way_to_pay(desk, catalogue, applies):
    application_id = await applies(ROHIT)
    async with desk.house.database.work(BEN.identity) as work:
        await work.run("update courses set price_paise = 1200000")
        settings = (await find_rule(work, "approval_payment")).settings
        wanted = dataclasses.replace(settings, templates={**settings.templates, "email": "payment_reminder"})
        await change_rule(work, "approval_payment", 1, wanted, is_on=True)
        await approve(work, Approval(application_id, 1, catalogue.batch_id))
    for _sweep in range(4):
        await desk.house.run_due()
    payment = await desk.one("select id from payments")
    (message,) = [one for one in await desk.house.mailbox(ROHIT.email) if "₹12,000" in one["subject"]]
    assert message["subject"] == "A reminder: ₹12,000 for Data Analytics"
    assert desk.pay_path(payment.id) in message["text"]
    (told,) = await desk.all(
        "select template, params from deliveries where kind = 'payment_link' and channel = 'whatsapp'"
    )
    assert told.template == "payment_link"
    assert told.params["params"][:3] == ["Rohit", "₹12,000", "Data Analytics"]


async def test_a_worker_that_died_while_asking_leaves_one_link(desk):
    payment_id = await desk.ask(5000)
    async with desk.house.database.work(SYSTEM) as work:
        # As if it had died between the gateway's answer and writing it down.
        await work.run("update payment_requests set state = 'creating', gateway_id = null, longurl = ''")
        await work.run("update automation_steps set state = 'planned', finished_at = null where kind like 'create%%'")
    await desk.house.run_due()
    assert (await desk.request(payment_id)).state == "open"
    assert len(await links_at(desk)) == 1


async def test_a_payment_that_is_cancelled_before_its_link_is_made_never_gets_one(desk):
    payment_id = await desk.ask(5000, run=False)
    async with desk.house.database.work(BEN.identity) as work:
        await cancel_payment(work, payment_id)
    await desk.house.run_due()
    assert (await desk.request(payment_id)).state == "disabled"
    assert await links_at(desk) == []


async def test_the_demo_never_asks_the_real_gateway(desk):
    async with desk.house.database.work(SYSTEM) as work:
        await work.run("update people set is_demo = true where id = %(id)s", id=ASHA.id)
    payment_id = await desk.ask(5000, run=False)
    live = Runner(desk.house.services)
    live.steps.ports = dataclasses.replace(live.ports, payments_are_live=True)
    await live.sweep()
    await live.idle()
    request = await desk.request(payment_id)
    assert (request.state, request.reason) == ("failed", "Demo payments never reach the real gateway.")
    assert await links_at(desk) == []


async def set_purpose(desk, purpose):
    async with desk.house.database.work(SYSTEM) as work:
        await work.run("update payments set purpose = %(purpose)s", purpose=purpose)


async def retry_now(desk):
    async with desk.house.database.work(BEN.identity) as work:
        await work.run("update automation_steps set retry_at = null where state = 'planned'")
    await desk.house.run_due()
