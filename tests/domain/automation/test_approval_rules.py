"""After an approval: one welcome, one request to pay in the course's instalments, and reminders until somebody pays."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.arq.ports import ports_of
from domain.admissions.approving import Approval, approve
from domain.automation.acting import act_on_due
from domain.automation.changing import change_rule
from domain.automation.late import late_links, late_values
from domain.automation.rule_states import find_rule
from domain.dashboard.reading import read_dashboard
from domain.enrolling import withdraw_enrolment
from domain.payments.after_approval import end_reminders, plan_parts
from domain.payments.announcing import BY_HAND, find_announcement
from domain.payments.changing import cancel_payment
from domain.payments.letters import plan_link
from domain.payments.money import HOME_ZONE, rupees, rupees_sql
from domain.work import Row, Work
from tests.fixtures.applicants import MEERA, ROHIT, apply_for

PRICE = 12_000_00
REQUESTS = "select r.*, p.person_id from payment_requests r join payments p on p.id = r.payment_id order by part"


async def act(work: Work, days: float = 0, hours: float = 0) -> None:
    """Let time pass, and what is due then be done."""
    work.now += timedelta(days=days, hours=hours)
    while await act_on_due(work):
        pass


async def approved(work: Work, catalogue: Any, applicant=ROHIT, *, price: int = PRICE, instalments: int = 1) -> UUID:
    """Approve an applicant; return their enrolment."""
    await work.run(
        "update courses set price_paise = %(price)s, instalments = %(parts)s where slug = %(slug)s",
        price=price,
        parts=instalments,
        slug=catalogue.slug,
    )
    application_id = await apply_for(work, catalogue, applicant)
    await approve(work, Approval(application_id, 1, catalogue.batch_id))
    enrolment_id: UUID = await work.value("select id from enrolments where application_id = %(id)s", id=application_id)
    return enrolment_id


async def links_made(work: Work) -> None:
    await work.run("update payment_requests set state = 'open' where state = 'planned'")


async def step(work: Work, key: str) -> tuple[str, str]:
    row = await work.row("select state, reason from automation_steps where rule_key = %(key)s order by due_at", key=key)
    assert row is not None
    return row.state, row.reason


async def written(work: Work) -> list[tuple[str, str]]:
    rows = await work.rows(
        "select rule_key, channel from deliveries where rule_key is not null order by created_at, 1, 2"
    )
    return [(row.rule_key, row.channel) for row in rows]


async def test_who_is_approved_is_welcomed_and_asked_to_pay_once_in_the_parts_of_the_course(work, catalogue):
    await approved(work, catalogue, instalments=3)
    await act(work)
    await act(work, hours=3)
    assert await written(work) == [("approval_whatsapp", "whatsapp")]
    payment = await work.row("select * from payments")
    assert (payment.amount_paise, payment.announce, payment.created_by) == (PRICE, ["email", "whatsapp"], None)
    first = (work.now + timedelta(hours=2, minutes=30)).date() + timedelta(days=3)
    requests = await work.rows(REQUESTS)
    assert [request.amount_paise for request in requests] == [4_000_00] * 3
    assert requests[0].due_on == first
    assert 28 <= (requests[1].due_on - requests[0].due_on).days <= 31
    assert await step(work, "approval_payment") == ("done", "Asked for ₹12,000 in 3 parts.")
    assert await work.value("select count(*) from automation_steps where rule_key = 'approval_call'") == 0  # it is off
    reminders = await work.value("select count(*) from automation_steps where rule_key = 'payment_reminder'")
    assert reminders == 3


@pytest.mark.parametrize(
    ("price", "reason"), [(0, "The course costs nothing."), (500, "At least ₹9.00: the payment gateway")]
)
async def test_nothing_is_asked_where_there_is_nothing_to_ask_and_the_step_says_why(work, catalogue, price, reason):
    await approved(work, catalogue, price=price)
    await act(work)
    state, said = await step(work, "approval_payment")
    assert (state, reason in said) == ("skipped", True)
    assert await work.value("select count(*) from payments") == 0
    told = "select count(*) from notifications where kind = 'payment'"
    assert (await work.value(told) > 0) == (price > 0)


async def test_who_has_not_paid_is_reminded_after_three_days_and_the_admins_after_seven(work, catalogue, services):
    await approved(work, catalogue)
    await act(work)
    await links_made(work)
    await act(work, days=3, hours=1)
    reminders = await work.rows("select * from deliveries where rule_key = 'unpaid_reminder' order by channel")
    assert [one.channel for one in reminders] == ["email", "whatsapp"]
    email, whatsapp = (late_values(reminders[0], ports_of(services)), late_links(reminders[1], ports_of(services)))
    assert (email["amount"], email["course_title"]) == ("₹12,000", "Data Analytics")
    assert email["pay_url"].endswith(whatsapp[0])
    assert whatsapp[0].startswith("pay/")
    assert reminders[1].params["params"] == ["Rohit", "Data Analytics", "₹12,000"]
    await act(work, days=1)  # a day after the part was due: one reminder is enough
    assert await step(work, "payment_reminder") == ("skipped", "They were reminded of it after the approval.")
    await act(work, days=3)
    titles = await work.rows("select title from notifications where kind = 'payment'")
    assert {row.title for row in titles} == {"Rohit Deshmukh has not paid yet"}
    assert await step(work, "unpaid_attention") == ("done", "The admins were told.")
    assert "Payment is overdue" in [concern.text for concern in (await read_dashboard(work, 1.0)).attention]
    await paid(work)
    assert "Payment is overdue" not in [concern.text for concern in (await read_dashboard(work, 1.0)).attention]


async def test_who_pays_meanwhile_is_reminded_of_nothing(work, catalogue):
    await approved(work, catalogue)
    await act(work)
    await links_made(work)
    request = await paid(work)
    await end_reminders(work, request)
    for key, reason in (
        ("unpaid_reminder", "They have paid."),
        ("unpaid_attention", "They have paid."),
        ("payment_reminder", "It is paid."),
    ):
        assert await step(work, key) == ("cancelled", reason)
    await act(work, days=8)
    assert await written(work) == [("approval_whatsapp", "whatsapp")]


async def test_a_later_part_is_reminded_of_until_it_is_paid_or_cancelled(work, catalogue):
    await approved(work, catalogue, instalments=2)
    await act(work)
    await links_made(work)
    await end_reminders(work, await paid(work))
    second = (await work.rows(REQUESTS))[1]
    await act(work, days=(second.due_on - work.now.date()).days + 2)
    reminders = await work.rows(
        "select channel, params from deliveries where rule_key = 'payment_reminder' order by channel"
    )
    assert [one.channel for one in reminders] == ["email", "whatsapp"]
    due = f"{second.due_on.day} {second.due_on:%B %Y}"
    assert reminders[1].params["params"] == ["Rohit", "₹6,000", "Data Analytics", due]
    await cancel_payment(work, second.payment_id)
    states = {row.state for row in await work.rows("select state from deliveries where rule_key = 'payment_reminder'")}
    assert states == {"cancelled"}


async def test_who_is_withdrawn_is_left_alone_and_what_was_planned_is_void(work, catalogue):
    enrolment_id = await approved(work, catalogue, MEERA)
    await withdraw_enrolment(work, enrolment_id)
    states = await work.rows("select distinct state, reason from automation_steps where rule_key <> ''")
    assert [(row.state, row.reason) for row in states] == [("cancelled", "They were withdrawn from the batch.")]


async def paid(work: Work) -> Row:
    """Let the first part be paid; return it."""
    request = (await work.rows(REQUESTS))[0]
    await work.run("update payment_requests set state = 'paid' where id = %(id)s", id=request.id)
    await work.run(
        "update payments set paid_paise = paid_paise + %(paise)s where id = %(id)s",
        paise=request.amount_paise,
        id=request.payment_id,
    )
    return request


async def test_amounts_read_the_same_from_the_database(work):
    amounts = [900, 123_45, 12_345_00, 1_23_456_07, 1_23_45_678_90, 10_00_00_000_00]
    found = await work.rows(
        f"select {rupees_sql('p')} as text from unnest(%(all)s::bigint[]) with ordinality u (p, n) order by n",
        all=amounts,
    )
    assert [row.text for row in found] == [rupees(paise) for paise in amounts]


def test_parts_fall_on_the_same_day_of_months_that_are_long_enough_and_none_is_too_large():
    parts = plan_parts(9_000_00, 3, 1, "months", date(2027, 1, 28))
    assert [part.due_on for part in parts] == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]
    assert [part.due_on for part in plan_parts(9_000_00, 2, 15, "days", date(2027, 1, 1))] == [
        date(2027, 1, 4),
        date(2027, 1, 19),
    ]
    assert [part.amount_paise for part in plan_parts(4_00_000_00, 1, 1, "months", date(2027, 1, 1))] == [
        2_00_000_00
    ] * 2


async def test_what_was_planned_is_judged_again_when_its_moment_comes(work, catalogue):
    """As after a restore of a backup, or with whatever else has left the steps as they were."""
    enrolment_id = await approved(work, catalogue)
    await work.run(
        "insert into payments (person_id, enrolment_id, purpose, amount_paise, created_at, updated_at)"
        " select person_id, id, 'By hand', 100000, %(now)s, %(now)s from enrolments where id = %(id)s",
        id=enrolment_id,
        now=work.now,
    )
    await act(work)
    assert await step(work, "approval_payment") == ("skipped", "They have been asked to pay already.")
    await act(work, days=3, hours=1)
    waits = "There is no link yet to pay at: it waits for one."
    assert await step(work, "unpaid_reminder") == ("planned", waits)
    await act(work, days=2)
    assert await step(work, "unpaid_reminder") == ("skipped", "There is no link to pay at.")
    await work.run("update payments set paid_paise = 50000")
    await act(work, days=2)
    assert await step(work, "unpaid_attention") == ("skipped", "They have paid.")


async def test_who_is_deactivated_is_neither_welcomed_nor_asked_nor_reminded(work, catalogue):
    await approved(work, catalogue)
    await work.run("update profiles set is_active = false where person_id = (select person_id from enrolments)")
    await act(work)
    assert await written(work) == []
    assert await step(work, "approval_payment") == ("skipped", "Their account is deactivated.")


async def test_the_link_leaves_by_the_ways_with_the_texts_and_in_the_hours_of_the_rule_that_asked(work, catalogue):
    work.now = (work.now + timedelta(days=1)).replace(hour=6)
    settings = (await find_rule(work, "approval_payment")).settings
    wanted = replace(settings, channels=("email",), quiet_hours=("00:00", "23:59"))
    wanted = replace(wanted, templates={**settings.templates, "email": "payment_ahead"})
    await change_rule(work, "approval_payment", 1, wanted, is_on=True)
    await approved(work, catalogue)
    await act(work)
    payment = await work.row("select * from payments")
    assert payment.announce == ["email"]
    await plan_link(work, payment.id, payment.announce, await find_announcement(work, payment.step_id))
    links = "select channel, template, due_at, params from deliveries where kind = 'payment_link' order by created_at"
    (link,) = await work.rows(links)
    assert (link.channel, link.template, f"{link.due_at.astimezone(HOME_ZONE):%H:%M}") == (
        "email",
        "payment_ahead",
        "23:59",
    )
    assert link.params["due"] == link.params["due_on"] != ""
    assert await find_announcement(work, None) == BY_HAND


async def test_news_of_classes_on_whatsapp_alone_is_about_classes_and_agrees_to_nothing_else(work, catalogue):
    await approved(work, catalogue)
    await work.run("update people set consent_whatsapp = false where id = (select person_id from enrolments)")
    await work.run("""update profiles set preferences = '{"class_news": ["whatsapp"]}'""")
    await act(work)
    await links_made(work)
    await act(work, days=3)
    assert await written(work) == [("unpaid_reminder", "email")]
