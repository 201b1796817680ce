"""Refunds as Instamojo's own Python client meets them in the sandbox."""

import asyncio

# Changes to a good form, and what Instamojo says to them.
WRONG = [
    ({"payment_id": "MOJO0"}, {"payment_id": ["Invalid payment ID."]}),
    ({"payment_id": ""}, {"payment_id": ["This field may not be blank."]}),
    ({"type": "XXX"}, {"type": ['"XXX" is not a valid choice.']}),
    ({"body": ""}, {"body": ["This field may not be blank."]}),
    ({"refund_amount": "5000.01"}, {"refund_amount": ["Refund amount cannot be more than INR 5000.00."]}),
    ({"refund_amount": "0"}, {"refund_amount": ["Ensure this value is greater than 0."]}),
    ({"refund_amount": "all"}, {"refund_amount": ["A valid number is required."]}),
]


async def test_a_part_and_then_the_rest_can_go_back(shop):
    _request, payment = await shop.paid()
    answer = await shop.official("refund_create", payment["payment_id"], "QFL", "Fell ill", "2500.00")
    refund = answer["refund"]
    assert answer == {
        "success": True,
        "refund": refund
        | {
            "payment_id": payment["payment_id"],
            "status": "Refunded",
            "type": "QFL",
            "body": "Fell ill",
            "refund_amount": "2500.00",
            "total_amount": "5000.00",
        },
    }
    assert (await shop.official("refund_detail", refund["id"]))["refund"] == refund
    rest = (await shop.official("refund_create", payment["payment_id"], "TAN", "Cancelled"))["refund"]
    assert rest["refund_amount"] == "2500.00"
    assert (await shop.official("refunds_list", limit=10))["refunds"] == [rest, refund]
    again = await shop.official("refund_create", payment["payment_id"], "TAN", "Cancelled")
    assert again["message"] == {"refund_amount": ["Refund amount cannot be more than INR 0.00."]}


async def test_a_refund_is_refused_field_by_field(shop):
    _request, payment = await shop.paid()
    form = {"payment_id": payment["payment_id"], "type": "QFL", "body": "Fell ill"}
    for changes, errors in WRONG:
        answer = await shop.raw("POST", "refunds/", data=form | changes)
        assert (answer.status_code, answer.json()) == (400, {"success": False, "message": errors}), changes


async def test_what_was_never_money_cannot_go_back(shop):
    request = await shop.asked()
    await shop.pay(request, "declined")
    failed = (await shop.state(request))["payments"][0]
    told = await shop.official("refund_create", failed["payment_id"], "QFL", "Fell ill")
    assert list(told["message"]) == ["payment_id"]


async def test_two_refunds_at_once_give_back_no_more_than_was_paid(shop):
    _request, payment = await shop.paid()
    answers = await asyncio.gather(
        *(shop.official("refund_create", payment["payment_id"], "QFL", "Fell ill", "3000.00") for _ in range(4))
    )
    assert [answer["success"] for answer in answers].count(True) == 1
