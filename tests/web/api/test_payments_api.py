"""Asking for payments by the API."""

import asyncio

import pytest

from domain.payments.changing import check_payment
from domain.work import SYSTEM
from tests.fixtures.api import program, token_of
from tests.fixtures.cast import ASHA, BEN

ASKED = {"person_id": str(ASHA.id), "purpose": "Data Analytics", "amount": "5000.00"}


@pytest.fixture
async def outside(house, cast):
    token, _token_id = await token_of(house.app, BEN)
    async with program(house.app, token) as client:
        yield client


async def working(house, request):
    asked = asyncio.create_task(request)
    while not asked.done():
        await house.run_due()
        await asyncio.sleep(0.01)
    return await asked


async def test_a_payment_request_is_told_as_the_gateway_has_it(house, outside):
    answer = await working(house, outside.post("/api/payment-requests", json=ASKED))
    asked = answer.json()
    assert answer.status_code == 201, asked
    link = asked["payment_request"]
    assert set(link) == {"id", "longurl", "amount", "purpose", "status", "buyer_name", "email", "phone"}
    assert (asked["success"], link["amount"], link["purpose"]) == (True, "5000.00", "Data Analytics")
    assert (link["status"], link["buyer_name"], link["email"]) == ("Pending", ASHA.name, ASHA.email)
    assert link["longurl"].startswith("http")
    payment = (await outside.get(asked["payment_url"])).json()
    assert (payment["state"], payment["amount"], payment["refundable"]) == ("due", "5000.00", "0.00")
    assert payment["parts"][0]["gateway_id"] == link["id"]
    listed = (await outside.get("/api/payment-requests", params={"state": "due"})).json()
    assert [one["id"] for one in listed["items"]] == [asked["payment_id"]]


async def test_the_same_key_asks_once(house, outside):
    key = {"Idempotency-Key": "asked 1"}
    first = await outside.post("/api/payment-requests", json=ASKED, headers=key | {"Prefer": "respond-async"})
    again = await working(house, outside.post("/api/payment-requests", json=ASKED, headers=key))
    assert (first.status_code, again.status_code) == (202, 201)
    assert first.json()["payment_id"] == again.json()["payment_id"]
    async with house.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from payments") == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": "5.00"}, "amount"),
        ({"amount": "5000.001"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"purpose": "x" * 31}, "purpose"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"enrolment_id": str(BEN.id)}, "enrolment_id"),
        ({"parts": [{"amount": "1000.00"}, {"amount": "1000.00"}]}, "parts"),
    ],
)
async def test_what_cannot_be_asked_for_is_named(change, field, outside):
    answer = await outside.post("/api/payment-requests", json=ASKED | change)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, [field])


async def test_nothing_that_never_came_in_is_given_back(house, outside):
    asked = (await working(house, outside.post("/api/payment-requests", json=ASKED))).json()
    refund = {"amount": "100.00", "kind": "TAN", "body": "Cancelled"}
    answer = await outside.post(f"{asked['payment_url']}/refunds", json=refund)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["amount"])


async def test_what_was_paid_is_seen_and_given_back(desk, house):
    token, _token_id = await token_of(house.app, BEN)
    payment_id = await desk.ask(5000)
    await desk.pay(payment_id)
    async with house.database.work(BEN.identity) as work:
        await check_payment(work, payment_id)
    await house.run_due()
    async with program(house.app, token) as outside:
        address = f"/api/payment-requests/{payment_id}"
        paid = (await outside.get(address)).json()
        assert (paid["state"], paid["paid"], paid["refundable"]) == ("paid", "5000.00", "5000.00")
        assert [attempt["status"] for attempt in paid["attempts"]] == ["credit"]
        refund = {"amount": "1500.50", "kind": "TAN", "body": "The class was cancelled"}
        too_much = await outside.post(f"{address}/refunds", json=refund | {"amount": "5000.01"})
        assert "₹5,000" in too_much.json()["error"]["fields"]["amount"]
        key = {"Idempotency-Key": "refund 1"}
        planned = [await outside.post(f"{address}/refunds", json=refund, headers=key) for _time in (1, 2)]
        assert [answer.status_code for answer in planned] == [202, 202]
        await house.run_due()
        given = (await outside.get(address)).json()
        assert (given["state"], given["refunded"], given["refundable"]) == ("part_refunded", "1500.50", "3499.50")
        assert [(one["amount"], one["state"]) for one in given["refunds"]] == [("1500.50", "asked")]
