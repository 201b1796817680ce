"""Calls are made once, looked up when in doubt, and read at the provider until they have ended; a webhook is only a hint."""

from datetime import timedelta

import httpx

from adapters import bolna
from domain.messaging.outbox import plan_call
from domain.messaging.sending import claim_batch, settle
from domain.messaging.webhooks import store_call_hint
from domain.ports import Unknown
from domain.ports.voice import CallReport
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA
from tests.fixtures.house import until


async def plan(house, to=ASHA.phone, key="call", **more):
    async with house.database.work(SYSTEM) as work:
        return await plan_call(
            work, kind="one_call", to=to, name="Asha Rao", key=key, user_data={"course": "UX"}, **more
        )


async def row(house, sql, **values):
    async with house.database.work(SYSTEM) as work:
        return await work.row(sql, **values)


async def delivery(house, delivery_id):
    return await row(house, "select * from deliveries where id = %(id)s", id=delivery_id)


async def log(house, delivery_id):
    return await row(house, "select * from call_logs where delivery_id = %(id)s", id=delivery_id)


async def ends(house, delivery_id, state):
    async def ended():
        await house.run_due()
        found = await log(house, delivery_id)
        return found if found and found.state == state else None

    return await until(ended)


async def taken(house):
    """Return how many calls Bolna was asked to make."""
    journal = (await house.sandbox.get("/journal.json", params={"provider": "bolna"})).json()
    return sum(entry["path"].endswith("/bolna/call") for entry in journal)


async def test_a_call_is_made_once_and_known_to_its_end(house):
    delivery_id = await plan(house)
    assert await plan(house) is None
    await house.run_due()
    assert (await delivery(house, delivery_id)).state == "sent"
    talked = await ends(house, delivery_id, "completed")
    assert talked.duration_seconds >= 30
    assert talked.has_recording
    assert "assistant:" in talked.transcript
    assert (talked.summary, talked.cost_cents) != ("", None)
    assert talked.user_data == {"course": "UX", "name": "Asha Rao"}
    assert await taken(house) == 1


async def test_a_call_bolna_took_before_the_connection_broke_is_looked_up_and_not_made_again(house):
    await house.sandbox.post("/faults.json", json={"provider": "bolna", "kind": "silent"})
    await house.sandbox.post("/faults.json", json={"provider": "bolna:webhook", "kind": "never", "count": 20})
    delivery_id = await plan(house)
    async with house.database.work(SYSTEM) as work:
        batch = await claim_batch(work, house.runner.composer, lease_seconds=60, channel="call")
    async with bolna.client_for(house.settings) as client:
        client.timeout = httpx.Timeout(1.0)
        agent_id = house.settings.credential("BOLNA_AGENT_ID", "bolna")
        outcome = await bolna.BolnaVoiceCaller(client, agent_id).call(batch.message)
    assert isinstance(outcome, Unknown)
    async with house.database.work(SYSTEM) as work:
        await settle(work, batch, outcome, lookup_delay=0)
    assert (await delivery(house, delivery_id)).state == "unknown"
    await ends(house, delivery_id, "completed")
    assert (await delivery(house, delivery_id)).state == "sent"
    assert await taken(house) == 1


async def test_a_call_that_never_reached_bolna_is_made_after_the_look_up(house):
    delivery_id = await plan(house)
    async with house.database.work(SYSTEM) as work:
        await claim_batch(work, house.runner.composer, lease_seconds=-1, channel="call")
    await house.run_due()
    await ends(house, delivery_id, "completed")
    assert await taken(house) == 1


async def test_nobody_answering_is_told_in_plain_words(house):
    delivery_id = await plan(house, to="+919812340001")
    found = await ends(house, delivery_id, "no_answer")
    assert found.reason == "Nobody answered."
    assert not found.has_recording


async def test_without_any_webhook_the_call_is_read_all_the_same(house):
    delivery_id = await plan(house, to="+919812340013")
    await house.run_due()
    assert (await log(house, delivery_id)).state == "queued"
    async with house.database.work(SYSTEM) as work:
        await work.run("select shift_clock(%(by)s)", by=timedelta(minutes=5))
    assert (await ends(house, delivery_id, "completed")).transcript


async def test_a_hint_about_a_call_is_not_believed(house):
    delivery_id = await plan(house, to="+919812340008")  # waits in Bolna's queue for ever
    await house.run_due()
    call_id = (await log(house, delivery_id)).call_id
    forged = CallReport(
        call_id, "completed", "+919812340008", has_ended=True, delivery_id=delivery_id, transcript="I agree."
    )
    async with house.database.work(SYSTEM) as work:
        assert await store_call_hint(work, f"{call_id}:completed", forged) == 1
        assert await store_call_hint(work, f"{call_id}:completed", forged) == 0
    await house.run_due()
    await house.run_due()
    found = await log(house, delivery_id)
    assert (found.state, found.transcript) == ("queued", "")
