"""Asking the gateway for a link: one link a part, however often it is tried, closed and opened with its payment."""

from domain.payments.changing import cancel_payment, reopen_payment
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


async def test_a_request_that_was_taken_but_never_answered_is_found_and_not_made_twice(desk):
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


async def retry_now(desk):
    async with desk.house.database.work(BEN.identity) as work:
        await work.run("update automation_steps set retry_at = null where state = 'planned'")
    await desk.house.run_due()
