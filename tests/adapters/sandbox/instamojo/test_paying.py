"""Paying at the sandbox's payment page: what becomes of it, where the browser goes, and what Gurudesk is told."""

import asyncio
import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from tests.adapters.sandbox.conftest import running, until
from tests.adapters.sandbox.instamojo.conftest import UPI, Shop

SALT = "sandbox-instamojo-salt"


def mac(fields: dict[str, str]) -> str:
    """Sign as Instamojo's help centre describes it, apart from our own code."""
    names = sorted((name for name in fields if name != "mac"), key=str.lower)
    return hmac.new(SALT.encode(), "|".join(fields[name] for name in names).encode(), hashlib.sha1).hexdigest()


async def told(shop, count=1):
    return await until(lambda: asyncio.sleep(0, shop.told() if len(shop.told()) >= count else None))


async def test_who_pays_comes_back_and_the_request_is_completed(shop):
    request = await shop.asked()
    answer = await shop.pay(request)
    state = await shop.state(request)
    payment = state["payments"][0]
    assert answer.headers["Location"] == (
        f"https://shop.test/pay/return?reference=r-1&payment_id={payment['payment_id']}"
        f"&payment_status=Credit&payment_request_id={request['id']}"
    )
    assert state["status"] == "Completed"
    assert payment == payment | {
        "status": "Credit",
        "currency": "INR",
        "amount": "5000.00",
        "buyer_name": "Asha Rao",
        "buyer_phone": "+919845012345",
        "buyer_email": "asha.rao@example.com",
        "quantity": 1,
        "unit_price": "5000.00",
        "fees": "103.00",
        "instrument_type": "UPI",
        "billing_instrument": "UPI",
        "failure": None,
        "payout": None,
    }
    assert len(payment["payment_id"]) == 20
    assert payment["payment_request"].endswith(f"/instamojo/api/1.1/payment-requests/{request['id']}/")


async def test_a_payment_is_found_alone_and_among_all(shop):
    request, payment = await shop.paid()
    detail = await shop.official("payment_request_payment_status", request["id"], payment["payment_id"])
    assert detail["payment_request"]["payment"] == payment
    assert "payments" not in detail["payment_request"]
    assert (await shop.official("payment_detail", payment["payment_id"]))["payment"] == payment
    assert (await shop.official("payments_list", limit=5, page=1))["payments"] == [payment]


async def test_the_webhook_tells_of_the_payment_with_instamojos_signature(shop):
    request, payment = await shop.paid()
    (fields,) = await told(shop)
    assert list(fields) == [
        *("amount", "buyer", "buyer_name", "buyer_phone", "currency", "fees", "longurl", "payment_id"),
        *("payment_request_id", "purpose", "shorturl", "status", "mac"),
    ]
    assert fields["mac"] == mac(fields)
    assert (fields["payment_id"], fields["payment_request_id"]) == (payment["payment_id"], request["id"])
    assert (fields["buyer"], fields["amount"], fields["shorturl"]) == ("asha.rao@example.com", "5000.00", "")
    assert (fields["longurl"], fields["status"]) == (request["longurl"], "Credit")


async def test_a_declined_payment_leaves_the_link_open_and_is_not_reported(shop):
    request = await shop.asked()
    answer = await shop.pay(request, "declined")
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["payment_status"] == ["Failed"]
    state = await shop.state(request)
    failed = state["payments"][0]
    assert (state["status"], failed["status"], failed["fees"]) == ("Pending", "Failed", "0.00")
    assert failed["failure"] == {"reason": "declined", "message": "The bank declined the payment."}
    assert (await shop.pay(request)).status_code == 303
    assert [payment["status"] for payment in (await shop.state(request))["payments"]] == ["Credit", "Failed"]
    assert [fields["status"] for fields in await told(shop)] == ["Credit"]


async def test_failed_payments_are_reported_to_who_asked_for_it(shop):
    await shop.sandbox.client.post("/payments/account", data={"reports_failed_payments": "on"})
    await shop.pay(await shop.asked(), "declined")
    (fields,) = await told(shop)
    assert (fields["status"], fields["fees"], fields["mac"]) == ("Failed", "0.00", mac(fields))


async def test_a_bank_that_never_answers_sends_nobody_back(shop):
    request = await shop.asked()
    answer = await shop.pay(request, "timed-out")
    assert answer.status_code == 200
    assert "did not answer in time" in answer.text
    assert (await shop.state(request))["payments"][0]["failure"]["reason"] == "timed-out"


async def test_closing_the_tab_leaves_no_trace(shop):
    request = await shop.asked()
    assert (await shop.pay(request, "close", buyer_name="")).status_code == 200
    assert (await shop.state(request))["payments"] == []


async def test_who_pays_and_closes_the_tab_is_told_of_by_the_webhook_alone(shop):
    request = await shop.asked()
    assert (await shop.pay(request, "pay-and-close")).status_code == 200
    assert [fields["payment_request_id"] for fields in await told(shop)] == [request["id"]]


async def test_cards_and_banks_are_told_apart(shop):
    for means, instrument, fees in [
        ({"method": "card", "card": "debit"}, "Domestic Regular Debit Card (Visa/Mastercard)", "103.00"),
        ({"method": "card", "card": "abroad"}, "International Regular Credit Card (Visa/Mastercard)", "153.00"),
        ({"method": "netbanking", "bank": "sbi"}, "Domestic Netbanking Regular", "103.00"),
    ]:
        request = await shop.asked()
        await shop.pay(request, **means)
        payment = (await shop.state(request))["payments"][0]
        assert (payment["billing_instrument"], payment["fees"]) == (instrument, fees)


async def test_some_means_always_fail(shop):
    for means, reason in [
        ({"upi_id": "fail.asha@upi"}, "declined"),
        ({"method": "card", "card": "declined"}, "declined"),
        ({"method": "netbanking", "bank": "sleeping"}, "timed-out"),
    ]:
        request = await shop.asked()
        await shop.pay(request, **means)
        assert (await shop.state(request))["payments"][0]["failure"]["reason"] == reason, means


async def test_a_form_that_lacks_something_is_shown_again(shop):
    for form, words in [
        ({"buyer_name": " "}, "Enter your name."),
        ({"email": "asha"}, "Enter your e-mail address."),
        ({"phone": "+1 415 555 0100"}, "Enter an Indian mobile number of ten digits."),
        ({"upi_id": "<script>"}, "Enter a UPI ID like asha@upi."),
        ({"method": "card", "card": "4111111111111111"}, "Choose one."),
        ({"method": "bitcoin"}, "Choose one."),
    ]:
        request = await shop.asked()
        answer = await shop.pay(request, **form)
        assert answer.status_code == 422, form
        assert words in answer.text
        assert "<script>&" not in answer.text
        assert (await shop.state(request))["payments"] == []


async def test_a_link_for_one_payment_closes_after_it_even_for_two_at_once(shop):
    request = await shop.asked()
    answers = await asyncio.gather(*(shop.pay(request) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 303]
    assert len((await shop.state(request))["payments"]) == 1
    assert "This link is paid" in (await shop.page(request)).text


async def test_a_link_for_many_payments_stays_open(shop):
    request = await shop.asked(allow_repeated_payments=True)
    assert [(await shop.pay(request)).status_code for _ in range(2)] == [303, 303]
    assert len((await shop.state(request))["payments"]) == 2


async def test_a_link_without_an_address_to_go_back_to_ends_on_the_page(shop):
    request = await shop.asked(redirect_url=None)
    answer = await shop.pay(request)
    assert answer.status_code == 200
    assert "The money has arrived." in answer.text


async def test_the_page_names_the_amount_and_lets_the_form_end_at_the_shop(shop):
    request = await shop.asked(amount="125000")
    page = await shop.page(request)
    assert "Pay ₹1,25,000.00" in page.text
    assert 'value="Asha Rao"' in page.text
    assert "form-action 'self' https://shop.test;" in page.headers["Content-Security-Policy"]
    assert "5555 5555 5555 4444" in (await shop.page(request, method="card")).text
    assert "HDFC Bank" in (await shop.page(request, method="netbanking")).text
    assert (await shop.sandbox.client.get("/instamojo/@demo/none")).status_code == 404


async def test_a_form_of_another_site_pays_nothing(shop):
    request = await shop.asked()
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = await shop.sandbox.client.post(f"/instamojo/@demo/{request['id']}", data=UPI, headers=headers)
    assert answer.status_code == 403


async def test_chance_declines_the_share_that_is_set(sandbox_settings, house):
    settings = sandbox_settings.model_copy(update={"sandbox_failure_rate": 1.0})
    async with running(settings) as sandbox:
        shop = Shop(sandbox, house)
        request = await shop.asked()
        await shop.pay(request)
        assert (await shop.state(request))["status"] == "Pending"


async def test_with_delays_the_webhook_is_due_five_to_ten_seconds_after_paying(sandbox_settings, house):
    settings = sandbox_settings.model_copy(update={"sandbox_delays": True})
    async with running(settings) as sandbox:
        shop = Shop(sandbox, house)
        request, _payment = await shop.paid()
        shown = (await sandbox.client.get(f"/payments/{request['id']}")).text
        assert "Waiting" in shown
        assert shop.told() == []
