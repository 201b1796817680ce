"""Redis and Postgres emptied, killed, away for a while, and restarted in the middle of a send: nothing is lost or repeated."""

import signal
import time
from datetime import timedelta

import pytest
from redis import Redis

from tests.reliability.rules.ground import FAKETIME, HURRY, Ground

COUNT = 200
APART = timedelta(milliseconds=20)


def minutes_ahead(ground: Ground, worker: int) -> float:
    """Return by how much a worker's own clock is before that of Redis."""
    said = ground.said_by(worker)
    return (said.own_time - said.seen_at) / 60


def flush(ground: Ground) -> None:
    with Redis(unix_socket_path=str(ground.redis.places.redis_socket)) as redis:
        redis.flushall()


def test_redis_is_emptied_restarted_and_gone_for_a_minute(ground: Ground) -> None:
    assert FAKETIME, "libfaketime is missing: scripts/setup.sh test sees to it, or sudo apt-get install faketime"
    # Their time runs faster than ours: every wait of a minute without Redis is seen through, in seconds.
    worker, _other = ground.start_hurried_worker(), ground.start_hurried_worker()
    before = minutes_ahead(ground, worker)
    letters = ground.plan("redis", COUNT, apart=timedelta(milliseconds=30))
    letters.until_left(0.1)
    flush(ground)
    letters.until_left(0.2)
    ground.kill_redis()
    ground.redis.start()
    letters.until_left(0.3)
    ground.kill_redis()
    gone_at = time.monotonic()
    # What comes due meanwhile leaves by the workers' own sweeps.
    letters.until_left(0.9)
    seen = timedelta(seconds=(time.monotonic() - gone_at) * HURRY)
    ground.redis.start()
    assert seen > timedelta(minutes=1)
    assert letters.reached_each_once()
    later = ground.plan("redis-back", 10)
    assert later.reached_each_once()
    assert minutes_ahead(ground, worker) - before > 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT])
def test_postgres_is_restarted_without_a_word(ground: Ground, number: signal.Signals) -> None:
    name = f"postgres-{number.value}"
    letters = ground.plan(name, COUNT, apart=APART)
    for _number in range(2):
        ground.start_worker()
    letters.until_left(0.3)
    ground.restart_postgres(number)
    letters.until_left(0.6)
    ground.restart_postgres(number)
    assert letters.reached_each_once()
    blamed = "select count(*) from automation_steps s join people p on p.id = s.person_id where p.email like %(name)s || '-%%'"
    assert ground.ask(f"{blamed} and s.attempt > 0", name=name) == 0
