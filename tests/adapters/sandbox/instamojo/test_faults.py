"""What our adapter makes of an Instamojo that fails on purpose, and what the webhook's faults look like."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from adapters.instamojo.signature import is_signed
from domain.ports import CannotTell, Missing, Refused, Unavailable, Unknown
from domain.ports.payments import PaymentRequest, PaymentRequested
from tests.adapters.sandbox.conftest import until
from tests.adapters.sandbox.instamojo.test_paying import SALT, mac, told

ASKED = PaymentRequest("r-7", "Course fee", 500_000, "Asha Rao", "asha@example.com", "+919845012345")
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


async def plan(sandbox, kind, provider="instamojo", count=1):
    answer = await sandbox.client.post("/faults.json", json={"provider": provider, "kind": kind, "count": count})
    assert answer.status_code == 201, answer.text


async def test_each_answer_that_is_none_has_its_meaning(sandbox, gateway):
    for kind, outcome, words in [
        ("401", Unavailable, "INSTAMOJO_AUTH_TOKEN"),
        ("403", Unavailable, "papers"),
        ("413", Unknown, "413"),
        ("429", Unavailable, "slow down"),
        ("500", Unknown, "500"),
        ("502", Unknown, "502"),
        ("503", Unavailable, "out of service"),
        ("504", Unknown, "504"),
    ]:
        await plan(sandbox, kind)
        failed = await gateway.create(ASKED)
        assert isinstance(failed, outcome), (kind, failed)
        assert words in failed.reason
        assert isinstance(await gateway.create(ASKED), PaymentRequested)


async def test_being_told_to_wait_says_how_long(sandbox, gateway):
    await plan(sandbox, "429")
    failed = await gateway.create(ASKED)
    assert isinstance(failed, Unavailable)
    assert failed.retry_after == 2


@pytest.mark.parametrize(("kind", "arrived"), [("silent", True), ("lost", False)])
async def test_after_a_silence_the_list_tells_whether_the_request_arrived(sandbox, gateway, kind, arrived):
    gateway._client.timeout = httpx.Timeout(1.0)
    await plan(sandbox, kind)
    assert isinstance(await gateway.create(ASKED), Unknown)
    found = await gateway.find("r-7", SINCE)
    assert isinstance(found, Missing) is not arrived
    if arrived:
        assert (found.amount, found.purpose) == ("5000.00", "Course fee")


async def test_a_list_that_fails_half_way_tells_nothing(sandbox, gateway):
    await plan(sandbox, "502")
    assert isinstance(await gateway.find("r-7", SINCE), CannotTell)


async def test_a_planned_decline_happens_to_the_next_who_pays(sandbox, shop):
    await plan(sandbox, "declined", "instamojo:payment")
    request = await shop.asked()
    await shop.pay(request)
    await shop.pay(request)
    assert [payment["status"] for payment in (await shop.state(request))["payments"]] == ["Credit", "Failed"]


async def test_a_webhook_may_be_signed_wrongly_and_is_not_ours_then(sandbox, shop):
    await plan(sandbox, "wrongly-signed", "instamojo:webhook")
    await shop.paid()
    (fields,) = await told(shop)
    assert fields["mac"] != mac(fields)
    assert not is_signed(shop.house.posts[0], SALT)


async def test_a_webhook_may_come_twice_the_same(sandbox, shop):
    await plan(sandbox, "twice", "instamojo:webhook")
    await shop.paid()
    first, second = await told(shop, 2)
    assert first == second


async def test_a_webhook_may_never_come_and_can_be_sent_by_hand(sandbox, shop):
    await plan(sandbox, "never", "instamojo:webhook")
    request, _payment = await shop.paid()
    page = (await sandbox.client.get(f"/payments/{request['id']}")).text
    assert "Never sent" in page
    again = page.split('action="/payments/callbacks/')[1].split('"')[0]
    assert (await sandbox.client.post(f"/payments/callbacks/{again}")).status_code == 303
    (fields,) = await told(shop)
    assert fields["mac"] == mac(fields)


async def test_a_refused_webhook_waits_a_quarter_of_an_hour(sandbox, shop, house):
    house.status = 503
    request, _payment = await shop.paid()
    await told(shop)
    page = f"/payments/{request['id']}"
    await until(lambda: _has(sandbox, page, "Answered 503"))
    shown = (await sandbox.client.get(page)).text
    due = datetime.fromisoformat(shown.split('due <time datetime="')[1].split('"')[0])
    assert timedelta(minutes=14) < due - datetime.now(UTC) <= timedelta(minutes=15)


async def _has(sandbox, path, words):
    return words in (await sandbox.client.get(path)).text


async def test_the_adapter_and_the_sandbox_agree_on_a_whole_payment(gateway, shop):
    asked = await gateway.create(ASKED)
    assert isinstance(asked, PaymentRequested)
    link = asked.payment_request
    assert (link.amount, link.amount_paise, link.status, link.payments) == ("5000.00", 500_000, "Pending", ())
    await shop.pay({"id": link.id})
    paid = await gateway.get(link.id)
    (payment,) = paid.payments
    assert (paid.status, paid.is_enabled) == ("Completed", False)
    assert (payment.status, payment.amount_paise, payment.fees_paise) == ("credit", 500_000, 10_300)
    assert await gateway.payment(payment.payment_id) == payment
    assert payment.request_id == link.id
    refund = await gateway.refund(payment.payment_id, "QFL", "Fell ill", 250_000, "refund-1")
    assert (refund.amount_paise, refund.status, refund.body) == (250_000, "Refunded", "Fell ill (refund-1)")
    assert await gateway.refunds() == [refund]
    assert isinstance(await gateway.refund(payment.payment_id, "QFL", "Again", 250_001), Refused)
    assert [one.id for one in await gateway.recent(SINCE)] == [link.id]


async def test_our_reference_comes_back_in_the_addresses(gateway, shop):
    requests = [await gateway.create(PaymentRequest(f"r-{number}", "Part", 900)) for number in range(3)]
    found = await gateway.find("r-1", SINCE)
    assert found.id == requests[1].payment_request.id
    assert isinstance(await gateway.find("r-9", SINCE), Missing)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert isinstance(await gateway.find("r-1", tomorrow), Missing)
    await shop.pay({"id": found.id})
    await until(lambda: asyncio.sleep(0, shop.told()))


async def test_a_link_is_switched_off_and_on_through_the_adapter(gateway, shop):
    link = (await gateway.create(ASKED)).payment_request
    assert await gateway.disable(link.id) is None
    assert (await shop.pay({"id": link.id})).status_code == 200
    assert await gateway.enable(link.id) is None
    assert (await shop.pay({"id": link.id})).status_code == 200
    assert (await gateway.get(link.id)).status == "Completed"
    assert isinstance(await gateway.disable("0" * 32), Refused)
