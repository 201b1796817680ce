"""The pages about payments: for admins, for students, and for whoever has a payment's link."""

import csv
import io
import re
from uuid import uuid4

import pytest

from domain.payments.asking import NewPayment, Part, ask_for_payment
from domain.payments.links import pay_path
from domain.payments.listing import PaymentFilter, list_payments
from domain.work import SYSTEM
from tests.fixtures.applicants import ROHIT
from tests.fixtures.cast import ASHA, BEN, CHITRA

PAYMENTS = "/admin/payments"
FORM = {
    "person": str(ASHA.id),
    "purpose": "Course fee",
    "amount": "24,999",
    "count": "1",
    "due": "",
    "action": "create",
}


async def ask(services, person=ASHA, purpose="Course fee", *paise):
    amounts = paise or (24_999_00,)
    new = NewPayment(person.id, purpose, sum(amounts), [Part(amount) for amount in amounts])
    async with services.database.work(BEN.identity) as work:
        return await ask_for_payment(work, new)


async def set_paid(services, payment_id, paise, gateway_payment_id="MOJO1234567890123456"):
    """As if the gateway had said so."""
    async with services.database.work(SYSTEM) as work:
        await work.run("update payments set paid_paise = %(paise)s where id = %(id)s", id=payment_id, paise=paise)
        return await work.value(
            "insert into gateway_payments (gateway_payment_id, payment_id, status, amount_paise, instrument, credited_at,"
            " created_at, updated_at)"
            " values (%(key)s, %(id)s, 'credit', %(paise)s, 'UPI', %(now)s, %(now)s, %(now)s) returning id",
            id=payment_id,
            key=gateway_payment_id,
            paise=paise,
            now=work.now,
        )


async def set_open(services):
    async with services.database.work(SYSTEM) as work:
        await work.run(
            "update payment_requests set state = 'open', gateway_id = id::text, longurl = 'https://pay.test/' || part"
        )


async def sent(services, **form):
    async with services.database.work(SYSTEM) as work:
        return await work.rows("select channel, kind, to_address from deliveries order by channel")


async def test_the_list_says_what_its_totals_count(as_admin, services):
    first = await ask(services)
    await ask(services, CHITRA, "Workshop", 1_000_00)
    await set_paid(services, first, 24_999_00)
    page = (await as_admin.get(PAYMENTS)).text
    for text in ("2 payments", "₹25,999 asked for", "₹24,999 received", "₹1,000 still open", "Asha Rao", "Workshop"):
        assert text in page
    assert re.search(r'Paid <span class="count">1<', page)
    paid = (await as_admin.get(f"{PAYMENTS}?state=paid")).text
    assert ("1 payment<" in paid, "Workshop" in paid) == (True, False)
    assert "Chitra" not in (await as_admin.get(f"{PAYMENTS}?q=asha")).text
    assert "Asha Rao" in (await as_admin.get(f"{PAYMENTS}?q=MOJO1234567890123456")).text
    assert "Nothing matches" in (await as_admin.get(f"{PAYMENTS}?q=nobody")).text


async def test_overdue_means_a_day_in_india_that_is_over(as_admin, services):
    await ask(services)
    async with services.database.work(SYSTEM) as work:
        await work.run("update payment_requests set due_on = (app_now() at time zone 'Asia/Kolkata')::date")
        assert (await list_payments(work, PaymentFilter(overdue="yes"))).totals.total == 0
        await work.run("update payment_requests set due_on = due_on - 1")
        assert (await list_payments(work, PaymentFilter(overdue="yes"))).totals.total == 1


async def test_twenty_a_page_in_one_round_trip(work_as, cast, services):
    for number in range(21):
        await ask(services, ASHA, f"Workshop {number}", 1_000_00)
    async with work_as(BEN.identity) as work:
        before = work.connection.round_trips
        first = await list_payments(work, PaymentFilter())
        assert work.connection.round_trips - before == 1
        second = await list_payments(work, PaymentFilter(), 2)
    assert (len(first.rows), len(second.rows), first.pages) == (20, 1, 2)


async def test_the_csv_is_what_the_list_shows_and_runs_nothing(as_admin, services):
    await ask(services, ASHA, "=1+1")
    await ask(services, CHITRA, "Workshop", 1_000_50)
    answer = await as_admin.get(f"{PAYMENTS}/export?q=asha")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    (row,) = rows
    assert (row["Purpose"], row["Asked (INR)"], row["State"]) == ("'=1+1", "24999", "due")
    assert row["Phone"] == f"'{ASHA.phone}"
    async with services.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from audit_logs where action = 'payments.exported'") == 1


async def test_a_person_is_found_by_search_and_asked_for_what_they_owe(as_admin, services, applies, catalogue):
    application_id = await applies(ROHIT)
    found = (await as_admin.get(f"{PAYMENTS}/new?q=rohit")).text
    (address,) = re.findall(r'href="(/admin/payments/new\?person=[^"]+)"', found)
    assert "Applicant" in found
    page = (await as_admin.get(f"{address}&application={application_id}")).text
    assert 'value="30000"' in page
    assert 'value="Data Analytics"' in page
    assert f'value="application:{application_id}" selected' in page


async def test_asking_leads_to_the_payment_and_plans_its_link(as_admin, services):
    answer = await as_admin.post(PAYMENTS, data=FORM | {"by_email": "on", "form_key": str(uuid4())})
    assert answer.status_code == 303
    page = (await as_admin.get(answer.headers["location"])).text
    for text in ("₹24,999", "Course fee", "Asha Rao", "Waiting", "Nobody has tried yet."):
        assert text in page


async def test_two_clicks_ask_once(as_admin, services):
    form = FORM | {"form_key": str(uuid4())}
    places = {(await as_admin.post(PAYMENTS, data=form)).headers["location"] for _ in range(2)}
    assert len(places) == 1


async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(as_admin, services):
    wrong = FORM | {"amount": "5", "purpose": "A purpose that is longer than thirty characters"}
    answer = await as_admin.post(PAYMENTS, data=wrong)
    assert answer.status_code == 422
    for text in ("At least ₹9.00", "At most 30 characters", 'value="5"', "longer than thirty"):
        assert text in answer.text
    answer = await as_admin.post(PAYMENTS, data=FORM | {"amount": "plenty", "due": "soon"})
    assert ("in rupees, like 4999" in answer.text, "Please write a date." in answer.text) == (True, True)
    async with services.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from payments") == 0


@pytest.mark.parametrize("wrong", [{"due": "9999-12-31"}, {"amount": "1e999999"}])
async def test_what_cannot_be_divided_is_said_beside_its_field(as_admin, wrong):
    answer = await as_admin.post(PAYMENTS, data=FORM | {"count": "3", "action": "divide"} | wrong)
    assert answer.status_code == 422
    assert "Please write a" in answer.text


async def test_dividing_makes_parts_that_add_up_and_can_be_changed(as_admin, services):
    form = FORM | {"amount": "10000", "count": "3"}
    divided = await as_admin.post(
        PAYMENTS, data=form
    )  # without pressing Divide first: the parts are shown, not asked for
    assert divided.status_code == 200
    parts = dict(re.findall(r'name="(part_\w+_\d)"[^>]* value="([^"]+)"', divided.text))
    assert [parts[f"part_amount_{n}"] for n in (1, 2, 3)] == ["3334", "3333", "3333"]
    answer = await as_admin.post(PAYMENTS, data=form | parts | {"part_amount_1": "3000"})
    assert answer.status_code == 422
    assert "The parts add up to ₹9,666, but ₹10,000 are asked for." in answer.text
    changed = form | parts | {"part_amount_1": "5000", "part_amount_2": "3000", "part_amount_3": "2000"}
    assert (await as_admin.post(PAYMENTS, data=changed)).status_code == 303


async def test_the_link_is_sent_again_by_what_is_chosen_but_not_twice_a_minute(as_admin, services):
    payment_id = await ask(services)
    assert (await as_admin.post(f"{PAYMENTS}/{payment_id}/link", data={"by_email": "on"})).status_code == 409
    await set_open(services)
    both = {"by_email": "on", "by_whatsapp": "on"}
    assert (await as_admin.post(f"{PAYMENTS}/{payment_id}/link", data=both)).status_code == 303
    assert [tuple(row) for row in await sent(services)] == [
        ("email", "payment_link", ASHA.email),
        ("whatsapp", "payment_link", ASHA.phone),
    ]
    assert (await as_admin.post(f"{PAYMENTS}/{payment_id}/link", data=both)).status_code == 429


async def test_cancelling_and_opening_again_are_noted_with_who_did_it(as_admin, services):
    payment_id = await ask(services)
    assert (await as_admin.post(f"{PAYMENTS}/{payment_id}/cancellation")).status_code == 303
    assert (await as_admin.post(f"{PAYMENTS}/{payment_id}/cancellation")).status_code == 409
    page = (await as_admin.get(f"{PAYMENTS}/{payment_id}")).text
    assert "Ask for it again" in page
    assert (await as_admin.post(f"{PAYMENTS}/{payment_id}/reopening")).status_code == 303
    async with services.database.work(SYSTEM) as work:
        rows = await work.rows(
            "select action, actor_name from audit_logs where subject_id = %(id)s order by at", id=payment_id
        )
    assert [tuple(row) for row in rows][1:] == [("payment.cancelled", BEN.name), ("payment.reopened", BEN.name)]


async def test_a_refund_asks_for_its_amount_twice(as_admin, services):
    payment_id = await ask(services)
    assert "Nothing can be given back." in (await as_admin.get(f"{PAYMENTS}/{payment_id}/refund")).text
    await set_paid(services, payment_id, 24_999_00)
    form = {"amount": "1000", "confirmed": "100", "kind": "QFL", "body": "Moved away.", "form_key": str(uuid4())}
    answer = await as_admin.post(f"{PAYMENTS}/{payment_id}/refund", data=form)
    assert (answer.status_code, "Type the amount once more: ₹1,000." in answer.text) == (422, True)
    answer = await as_admin.post(f"{PAYMENTS}/{payment_id}/refund", data=form | {"confirmed": "1,000"})
    assert answer.status_code == 303
    assert "Refund asked of the gateway" in (await as_admin.get(f"{PAYMENTS}/{payment_id}")).text


async def test_money_that_does_not_fit_is_shown_until_somebody_has_dealt_with_it(as_admin, services):
    async with services.database.work(SYSTEM) as work:
        flagged = await work.value(
            "insert into gateway_payments (gateway_payment_id, status, amount_paise, problem, created_at, updated_at)"
            " values ('MOJO9', 'credit', 70000, 'It belongs to no payment request of ours.', %(now)s, %(now)s) returning id",
            now=work.now,
        )
    assert "1 payment at the gateway does not fit" in (await as_admin.get(PAYMENTS)).text
    page = (await as_admin.get(f"{PAYMENTS}/flagged")).text
    assert ("₹700" in page, "MOJO9" in page) == (True, True)
    assert (await as_admin.post(f"{PAYMENTS}/flagged/{flagged}/resolution")).status_code == 303
    assert "All payments fit" in (await as_admin.get(f"{PAYMENTS}/flagged")).text


async def test_a_student_sees_their_own_payments_and_receipts(as_student, as_outsider, services):
    mine = await ask(services, ASHA, "Course fee", 10_000_00, 14_999_00)
    await ask(services, CHITRA, "Workshop", 1_000_00)
    await set_open(services)
    await set_paid(services, mine, 10_000_00)
    page = (await as_student.get("/student/payments")).text
    for text in ("Course fee", "Part paid", "₹14,999 still to pay", "Pay ₹10,000", "Receipt: ₹10,000"):
        assert text in page
    assert "Workshop" not in page
    assert "Course fee" not in (await as_outsider.get("/student/payments")).text


async def test_who_has_the_link_pays_without_signing_in(client, services, settings, cast):
    payment_id = await ask(services)
    path = pay_path(settings.secret, payment_id)
    assert "being prepared" in (await client.get(path)).text
    await set_open(services)
    page = (await client.get(path)).text
    for text in ("₹24,999", "https://pay.test/1", "Pay ₹24,999", "Asha Rao"):
        assert text in page
    receipt_id = await set_paid(services, payment_id, 24_999_00)
    receipt = (await client.get(f"{path}/receipts/{receipt_id}")).text
    for text in ("Receipt", "₹24,999", "UPI", "MOJO1234567890123456"):
        assert text in receipt
    assert (await client.get(f"{path}/receipts/{uuid4()}")).status_code == 404


@pytest.mark.parametrize("token", ["made-up", "A" * 43, "%E2%82%B9"])
async def test_a_link_that_is_not_ours_shows_nothing(client, cast, token):
    for path in ("", "/return?payment_id=MOJO1&payment_request_id=1"):
        answer = await client.get(f"/pay/{token}{path}")
        assert (answer.status_code, "not complete" in answer.text) == (404, True)


async def test_another_payments_receipt_is_not_shown(client, services, settings, cast):
    mine, other = await ask(services), await ask(services, CHITRA)
    receipt_id = await set_paid(services, other, 24_999_00)
    assert (await client.get(f"{pay_path(settings.secret, mine)}/receipts/{receipt_id}")).status_code == 404


async def test_the_pages_of_student_and_application_lead_to_asking(as_admin, services, applies):
    await ask(services)
    application_id = await applies(ROHIT)
    student = (await as_admin.get(f"/admin/students/{ASHA.id}")).text
    assert f"/admin/payments/new?person={ASHA.id}" in student
    assert "Course fee" in student
    assert f"application={application_id}" in (await as_admin.get(f"/admin/applications/{application_id}")).text
