"""A provider that fails is left alone for a while, by all processes; one request finds out whether it is back."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from adapters.traffic import HeldBack
from domain.integrations.states import THRESHOLD, breaker_of


async def fail(process, times=THRESHOLD):
    for _number in range(times):
        with pytest.raises(httpx.HTTPError):
            (await process.get()).raise_for_status()


async def test_failures_in_a_row_open_the_breaker_for_every_process(road, world):
    here, there = road.process(), road.process()
    world.status = 503
    await fail(here)
    assert breaker_of(await road.row()) == "open"
    for process in (here, there):
        with pytest.raises(HeldBack, match="does not answer") as held:
            await process.get()
        assert 0 < held.value.retry_after <= 60
    assert len(world.asked) == THRESHOLD


@pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ReadTimeout("no"), httpx.RemoteProtocolError("no")])
async def test_a_provider_that_cannot_be_reached_or_falls_silent_fails(road, world, error):
    world.error = error
    process = road.process()
    for _number in range(THRESHOLD):
        with pytest.raises(type(error)):
            await process.get()
    with pytest.raises(HeldBack):
        await process.get()
    assert (await road.row()).last_error == type(error).__name__


async def test_an_answer_in_between_starts_the_count_anew(road, world):
    process = road.process()
    world.status = 500
    await fail(process, THRESHOLD - 1)
    world.status = 404
    await process.get()
    world.status = 500
    await fail(process, THRESHOLD - 1)
    assert breaker_of(await road.row()) == "closed"


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_who_turns_us_away_is_there_and_is_no_success(road, world, status):
    process = road.process()
    await process.get()
    await road.kept()
    assert breaker_of(await road.row()) == "closed"
    await road.set(f"failures = {THRESHOLD - 1}")
    world.status = status
    for _number in range(THRESHOLD + 1):
        assert (await process.get()).status_code == status
    await road.kept()  # and a success of before, that is written down late, does not cover it
    row = await road.row()
    assert (row.failures, row.last_error, row.last_failure_at > row.last_success_at) == (0, str(status), True)
    assert breaker_of(row) == "refused"
    world.status = 200
    await process.get()
    await road.kept()
    assert breaker_of(await road.row()) == "closed"


async def test_a_success_that_is_written_down_late_counts_from_when_it_was(road, world):
    here, there = road.process(), road.process()
    await here.get()
    world.status = 403
    await there.get()
    await road.kept()
    assert breaker_of(await road.row()) == "refused"


async def test_what_our_own_pool_refuses_says_nothing_about_the_provider(road, world):
    world.error = httpx.PoolTimeout("busy")
    process = road.process()
    for _number in range(THRESHOLD + 1):
        with pytest.raises(httpx.PoolTimeout):
            await process.get()
    assert (await road.row()).failures == 0


async def test_each_outage_lasts_longer_than_the_one_before_and_a_minute_at_most(road, world):
    process = road.process()
    world.status = 503
    await fail(process)
    lengths = []
    for _number in range(7):
        row = await road.row()
        lengths.append((row.opened_until - row.last_failure_at).total_seconds())
        await road.set("opened_until = now()")
        await fail(process, 1)
    assert 3.75 <= lengths[0] <= 6.25
    assert lengths[1] > lengths[0]
    assert 45 <= lengths[-1] <= 75


async def test_when_the_time_is_over_one_request_tries_and_the_others_wait(road, world):
    here, there = road.process(), road.process()
    world.status = 503
    await fail(here)
    await road.set("opened_until = now()")
    assert breaker_of(await road.row()) == "trying"

    async def the_others_wait(request):
        # While the first is under way, nobody else may go.
        for process in (here, there):
            with pytest.raises(HeldBack):
                await process.lane.enter()
        return httpx.Response(200, json={})

    answer, world.handle_async_request = world.handle_async_request, the_others_wait
    assert (await there.get()).status_code == 200
    assert breaker_of(await road.row()) == "closed"
    world.status, world.handle_async_request = 200, answer
    assert (await road.process().get()).status_code == 200


async def test_a_process_that_died_while_trying_blocks_nobody_for_long(road, world):
    await road.set(f"failures = {THRESHOLD}, opened_until = now() - interval '1 minute', probing_until = now()")
    assert (await road.process().get()).status_code == 200


async def test_a_429_pauses_the_provider_for_as_long_as_it_asks(road, world):
    here, there = road.process(), road.process()
    world.status, world.headers = 429, {"Retry-After": "120"}
    await here.get()
    row = await road.row()
    assert breaker_of(row) == "paused"
    assert 115 < (row.opened_until - row.real_now).total_seconds() <= 120
    with pytest.raises(HeldBack, match="slow down") as held:
        await there.get()
    assert 115 < held.value.retry_after <= 120


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        (lambda now: {}, 4, 5),
        (lambda now: {"Retry-After": "99999999999"}, 890, 900),
        (lambda now: {"Retry-After": "soon"}, 4, 5),
        (lambda now: {"Retry-After": (now + timedelta(seconds=300)).isoformat()}, 200, 300),
        (lambda now: {"X-RateLimit-Reset": str(int(now.timestamp()) + 300)}, 200, 300),
        (lambda now: {"X-RateLimit-Reset": "0"}, 0, 1),
    ],
)
async def test_how_long_a_pause_is_may_be_said_in_many_ways_and_is_never_endless(road, world, headers, least, most):
    world.status, world.headers = 429, headers(datetime.now(UTC))
    await road.process().get()
    row = await road.row()
    assert least <= (row.opened_until - row.real_now).total_seconds() <= most


async def test_a_daily_limit_of_one_meeting_does_not_stop_the_others(road, world):
    world.status, world.headers = 429, {"X-RateLimit-Type": "Daily-limit", "Retry-After": "2099-01-01T00:00:00Z"}
    process = road.process()
    await process.get()
    assert (await process.get()).status_code == 429
    assert breaker_of(await road.row()) == "closed"


async def test_a_daily_limit_shows_that_the_provider_is_back(road, world):
    await road.set(f"failures = {THRESHOLD}, opened_until = now()")
    world.status, world.headers = 429, {"X-RateLimit-Type": "Daily-limit"}
    await road.process().get()
    assert breaker_of(await road.row()) == "closed"


async def test_an_answer_that_was_under_way_does_not_end_a_pause(road, world):
    process = road.process()
    await road.set("opened_until = now() + interval '1 minute'")
    await process.lane.succeeded()
    assert breaker_of(await road.row()) == "paused"


async def test_files_that_lie_elsewhere_say_nothing_about_the_provider_and_are_kept(road, world):
    process = road.process()
    world.status = 503
    address = "https://files.example.net/a.mp3?X-Amz-Signature=0123abcd"
    for _number in range(THRESHOLD + 1):
        await process.client.get(address)
    assert (await road.row()).failures == 0
    assert {row.path for row in await road.kept()} == {"https://files.example.net/a.mp3?X-Amz-Signature=•••"}
    for host in ("https://zoom.us", "https://us02api.zoom.us"):
        await process.client.get(f"{host}/oauth/token")
    assert (await road.row()).failures == 2
