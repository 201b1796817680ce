"""Instamojo's payment requests as its own Python client meets them in the sandbox."""

from datetime import UTC, datetime, timedelta

import psycopg

from tests.adapters.sandbox.instamojo.conftest import KEYS

REQUIRED = ["This field is required."]
# Changes to a good form, and what Instamojo says to them.
WRONG = [
    ({"amount": "8.99"}, {"amount": ["Amount cannot be less than INR 9.00."]}),
    ({"amount": "200000.01"}, {"amount": ["Amount cannot be more than INR 200000.00."]}),
    ({"amount": "nine"}, {"amount": ["A valid number is required."]}),
    ({"amount": "NaN"}, {"amount": ["A valid number is required."]}),
    ({"amount": "1e400"}, {"amount": ["A valid number is required."]}),
    ({"amount": "10.001"}, {"amount": ["Ensure that there are no more than 2 decimal places."]}),
    ({"amount": ""}, {"amount": REQUIRED}),
    ({"purpose": "x" * 31}, {"purpose": ["Ensure this field has no more than 30 characters."]}),
    ({"purpose": " "}, {"purpose": ["This field may not be blank."]}),
    ({"buyer_name": "x" * 101}, {"buyer_name": ["Ensure this field has no more than 100 characters."]}),
    ({"email": "asha@"}, {"email": ["Enter a valid email address."]}),
    ({"phone": ""}, {"phone": ["Enter a valid phone number."]}),
    ({"phone": "+14155550100"}, {"phone": ["Enter a valid phone number."]}),
    ({"phone": "12345"}, {"phone": ["Enter a valid phone number."]}),
    ({"send_email": "True"}, {"email": ["This field is required when send_email is true."]}),
    ({"send_sms": "true"}, {"phone": ["This field is required when send_sms is true."]}),
    ({"send_sms": "maybe"}, {"send_sms": ['"maybe" is not a valid boolean.']}),
    ({"webhook": "shop.test/hook"}, {"webhook": ["Enter a valid URL."]}),
    ({"redirect_url": "javascript:alert(1)"}, {"redirect_url": ["Enter a valid URL."]}),
    ({"expires_at": "soon"}, {"expires_at": ["Enter a valid date/time."]}),
    ({"expires_at": "2020-01-01T00:00:00Z"}, {"expires_at": ["Expiry must lie within the next 600 seconds."]}),
]


async def test_a_request_has_every_key_instamojo_shows(shop):
    request = await shop.asked()
    assert request == request | {
        "phone": "+919845012345",
        "email": "asha.rao@example.com",
        "buyer_name": "Asha Rao",
        "amount": "5000.00",
        "purpose": "Course deposit",
        "expires_at": None,
        "status": "Pending",
        "send_sms": False,
        "send_email": False,
        "sms_status": None,
        "email_status": None,
        "shorturl": None,
        "redirect_url": "https://shop.test/pay/return?reference=r-1",
        "webhook": shop.webhook,
        "allow_repeated_payments": False,
        "customer_id": None,
    }
    assert len(request["id"]) == 32
    assert request["longurl"] == f"{shop.sandbox.settings.sandbox_url}/instamojo/@demo/{request['id']}"
    assert request["created_at"].endswith("Z")
    assert len(request["created_at"]) == len("2026-02-03T09:15:27.104512Z")


async def test_a_request_is_created_with_201_and_read_back_with_its_payments(shop):
    answer = await shop.raw("POST", "payment-requests/", data={"purpose": "Fee", "amount": "9"})
    assert answer.status_code == 201
    created = answer.json()["payment_request"]
    assert (created["amount"], created["buyer_name"], created["allow_repeated_payments"]) == ("9.00", "", True)
    assert await shop.state(created) == created | {"payments": []}


async def test_a_form_is_refused_field_by_field(shop):
    for changes, errors in WRONG:
        answer = await shop.raw("POST", "payment-requests/", data={"purpose": "Fee", "amount": "500", **changes})
        assert (answer.status_code, answer.json()) == (400, {"success": False, "message": errors}), changes


async def test_every_fault_of_a_form_is_told_at_once(shop):
    told = await shop.official("payment_request_create", purpose="x" * 31, amount="1", email="no")
    assert set(told["message"]) == {"purpose", "amount", "email"}


async def test_a_json_body_is_no_form(shop):
    answer = await shop.raw("POST", "payment-requests/", json={"purpose": "Fee", "amount": "500"})
    assert (answer.status_code, answer.json()["message"]) == (400, {"purpose": REQUIRED, "amount": REQUIRED})


async def test_both_keys_are_needed_and_checked(shop):
    wrong = [KEYS | {name: "wrong"} for name in KEYS] + [{name: key} for name, key in KEYS.items()]
    for headers in wrong:
        answer = await shop.raw("GET", "payment-requests/", headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"success": False, "message": "Invalid Auth Token."})


async def test_a_path_without_its_slash_is_redirected(shop):
    answer = await shop.raw("POST", "payment-requests?a=1", data={"purpose": "Fee", "amount": "500"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "/instamojo/api/1.1/payment-requests/?a=1")


async def test_what_is_unknown_is_not_found(shop):
    for path in ["payment-requests/no-such/", "payment-requests/a/b/", "payments/MOJO0/", "refunds/C0/", "x/"]:
        answer = await shop.raw("GET", path)
        assert (answer.status_code, answer.json()) == (404, {"success": False, "message": "Not found"}), path


async def test_a_method_that_does_not_exist_is_told_in_instamojos_shape(shop):
    answer = await shop.raw("DELETE", "payment-requests/")
    assert (answer.status_code, answer.json()["success"]) == (405, False)


async def test_lists_are_filtered_and_paged_newest_first(shop):
    ids = [(await shop.asked(purpose=f"Part {number}"))["id"] for number in range(5)][::-1]

    async def listed(**which):
        return [one["id"] for one in (await shop.official("payment_requests_list", **which))["payment_requests"]]

    assert await listed() == ids
    # The client writes its trailing slash behind the last value of the query.
    assert await listed(limit=2, page=2) == ids[2:4]
    assert await listed(limit=2, page=9) == []
    middle = (await shop.state({"id": ids[2]}))["created_at"]
    assert await listed(min_created_at=middle) == ids[:3]
    assert await listed(max_created_at=middle) == ids[2:]
    assert await listed(min_modified_at=middle, max_modified_at=middle) == [ids[2]]
    assert await listed(min_created_at=middle[:10], max_created_at=middle[:10]) == ids
    assert await listed(max_created_at="2020-01-01") == []
    assert "payments" not in (await shop.official("payment_requests_list"))["payment_requests"][0]


async def test_a_list_that_cannot_be_told_is_refused(shop):
    for query in ["limit=x", "limit=0", "page=-1", "page=99999999999", "min_created_at=yesterday"]:
        answer = await shop.raw("GET", f"payment-requests/?{query}")
        assert (answer.status_code, list(answer.json()["message"])) == (400, [query.split("=")[0]])


async def test_a_link_can_be_switched_off_and_on(shop):
    request = await shop.asked()
    assert (await shop.raw("POST", f"payment-requests/{request['id']}/disable/")).json() == {"success": True}
    assert "takes no payment" in (await shop.page(request)).text
    assert "takes no payment" in (await shop.pay(request)).text
    assert (await shop.state(request))["payments"] == []
    assert (await shop.raw("POST", f"payment-requests/{request['id']}/enable/")).json() == {"success": True}
    assert (await shop.pay(request)).status_code == 303
    assert (await shop.raw("POST", "payment-requests/none/enable/")).status_code == 404


async def test_mails_and_sms_are_sent_or_fail_and_say_so(shop):
    request = await shop.asked(send_email=True, send_sms=True)
    sent = await shop.state(request)
    assert (sent["status"], sent["email_status"], sent["sms_status"]) == ("Sent", "Sent", "Sent")
    failed = await shop.state(await shop.asked(email="bounce@example.com", send_email=True))
    assert (failed["status"], failed["email_status"], failed["sms_status"]) == ("Failed", "Failed", None)


async def test_keys_stay_out_of_the_journal(shop):
    await shop.asked()
    entry = (await shop.sandbox.client.get("/journal.json", params={"provider": "instamojo"})).json()[0]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/instamojo/api/1.1/payment-requests", 201)
    assert not any(key in str(entry) for key in KEYS.values())


async def test_a_link_that_expires_takes_payments_until_then(shop):
    soon = datetime.now(UTC) + timedelta(seconds=300)
    answer = await shop.raw(
        "POST", "payment-requests/", data={"purpose": "Fee", "amount": "500", "expires_at": soon.isoformat()}
    )
    request = answer.json()["payment_request"]
    assert datetime.fromisoformat(request["expires_at"]) == soon
    with psycopg.connect(shop.sandbox.settings.database_url.get_secret_value(), autocommit=True) as connection:
        connection.execute("update sandbox.payment_requests set expires_at = now() - interval '1 second'")
    assert "takes no payment" in (await shop.pay(request)).text
    assert (await shop.state(request))["payments"] == []
