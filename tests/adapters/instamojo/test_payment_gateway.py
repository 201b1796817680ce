"""What we ask of Instamojo and what its answers mean, over real HTTP."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.instamojo import InstamojoPaymentGateway, client_for
from domain.ports import CannotTell, Missing, Refused, Unavailable, Unknown
from domain.ports.payments import PaymentRequest, PaymentRequested
from tests.adapters.instamojo.conftest import PAYMENT, REQUEST, asked, pages_asked, refuse, say, settings_for

SINCE = datetime(2026, 2, 3, 9, 20, tzinfo=UTC)
ASKED = PaymentRequest(
    reference="r-1",
    purpose="Course deposit",
    amount_paise=500_000,
    buyer_name="Asha Rao",
    email="asha.rao@example.com",
    phone="+919845012345",
    redirect_url="https://desk.test/pay/return?from=mail",
)


async def test_a_request_is_a_form_with_our_reference_in_both_addresses(provider, gateway):
    outcome = await gateway.create(ASKED)
    line, form = asked(provider)
    head = provider.requests[0][0].lower()
    assert line == "POST /api/1.1/payment-requests/ HTTP/1.1"
    assert "x-api-key: very-secret-key" in head
    assert "x-auth-token: very-secret-token" in head
    assert "content-type: application/x-www-form-urlencoded" in head
    assert form == {
        "purpose": "Course deposit",
        "amount": "5000.00",
        "buyer_name": "Asha Rao",
        "email": "asha.rao@example.com",
        "phone": "+919845012345",
        "redirect_url": "https://desk.test/pay/return?from=mail&reference=r-1",
        "webhook": "https://desk.test/webhooks/instamojo?reference=r-1",
        "send_email": "False",
        "send_sms": "False",
        "allow_repeated_payments": "False",
    }
    assert isinstance(outcome, PaymentRequested)
    link = outcome.payment_request
    assert (link.id, link.longurl, link.email) == (REQUEST["id"], REQUEST["longurl"], "")
    assert (link.amount, link.amount_paise, link.is_enabled) == ("5000.00", 500_000, True)


async def test_what_is_not_known_or_not_indian_is_left_out(provider, gateway):
    await gateway.create(replace(ASKED, buyer_name="", email="", phone="+14155550100", redirect_url=""))
    assert not {"buyer_name", "email", "phone", "redirect_url"} & asked(provider)[1].keys()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount_paise": 899}, "below ₹9.00"),
        ({"amount_paise": 20_000_001}, "above ₹2,00,000.00"),
        ({"purpose": "x" * 31}, "30 characters"),
        ({"purpose": " "}, "what the payment is for"),
        ({"reference": ""}, "reference"),
        ({"redirect_url": "//desk.test"}, "http"),
    ],
)
async def test_what_instamojo_would_refuse_is_never_asked(provider, gateway, changes, words):
    outcome = await gateway.create(replace(ASKED, **changes))
    assert isinstance(outcome, Refused)
    assert words in outcome.reason
    assert provider.requests == []


@pytest.mark.parametrize("paise", [900, 20_000_000])
async def test_the_smallest_and_the_largest_amount_are_asked(gateway, paise):
    assert isinstance(await gateway.create(replace(ASKED, amount_paise=paise)), PaymentRequested)


async def test_a_phone_that_instamojo_does_not_believe_costs_no_payment(provider, gateway):
    refuse(provider, 400, {"phone": ["Enter a valid phone number."]})
    assert isinstance(await gateway.create(ASKED), Refused)
    assert [("phone" in asked(provider, number)[1]) for number in range(2)] == [True, False]


async def test_any_other_refusal_is_not_asked_again(provider, gateway):
    refuse(provider, 400, {"phone": ["Wrong."], "amount": ["Amount cannot be less than INR 9.00."]})
    outcome = await gateway.create(ASKED)
    assert isinstance(outcome, Refused)
    assert "phone: Wrong. amount: Amount cannot be less than INR 9.00." in outcome.reason
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (201, b"<html>", Unknown),
        (200, b"[]", Unknown),
        (200, b'{"success": true}', Unknown),
        (200, b'{"success": true, "payment_request": {"id": "a", "longurl": "b", "amount": "NaN"}}', Unknown),
        (200, b'{"success": false, "message": "No."}', Refused),
        (400, b'{"success": false, "message": {"amount": "odd"}}', Refused),
        (401, b'{"success": false, "message": "Invalid Auth Token."}', Unavailable),
        (403, b'{"success": false, "message": "You do not have permission to perform this action."}', Unavailable),
        (404, b"<html>", Unavailable),
        (301, b"", Unavailable),
        (408, b"", Unavailable),
        (429, b"", Unavailable),
        (500, b'{"success": false, "message": "Sorry"}', Unknown),
        (502, b"<html>", Unknown),
        (503, b"<html>", Unavailable),
    ],
)
async def test_each_answer_has_its_meaning(provider, gateway, status, body, outcome):
    provider.status, provider.body = status, body
    got = await gateway.create(ASKED)
    assert isinstance(got, outcome)
    assert got.reason
    assert "secret" not in repr(got)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "99999"}, 900),
        ({"Retry-After": "Tue, 03 Feb 2026 09:16:00 GMT", "Date": "Tue, 03 Feb 2026 09:15:00 GMT"}, 60),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
async def test_the_wait_that_is_asked_for_is_kept(provider, gateway, headers, seconds):
    provider.status, provider.body, provider.headers = 429, b"", headers
    assert (await gateway.create(ASKED)).retry_after == seconds


async def test_silence_after_the_request_left_is_unknown(provider, gateway):
    provider.silent = True
    assert isinstance(await gateway.create(ASKED), Unknown)
    assert isinstance(await gateway.get(REQUEST["id"]), CannotTell)
    assert isinstance(await gateway.disable(REQUEST["id"]), Unknown)


async def test_an_instamojo_that_is_not_there_got_nothing():
    async with client_for(settings_for(9)) as client:
        gateway = InstamojoPaymentGateway(client)
        assert isinstance(await gateway.create(ASKED), Unavailable)
        assert isinstance(await gateway.recent(SINCE), CannotTell)


async def test_a_request_is_read_with_its_payments(provider, gateway):
    failed = {
        **PAYMENT,
        "payment_id": "MOJO2",
        "status": "Failed",
        "fees": None,
        "failure": {"reason": "x", "message": "No."},
    }
    say(provider, payment_request={**REQUEST, "status": "Completed", "payments": [PAYMENT, failed]})
    link = await gateway.get(REQUEST["id"])
    assert asked(provider)[0] == f"GET /api/1.1/payment-requests/{REQUEST['id']}/ HTTP/1.1"
    paid, unpaid = link.payments
    assert (paid.status, paid.amount_paise, paid.fees_paise, paid.instrument) == ("credit", 500_000, 10_300, "UPI")
    assert (paid.request_id, paid.created_at) == (REQUEST["id"], datetime(2026, 2, 3, 9, 18, 2, 551210, UTC))
    assert (unpaid.status, unpaid.reason, link.is_enabled) == ("failed", "No.", False)


@pytest.mark.parametrize(
    ("said", "status"), [(True, "credit"), (False, "failed"), (None, "pending"), ("Initiated", "pending")]
)
async def test_only_what_is_called_so_is_money(provider, gateway, said, status):
    say(provider, payment={**PAYMENT, "status": said, "amount": 5000})
    payment = await gateway.payment("MOJO6b21A05N90817263")
    assert (payment.status, payment.amount_paise) == (status, 500_000)


async def test_an_unreadable_amount_is_no_answer(provider, gateway):
    say(provider, payment_request={**REQUEST, "payments": [{**PAYMENT, "amount": "much"}]})
    assert isinstance(await gateway.get(REQUEST["id"]), CannotTell)


async def test_what_instamojo_does_not_know_is_missing(provider, gateway):
    refuse(provider, 404, "Not found")
    assert isinstance(await gateway.get(REQUEST["id"]), Missing)
    assert isinstance(await gateway.payment("MOJO1"), Missing)
    assert isinstance(await gateway.enable(REQUEST["id"]), Refused)
    provider.body = b"<html>"
    assert isinstance(await gateway.get(REQUEST["id"]), CannotTell)


@pytest.mark.parametrize("made_up", ["", "..", "../refunds", "a/b", "a?b", "x" * 65, "é", "a\n"])
async def test_ids_that_visitors_make_up_are_never_asked(provider, gateway, made_up):
    assert isinstance(await gateway.get(made_up), Missing)
    assert isinstance(await gateway.payment(made_up), Missing)
    assert isinstance(await gateway.disable(made_up), Refused)
    assert provider.requests == []


async def test_our_reference_is_looked_for_to_the_end_of_the_list(provider, gateway):
    say(provider, payment_requests=[REQUEST])
    assert isinstance(await gateway.find("r-2", SINCE), Missing)
    # The page came again, so the list had ended.
    assert pages_asked(provider) == ["1", "2"]
    assert "min_created_at=2026-02-03T09%3A15%3A00Z&limit=100&page=1" in asked(provider, 0)[0]


async def test_a_list_that_cannot_be_read_tells_nothing(provider, gateway):
    for parts in ({}, {"payment_requests": {}}, {"payment_requests": ["x"]}):
        say(provider, **parts)
        assert isinstance(await gateway.find("r-1", SINCE), CannotTell)
    say(provider, payment_requests=[{**REQUEST, "amount": None}])
    assert isinstance(await gateway.recent(SINCE), CannotTell)


async def test_a_refund_names_its_payment_reason_and_amount(provider, gateway):
    refund = {
        "id": "C5a0192f3e",
        "payment_id": "MOJO1",
        "status": "Refunded",
        "type": "QFL",
        "refund_amount": "2500.00",
    }
    say(provider, 201, refund=refund)
    given = await gateway.refund("MOJO1", "QFL", "Fell ill", 250_000, "f-1")
    line, form = asked(provider)
    assert line == "POST /api/1.1/refunds/ HTTP/1.1"
    assert form == {"payment_id": "MOJO1", "type": "QFL", "body": "Fell ill (f-1)", "refund_amount": "2500.00"}
    assert (given.id, given.amount_paise, given.status) == ("C5a0192f3e", 250_000, "Refunded")
    await gateway.refund("MOJO1", "QFL", "Fell ill")
    assert "refund_amount" not in asked(provider)[1]


@pytest.mark.parametrize("wrong", [("XXX", "Fell ill", 1), ("QFL", " ", 1), ("QFL", "Fell ill", 0)])
async def test_a_refund_that_would_be_refused_is_never_asked(provider, gateway, wrong):
    assert isinstance(await gateway.refund("MOJO1", *wrong), Refused)
    assert provider.requests == []
