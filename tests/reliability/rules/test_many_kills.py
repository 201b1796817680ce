"""Three workers, one of which is killed or restarted again and again while they act on rules and send."""

import random
import signal
import time
from datetime import timedelta

from tests.reliability.rules.ground import Ground

WORKERS = 3
KILLS = 50
RECIPIENTS = 5_000
# What comes due while the killing goes on, so that each kill falls into some of it.
SECONDS = 20.0
# A thousand e-mails leave together here, and must be made within half a lease also where the machine is busy.
LONG_LEASE = 10.0


def test_fifty_random_kills_lose_and_repeat_nothing_of_five_thousand(ground: Ground) -> None:
    dice = random.Random(50)
    letters = ground.plan("fifty", RECIPIENTS, apart=timedelta(seconds=SECONDS / RECIPIENTS))
    for _number in range(WORKERS):
        ground.start_worker(LONG_LEASE)
    # The worker killed after so many milliseconds may be claiming, writing, sending, settling, or beginning.
    for pause in [dice.uniform(0, 2 * SECONDS / KILLS) for _number in range(KILLS)]:
        time.sleep(pause)
        ground.kill(dice.choice(ground.workers))
        ground.start_worker(LONG_LEASE)
    assert letters.reached_each_once(90)


def test_ten_rolling_restarts_lose_and_repeat_nothing(ground: Ground) -> None:
    letters = ground.plan("rolling", 500, apart=timedelta(milliseconds=10))
    workers = [ground.start_worker(LONG_LEASE) for _number in range(2)]
    for number in range(10):
        letters.until_left((number + 1) / 12)
        ground.kill(workers.pop(0), signal.SIGTERM)
        workers.append(ground.start_worker(LONG_LEASE))
    assert letters.reached_each_once()
    doubted = "select count(*) from deliveries where to_address like 'rolling-%' and attempt > 1"
    assert ground.ask(doubted) == 0  # who is told to stop ends what it has begun
