"""The link to pay that a rule sends is the rule's: held with it, counted with it, and judged once more when it leaves."""

import pytest

from domain.automation.holding import limit_messages, pause_rule
from domain.automation.overview import read_overview
from domain.payments.changing import cancel_payment, reopen_payment
from domain.work import SYSTEM
from tests.domain.automation.test_approval_rules import approved
from tests.fixtures.applicants import ROHIT

RULE = "approval_payment"
LINKS = """
select d.channel, d.state, d.reason, d.rule_key, d.rule_version, d.subject_id, s.rule_key as by_step
from deliveries d left join automation_steps s on s.id = d.step_id where d.kind = 'payment_link' order by d.created_at, d.channel
"""
PAUSED = "select value = 'true' from business_settings where key = 'automations_paused'"


@pytest.fixture
def asked(desk, catalogue):
    """Approves somebody, lets the rule ask them to pay while its messages wait, and returns the payment."""

    async def ask():
        async with desk.house.database.work(SYSTEM) as work:
            await approved(work, catalogue)
        while not await links(desk):
            await desk.house.run_due()
            await wait_for_links(desk)
        async with desk.house.database.work(SYSTEM) as work:
            return await work.value("select id from payments order by created_at desc limit 1")

    return ask


async def links(desk):
    async with desk.house.database.work(SYSTEM) as work:
        return await work.rows(LINKS)


async def wait_for_links(desk):
    """Pause the rule once it has asked, so that what it sends waits."""
    async with desk.house.database.work(SYSTEM) as work:
        paused = await work.value("select is_paused from automation_rules where key = %(key)s", key=RULE)
        if not paused and await work.value("select count(*) from payments"):
            await pause_rule(work, RULE, paused=True)


async def go_on(desk):
    async with desk.house.database.work(SYSTEM) as work:
        await pause_rule(work, RULE, paused=False)
    for _time in range(3):
        await desk.house.run_due()


async def test_it_waits_while_the_rule_is_paused_and_is_counted_as_the_rules(desk, asked):
    payment_id = await asked()
    assert [(row.channel, row.state) for row in await links(desk)] == [("email", "pending"), ("whatsapp", "pending")]
    assert {(row.rule_key, row.rule_version, row.by_step, row.subject_id) for row in await links(desk)} == {
        (RULE, 1, RULE, payment_id)
    }
    await go_on(desk)
    assert {row.state for row in await links(desk)} == {"sent"}
    mail = next(mail for mail in await desk.house.mailbox(ROHIT.email) if "₹12,000" in mail["subject"])
    assert any(desk.pay_path(payment_id) in link for link in mail["links"])
    async with desk.house.database.work(SYSTEM) as work:
        (figures,) = (await read_overview(work, RULE)).rules
    assert figures.found.sent_7 == 2


async def test_it_is_judged_when_it_leaves_and_leaves_after_all_when_the_payment_is_opened_again(desk, asked):
    payment_id = await asked()
    async with desk.house.database.work(SYSTEM) as work:
        await cancel_payment(work, payment_id)
    await go_on(desk)
    assert {(row.state, row.reason) for row in await links(desk)} == {("cancelled", "The payment was cancelled.")}
    async with desk.house.database.work(SYSTEM) as work:
        await reopen_payment(work, payment_id)
    for _time in range(3):
        await desk.house.run_due()
    assert [row.state for row in await links(desk)] == ["sent", "sent"]


async def test_it_counts_for_the_breaker(desk, asked):
    async with desk.house.database.work(SYSTEM) as work:
        await limit_messages(work, 2)  # as many as the link; the welcome is one more
    await asked()
    async with desk.house.database.work(SYSTEM) as work:
        assert await work.value(PAUSED) is True
