"""What rules write while providers fail: each message leaves once, and what nobody can ask about is parked."""

from collections import Counter

import pytest

from domain.automation.planning import plan_rules
from domain.work import SYSTEM
from tests.fixtures.house import until
from tests.reliability.faults.conftest import Post, impatient

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULE = "lead_day_1"
MANY, SOME = 200, 40
COURSE = """
insert into courses (slug, title, summary, is_published, created_at, updated_at)
values ('rules', 'Data Analytics', 'Twelve weeks, live.', true, now(), now()) on conflict do nothing
"""
PEOPLE = """
with fresh as (
  insert into people (name, email, phone, consent_whatsapp, created_at, updated_at)
  select 'Person ' || n, %(name)s || '-' || n || '@example.test',
    case when %(has_phones)s then '+91981120' || 7000 + n end, true, app_now(), app_now()
  from generate_series(1, %(count)s) n returning id
), leads as (
  insert into imported_leads (person_id, created_at) select id, app_now() from fresh returning id, person_id
)
insert into lead_sequences (lead_id, person_id, course_id, started_at)
select leads.id, leads.person_id, course.id, app_now() from leads, (select id from courses where slug = 'rules') course
returning id
"""
SETTINGS = """
insert into automation_rules (key, is_on, settings, updated_at) values (%(rule)s, true, %(settings)s, now())
on conflict (key) do update set settings = excluded.settings
"""
OPEN = "select count(*) from deliveries where rule_key is not null and state in ('pending', 'retry', 'sending')"
DOUBTED = "select count(*) from deliveries where rule_key is not null and channel = 'email' and state = 'unknown'"
STATES = "select state, count(*) from deliveries where channel = %(channel)s and rule_key is not null group by 1"


async def use_channel(post: Post, channel: str) -> None:
    settings = {
        "amount": 1,
        "unit": "days",
        "channels": [channel],
        "templates": {"email": RULE, "whatsapp": "lead_reminder"},
    }
    await post.run(SETTINGS, rule=RULE, settings=settings)


async def plan_letters(post: Post, name: str, count: int, *, has_phones: bool = False) -> None:
    """Plan the first word of the lead sequence to so many new people; it is due now."""
    await post.run(COURSE)
    async with post.house.database.work(SYSTEM) as work:
        begun = await work.rows(PEOPLE, name=name, count=count, has_phones=has_phones)
        assert await plan_rules(work, [RULE], "subject_id", [row.id for row in begun]) == count
    await post.move_clock("1 day")


async def until_all_have_left(post: Post) -> None:
    async def left() -> bool:
        await post.house.run_due()
        await post.wait_out()
        return not await post.value(OPEN) and not await post.value(DOUBTED)

    await until(left)


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "slow", "cut"])
async def test_a_group_of_a_rules_emails_leaves_once_whatever_the_provider_does(post, kind):
    await use_channel(post, "email")
    await post.plan_fault("sendgrid", kind, seconds=0.8 if kind == "slow" else None)
    await plan_letters(post, f"rule-{kind}", MANY)
    with impatient(post.house.services.email._client):
        await post.house.run_due()
    await until_all_have_left(post)
    answer = await post.house.sandbox.get("/mailbox.json", params={"limit": 10_000, "brief": True})
    taken = Counter(one["to"] for one in answer.json() if one["to"].startswith(f"rule-{kind}-"))
    assert (len(taken), set(taken.values())) == (MANY, {1})


async def test_of_a_rules_whatsapp_messages_each_leaves_once_but_the_one_of_which_nobody_knows(post):
    await use_channel(post, "whatsapp")
    for kind in ("429", "500", "502", "503", "cut"):
        await post.plan_fault("aisensy", kind)
    await plan_letters(post, "rule-whatsapp", SOME, has_phones=True)
    await until_all_have_left(post)

    async def reported() -> bool:
        await post.house.run_due()
        async with post.house.database.work(SYSTEM) as work:
            states = {row.state: row.count for row in await work.rows(STATES, channel="whatsapp")}
        # Of the one that was taken before the line was cut its provider reports; the one that a gateway lost stays in doubt.
        return states == {"sent": SOME - 1, "unknown": 1}

    await until(reported)
    journal = (await post.house.sandbox.get("/journal.json", params={"provider": "aisensy", "limit": 10_000})).json()
    taken = [one for one in journal if one["path"].endswith("/campaign/t1/api/v2") and one["status"] < 300]
    assert len(taken) == SOME - 1
