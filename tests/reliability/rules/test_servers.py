"""Redis and Postgres emptied, killed, away for a while, and restarted in the middle of a send: nothing is lost or repeated."""

import signal
from datetime import timedelta

import pytest
from redis import Redis

from tests.reliability.rules.ground import Ground

COUNT = 200
APART = timedelta(milliseconds=20)


def flush(ground: Ground) -> None:
    with Redis(unix_socket_path=str(ground.redis.places.redis_socket)) as redis:
        redis.flushall()


def test_redis_is_emptied_restarted_and_gone_for_a_while(ground: Ground) -> None:
    letters = ground.plan("redis", COUNT, apart=APART)
    for _number in range(2):
        ground.start_worker()
    letters.until_left(0.1)
    flush(ground)
    letters.until_left(0.3)
    ground.kill_redis()
    ground.redis.start()
    letters.until_left(0.4)
    ground.kill_redis()
    # However long it is gone: what comes due meanwhile leaves by the workers' own sweeps.
    letters.until_left(0.9)
    ground.redis.start()
    assert letters.reached_each_once()
    later = ground.plan("redis-back", 10)
    assert later.reached_each_once()


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
