"""The sandbox's pages about payments: what a person sees and can do there."""

import asyncio

from tests.adapters.sandbox.conftest import until


async def test_an_empty_page_says_what_will_appear(shop):
    for kind, words in {
        "": "No payment request yet",
        "refunds": "No refund yet",
        "callbacks": "No callback yet",
    }.items():
        assert words in (await shop.sandbox.client.get("/payments", params={"show": kind})).text


async def test_requests_are_listed_searched_and_paged(shop):
    for number in range(22):
        await shop.asked(purpose=f"Part {number}", amount="125000")
    first = (await shop.sandbox.client.get("/payments")).text
    assert "Part 21" in first
    assert "Part 0<" not in first
    assert "₹1,25,000.00" in first
    assert "Part 0<" in (await shop.sandbox.client.get("/payments", params={"page": 2})).text
    found = (await shop.sandbox.client.get("/payments", params={"q": "part 7"})).text
    assert "Part 7" in found
    assert "Part 8" not in found
    for query in ({"q": "100%\x00"}, {"show": "all"}, {"page": "x"}):
        assert (await shop.sandbox.client.get("/payments", params=query)).status_code == 200


async def test_payments_refunds_and_callbacks_have_lists_of_their_own(shop):
    request, payment = await shop.paid()
    await shop.pay(await shop.asked(purpose="Second"), "declined")
    await shop.official("refund_create", payment["payment_id"], "QFL", "Fell ill", "100")
    await until(lambda: asyncio.sleep(0, shop.told()))
    payments = (await shop.sandbox.client.get("/payments", params={"show": "payments"})).text
    assert payment["payment_id"] in payments
    assert "The bank declined the payment." in payments
    assert "QFL: Fell ill" in (await shop.sandbox.client.get("/payments", params={"show": "refunds"})).text
    callbacks = (await shop.sandbox.client.get("/payments", params={"show": "callbacks"})).text
    assert "Course deposit: payment credit" in callbacks
    assert f"/payments/{request['id']}" in callbacks


async def test_a_request_shows_its_payments_refunds_and_what_gurudesk_answered(shop):
    request, payment = await shop.paid(buyer_name="<b>Asha</b>")
    await shop.official("refund_create", payment["payment_id"], "QFL", "Fell ill", "100")
    address = f"/payments/{request['id']}"

    async def answered():
        return "Answered 200" in (await shop.sandbox.client.get(address)).text

    await until(answered)
    shown = (await shop.sandbox.client.get(address)).text
    for part in (payment["payment_id"], "fee ₹103.00", "QFL: Fell ill", "Taken", shop.webhook, "the link is closed"):
        assert part in shown
    assert "<b>Asha" not in shown
    assert "sandbox-instamojo-salt" not in shown


async def test_a_callback_is_sent_again_by_hand(shop):
    request, _payment = await shop.paid()
    await until(lambda: asyncio.sleep(0, len(shop.told()) == 1))
    page = (await shop.sandbox.client.get(f"/payments/{request['id']}")).text
    action = "/payments/callbacks/" + page.split('action="/payments/callbacks/')[1].split('"')[0]
    assert (await shop.sandbox.client.post(action)).headers["Location"] == f"/payments/{request['id']}?done=again"
    await until(lambda: asyncio.sleep(0, len(shop.told()) == 2))
    assert shop.told()[0] == shop.told()[1]


async def test_what_is_unknown_says_so_on_a_page(shop):
    for path in ("/payments/none", "/instamojo/@demo/none"):
        answer = await shop.sandbox.client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 404
        assert "This is the sandbox" in answer.text
    for number in ("1", "99999999999999999999"):
        assert (await shop.sandbox.client.post(f"/payments/callbacks/{number}")).status_code == 404


async def test_forms_of_other_sites_are_refused(shop):
    for path in ("/payments/account", "/payments/callbacks/1"):
        assert (await shop.sandbox.client.post(path, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
