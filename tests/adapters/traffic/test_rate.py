"""All processes together ask a provider no faster than its rate."""

import asyncio

import pytest

from adapters.traffic import HeldBack
from adapters.traffic.lane import Lane


async def granted(road, processes, each):
    """Let every process try so often at once; return how many requests came through."""
    answers = await asyncio.gather(
        *(process.get() for process in processes for _number in range(each)), return_exceptions=True
    )
    assert all(isinstance(answer, HeldBack) for answer in answers if isinstance(answer, Exception))
    return sum(not isinstance(answer, Exception) for answer in answers)


async def test_two_processes_share_one_rate(road):
    # A whole second's worth is there at first, and hardly any comes in the moment that the test takes.
    processes = [road.process(rate=4, patience=0.5), road.process(rate=4, patience=0.5)]
    started = asyncio.get_running_loop().time()
    through = await granted(road, processes, each=20)
    elapsed = asyncio.get_running_loop().time() - started
    assert 4 <= through <= 4 + 4 * elapsed + 1


async def test_who_waits_gets_a_turn(road):
    process = road.process(rate=50)
    assert await granted(road, [process], each=60) == 60


async def test_who_would_wait_too_long_is_told_when_to_come_back(road):
    process = road.process(rate=0.1)
    await process.get()
    with pytest.raises(HeldBack, match="waits for its turn") as held:
        await process.get()
    assert 5 < held.value.retry_after <= 10


async def test_an_idle_process_hoards_nothing(road):
    await road.process(rate=100).get()
    assert 98 <= (await road.row()).tokens <= 99


async def test_a_busy_process_asks_the_database_seldom(road):
    class Counted:
        def __init__(self):
            self.asked = 0

        def work(self, identity):
            self.asked += 1
            return road.database.work(identity)

    lane = Lane(Counted(), "zoom", "Zoom", 1_000)
    for _number in range(500):
        await lane.enter()
    # In lots of 1, 2, 4, … and at least once a second.
    assert lane._database.asked < 50


async def test_without_the_database_nothing_leaves(road):
    process = road.process()
    await road.database.close()
    road.database.conninfo = "postgresql://nobody@127.0.0.1:1/none"
    with pytest.raises(HeldBack):
        await process.get()
    assert road.world.asked == []
