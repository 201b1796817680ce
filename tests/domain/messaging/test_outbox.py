"""E-mails leave once, after the commit, and what became of them is known."""

from dataclasses import replace
from uuid import uuid4

import pytest

from domain.messaging.composing import Composer
from domain.messaging.outbox import plan_email
from domain.messaging.sending import claim_batch, claim_doubtful, settle, settle_doubt
from domain.ports import Missing, Refused, Unavailable, Unknown
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, RollBack
from tests.fixtures.house import until


async def plan(house, key="hello", to="someone@example.test", **more):
    async with house.database.work(SYSTEM) as work:
        return await plan_email(work, kind="rejection", to=to, name="Someone", key=key, params=PARAMS, **more)


PARAMS = {"first_name": "Someone", "course_title": "Data Analytics", "reason": "The batch is full."}


async def delivery(house, delivery_id):
    async with house.database.work(SYSTEM) as work:
        return await work.row("select * from deliveries where id = %(id)s", id=delivery_id)


async def test_what_is_planned_leaves_once_and_its_delivery_is_reported(house):
    delivery_id = await plan(house)
    await house.run_due()
    assert (await delivery(house, delivery_id)).state == "sent"
    assert len(await house.mailbox("someone@example.test")) == 1

    async def delivered():
        await house.run_due()
        async with house.database.work(SYSTEM) as work:
            return (
                await work.value("select state from email_logs where delivery_id = %(id)s", id=delivery_id)
                == "delivered"
            )

    await until(delivered)
    assert len(await house.mailbox("someone@example.test")) == 1


async def test_the_same_cause_twice_is_one_email(house):
    assert await plan(house) is not None
    assert await plan(house) is None
    await house.run_due()
    assert len(await house.mailbox("someone@example.test")) == 1


async def test_what_is_rolled_back_never_leaves(house):
    with pytest.raises(RollBack):
        async with house.database.work(SYSTEM) as work:
            await plan_email(work, kind="rejection", to="x@example.test", key="x", params=PARAMS)
            raise RollBack
    await house.run_due()
    assert await house.mailbox() == []


async def claimed(house, lease_seconds=60.0):
    async with house.database.work(SYSTEM) as work:
        return await claim_batch(work, house.runner.composer, lease_seconds=lease_seconds)


async def settled(house, batch, outcome):
    async with house.database.work(SYSTEM) as work:
        await settle(work, batch, outcome, lookup_delay=0)


async def test_two_workers_never_claim_the_same_email(house):
    await plan(house)
    assert await claimed(house)
    assert await claimed(house) is False


async def test_a_worker_that_vanished_before_the_call_leaves_nothing_lost(house):
    delivery_id = await plan(house)
    await claimed(house, lease_seconds=-1)
    assert (await delivery(house, delivery_id)).state == "sending"
    await house.run_due()
    await house.run_due()
    assert (await delivery(house, delivery_id)).state == "sent"
    assert len(await house.mailbox("someone@example.test")) == 1


async def test_a_worker_that_vanished_after_the_call_sends_nothing_twice(house):
    delivery_id = await plan(house)
    batch = await claimed(house, lease_seconds=-1)
    await house.services.email.send(batch.message)
    await house.run_due()
    await house.run_due()
    assert (await delivery(house, delivery_id)).state == "sent"
    assert len(await house.mailbox("someone@example.test")) == 1


async def test_silence_is_looked_up_before_anything_is_sent_again(house):
    delivery_id = await plan(house)
    batch = await claimed(house)
    await house.services.email.send(batch.message)
    await settled(house, batch, Unknown("no answer"))
    assert (await delivery(house, delivery_id)).state == "unknown"
    await house.run_due()
    assert (await delivery(house, delivery_id)).state == "sent"
    assert len(await house.mailbox("someone@example.test")) == 1


async def test_what_is_not_found_yet_is_looked_up_again_before_it_is_sent_anew(house):
    """SendGrid's activity shows an e-mail minutes after it was taken: sending again at once would write twice."""
    delivery_id = await plan(house)
    await settled(house, await claimed(house), Unknown("no answer"))

    async def missed():
        async with house.database.work(SYSTEM) as work:
            await work.run("update deliveries set leased_until = now() - interval '1 second' where state = 'unknown'")
            doubtful = await claim_doubtful(work, lease_seconds=60)
            await settle_doubt(work, doubtful, Missing(), found_within=600)
        return await delivery(house, delivery_id)

    early = await missed()
    assert (early.state, early.reason) == ("unknown", "SendGrid does not find it yet.")
    async with house.database.work(SYSTEM) as work:
        await work.run("update deliveries set attempted_at = now() - interval '9 minutes'")
        assert await work.value("select leased_until > now() from deliveries")
    nearly = await missed()
    async with house.database.work(SYSTEM) as work:
        left = await work.value("select extract(epoch from leased_until - now())::float8 from deliveries")
    assert nearly.state == "unknown"
    assert 50 < left <= 60  # then it is old enough
    async with house.database.work(SYSTEM) as work:
        await work.run("update deliveries set attempted_at = now() - interval '10 minutes'")
    assert (await missed()).state == "retry"


async def test_a_provider_that_is_away_is_tried_again_later(house):
    delivery_id = await plan(house)
    await settled(house, await claimed(house), Unavailable("busy", retry_after=60))
    waiting = await delivery(house, delivery_id)
    assert (waiting.state, waiting.reason) == ("retry", "busy")
    assert await claimed(house) is False


async def test_what_the_provider_refuses_fails_with_its_reason(house):
    delivery_id = await plan(house)
    await settled(house, await claimed(house), Refused("The address is not valid."))
    failed = await delivery(house, delivery_id)
    assert (failed.state, failed.reason) == ("failed", "The address is not valid.")


async def test_while_sending_is_paused_nothing_leaves(house):
    await plan(house)
    await pause(house, "true")
    await house.run_due()
    assert await house.mailbox() == []
    await pause(house, "false")
    await house.run_due()
    assert len(await house.mailbox()) == 1


async def pause(house, value):
    async with house.database.work(SYSTEM) as work:
        await work.run(f"update business_settings set value = '{value}' where key = 'sending_paused'")


async def test_an_email_that_cannot_be_composed_fails_and_says_why(house):
    async with house.database.work(SYSTEM) as work:
        delivery_id = await plan_email(work, kind="rejection", to="x@example.test", key="x", params={})
    await house.run_due()
    failed = await delivery(house, delivery_id)
    assert failed.state == "failed"
    assert "Application not accepted" in failed.reason
    assert "{{course_title}}" in failed.reason


async def test_a_welcome_carries_a_password_of_which_only_the_hash_is_kept(house, cast):
    params = {"first_name": "Asha", "course_title": "UX", "batch_name": "Batch 1", "batch_dates": ""}
    async with house.database.work(SYSTEM) as work:
        values = {**params, "sign_in_email": ASHA.email}
        await work.run("update profiles set password_hash = null")
        await plan_email(
            work, kind="welcome", to=ASHA.email, key="w", params=values, person_id=ASHA.id, subject_id=uuid4()
        )
    await house.run_due()
    (message,) = await house.mailbox(ASHA.email)
    password = message["text"].split("temporary password:")[1].split()[0]
    async with house.database.work(SYSTEM) as work:
        profile = await work.row("select * from profiles where person_id = %(id)s", id=ASHA.id)
        kept = await work.value(
            "select string_agg(d::text || coalesce(l::text, ''), '') from deliveries d"
            " left join email_logs l on l.delivery_id = d.id"
        )
    assert profile.must_change_password
    assert await house.services.hasher.verify(profile.password_hash, password)
    assert password not in kept


async def test_demo_people_are_never_written_to_for_real(house, cast):
    async with house.database.work(SYSTEM) as work:
        await work.run("update people set is_demo = true where id = %(id)s", id=ASHA.id)
    delivery_id = await plan(house, to=ASHA.email, person_id=ASHA.id)
    live = Composer(replace(house.runner.ports, email_is_live=True))
    async with house.database.work(SYSTEM) as work:
        assert await claim_batch(work, live, lease_seconds=60) is True
    left_out = await delivery(house, delivery_id)
    assert (left_out.state, left_out.reason) == ("cancelled", "Demo people are never written to for real.")


async def test_a_late_welcome_leaves_a_chosen_password_alone(house, cast):
    params = {
        "first_name": "Asha",
        "course_title": "UX",
        "batch_name": "1",
        "batch_dates": "",
        "sign_in_email": ASHA.email,
    }
    async with house.database.work(SYSTEM) as work:
        before = await work.value("select password_hash from profiles where person_id = %(id)s", id=ASHA.id)
        await work.run("update profiles set must_change_password = false where person_id = %(id)s", id=ASHA.id)
        late = await plan_email(work, kind="welcome", to=ASHA.email, key="late", params=params, person_id=ASHA.id)
    await house.run_due()
    async with house.database.work(SYSTEM) as work:
        assert await work.value("select password_hash from profiles where person_id = %(id)s", id=ASHA.id) == before
    assert "chosen a password" in (await delivery(house, late)).reason
