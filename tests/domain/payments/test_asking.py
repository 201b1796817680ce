"""Asking for money: what is wrong is said beside its field, and what is asked adds up."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.payments.asking import NewPayment, Part, ask_for_payment, divide, find_payer
from domain.payments.links import pay_token, read_pay_token
from domain.payments.money import read_rupees, rupees, typed_rupees
from domain.work import SYSTEM
from tests.fixtures.applicants import ROHIT
from tests.fixtures.cast import ASHA, BEN

THOUSAND = 1000_00


async def ask(work_as, **changes):
    values = {"purpose": "Course fee", "amount_paise": THOUSAND, "person_id": ASHA.id, **changes}
    values.setdefault("parts", [Part(values["amount_paise"])])
    async with work_as(BEN.identity) as work:
        return await ask_for_payment(work, NewPayment(**values))


async def refused(work_as, **changes):
    with pytest.raises(InvalidInput) as error:
        await ask(work_as, **changes)
    return error.value.fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"amount_paise": 899}, {"amount": "At least ₹9.00: the payment gateway takes no less."}),
        (
            {"amount_paise": 200_000_01},
            {"amount": "At most ₹2,00,000.00 in one payment. Divide it into parts."},
        ),
        ({"purpose": " "}, {"purpose": "Say what the payment is for."}),
        ({"purpose": "x" * 31}, {"purpose": "At most 30 characters, please: the payment page shows no more."}),
        (
            {"parts": [Part(400_00), Part(500_00)]},
            {"parts": "The parts add up to ₹900, but ₹1,000 are asked for."},
        ),
        (
            {"parts": [Part(995_00), Part(5_00)]},
            {"part_amount_2": "At least ₹9.00: the payment gateway takes no less."},
        ),
        ({"parts": [Part(THOUSAND, date(2020, 1, 1))]}, {"due": "This day is over."}),
        ({"parts": []}, {"parts": "Between one and 12 parts, please."}),
        ({"enrolment_id": uuid4()}, {"reason": "This does not belong to Asha Rao."}),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(work_as, changes, fields):
    assert await refused(work_as, **changes) == fields


@pytest.mark.parametrize("paise", [900, 200_000_00])
async def test_the_gateways_limits_themselves_are_good(work_as, paise):
    assert await ask(work_as, amount_paise=paise)


async def test_more_than_the_gateway_takes_at_once_is_asked_for_in_parts(work_as):
    assert await ask(work_as, amount_paise=300_000_00, parts=[Part(150_000_00), Part(150_000_00)])


async def test_who_has_neither_email_nor_phone_cannot_be_asked(work_as):
    async with work_as(SYSTEM) as work:
        await work.run("update people set email = null, phone = null where id = %(id)s", id=ASHA.id)
    assert await refused(work_as) == {"person": "Asha Rao has neither an e-mail address nor a phone number."}


async def test_nothing_is_sent_where_there_is_no_address(work_as):
    async with work_as(SYSTEM) as work:
        await work.run("update people set email = null where id = %(id)s", id=ASHA.id)
    assert await refused(work_as, announce=["email"]) == {"by_email": "There is no e-mail address to send it to."}
    assert await ask(work_as, announce=["whatsapp"])


async def test_the_same_form_twice_asks_once(work_as):
    key = uuid4()
    assert await ask(work_as, form_key=key) == await ask(work_as, form_key=key)
    async with work_as(SYSTEM) as work:
        assert await work.value("select count(*) from payments") == 1
        assert await work.value("select count(*) from automation_steps where kind = 'create_payment_request'") == 1
        assert await work.value("select count(*) from audit_logs where action = 'payment.requested'") == 1


async def test_an_applicant_is_asked_for_the_price_of_the_course(work_as, applies):
    application_id = await applies(ROHIT)
    async with work_as(BEN.identity) as work:
        person_id = await work.value("select person_id from cta_submissions")
        (reason,) = (await find_payer(work, person_id)).reasons
    assert (reason.kind, reason.id, reason.paise, reason.asked_paise) == ("application", application_id, 3_000_000, 0)
    await ask(work_as, person_id=person_id, application_id=application_id)
    async with work_as(BEN.identity) as work:
        assert (await find_payer(work, person_id)).reasons[0].asked_paise == THOUSAND


@given(st.integers(12 * 900, 10**10), st.integers(1, 12))
def test_parts_always_add_up(paise, count):
    parts = divide(paise, count)
    assert (sum(parts), len(parts)) == (paise, count)
    assert min(parts) > 0


@pytest.mark.parametrize(
    ("typed", "paise"), [("4999", 499_900), ("₹ 4,999.50", 499_950), ("2,00,000", 20_000_000), ("0.01", 1)]
)
def test_amounts_are_read_as_people_write_them(typed, paise):
    assert read_rupees(typed) == paise
    assert read_rupees(typed_rupees(paise)) == paise


@pytest.mark.parametrize("typed", ["", "abc", "1.234", "NaN", "1e99", "1e999999", "Infinity", "₹"])
def test_what_is_no_amount_is_refused_in_words(typed):
    with pytest.raises(ValueError, match="amount|paisa"):
        read_rupees(typed)


def test_rupees_are_grouped_in_lakhs():
    assert [rupees(paise) for paise in (900, 2_00_000_00, 1_23_45_678_90, -5_05)] == [
        "₹9",
        "₹2,00,000",
        "₹1,23,45,678.90",
        "-₹5.05",
    ]


def test_a_pay_token_cannot_be_made_up():
    payment_id = uuid4()
    token = pay_token(b"secret", payment_id)
    assert read_pay_token(b"secret", token) == payment_id
    for other in (token[:-2] + "AA", token[:10], "", "%%%", pay_token(b"other", payment_id)):
        assert read_pay_token(b"secret", other) is None


async def test_due_days_of_parts_are_kept(work_as):
    today = date(2100, 1, 31)
    payment_id = await ask(work_as, parts=[Part(600_00, today), Part(400_00, today + timedelta(days=30))])
    async with work_as(ASHA.identity) as work:
        days = await work.rows(
            "select due_on from payment_requests where payment_id = %(id)s order by part", id=payment_id
        )
    assert [row.due_on for row in days] == [today, today + timedelta(days=30)]
