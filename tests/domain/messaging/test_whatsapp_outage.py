"""AiSensy's gateway fails for long: few messages are in doubt, since none is spent on finding out whether it is back."""

import pytest

from adapters.arq.senders import SENDERS
from domain.integrations.states import THRESHOLD, breaker_of
from domain.messaging.outbox import plan_whatsapp
from domain.work import SYSTEM

PARAMS = ("Asha", "Gurudesk", "class moves to six")
RATE = 20
PHONES = [f"+9198111060{number:02}" for number in range(30)]
TRAFFIC = "select *, now() as real_now from provider_traffic where provider = 'aisensy'"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"aisensy_rate": RATE})


async def run(house, sql, **values):
    async with house.database.work(SYSTEM) as work:
        return await work.rows(sql, **values)


async def minutes_pass(house):
    await run(house, "update provider_traffic set opened_until = now() where opened_until > now() returning 1")
    await run(house, "update deliveries set retry_at = now() where retry_at > now() returning 1")
    house.services.traffic.lanes["aisensy"].forget()


async def states(house):
    counts = await run(house, "select state, count(*) from deliveries group by state")
    return {row.state: row.count for row in counts}


async def asked(house):
    """Return how often AiSensy was asked about a campaign, and to which numbers it took a message."""
    journal = (await house.sandbox.get("/journal.json", params={"provider": "aisensy"})).json()
    knocks = [entry for entry in journal if entry["path"].endswith("/campaign-details")]
    taken = [entry["body"] for entry in journal if entry["path"].endswith("/api/v2") and entry["status"] < 300]
    return len(knocks), [phone for phone in PHONES for body in taken if phone in body]


async def test_an_outage_of_the_gateway_spends_no_messages_and_all_others_leave_once_at_the_rate(house, cast):
    await house.sandbox.post("/faults.json", json={"provider": "aisensy", "kind": "504", "count": 1_000})
    for number, phone in enumerate(PHONES):
        async with house.database.work(SYSTEM) as work:
            about = {"kind": "announcement", "name": "A", "key": f"k{number}"}
            await plan_whatsapp(work, to=phone, template="announcement", params=PARAMS, **about)
    await house.run_due()
    (row,) = await run(house, TRAFFIC)
    assert breaker_of(row) == "open"
    in_doubt = (await states(house))["unknown"]
    assert in_doubt <= THRESHOLD + SENDERS["whatsapp"] - 1

    for _minute in range(10):
        await minutes_pass(house)
        await house.run_due()
    knocks, _taken = await asked(house)
    assert knocks >= 10
    assert (await states(house))["unknown"] == in_doubt

    await house.sandbox.delete("/faults.json")
    await minutes_pass(house)
    (began,) = await run(
        house,
        "update provider_traffic set tokens = 0, refilled_at = clock_timestamp() where provider = 'aisensy'"
        " returning refilled_at",
    )
    while set(await states(house)) != {"sent", "unknown"}:
        await house.run_due()
        await minutes_pass(house)
    (row,) = await run(house, TRAFFIC)
    assert breaker_of(row) == "closed"
    later_knocks, taken = await asked(house)
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == len(PHONES) - in_doubt
    # The bucket was empty: whatever went out since has come into it at the rate, by the bucket's own clock.
    went_out = len(taken) + later_knocks - knocks
    assert went_out + row.tokens <= RATE * (row.refilled_at - began.refilled_at).total_seconds() + 0.01
