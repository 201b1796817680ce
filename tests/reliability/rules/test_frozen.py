"""A worker that stands still beyond its lease, and wakes: others have done its work, and it does nothing again."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.reliability.rules.ground import LEASE, Ground, Letters
from tests.reliability.rules.test_killed import CLAIMING, COUNT, WRITING

# What is done instead of a frozen worker: its lease lapses, a sweep finds it, and the machine may be busy meanwhile.
IN_TIME = LEASE + 1 + 20
LOGGING = "insert into email_logs"
TAKING_TURNS = "with found as"


@contextmanager
def frozen(worker: int) -> Iterator[None]:
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def frozen_where_it_waits(ground: Ground, letters: Letters, lock: str, statement: str) -> None:
    """Freeze a worker in the middle of the statement that waits for our lock; another does it all, and then it wakes."""
    with ground.locked(lock) as holder:
        worker = ground.start_worker()
        ground.until_waits(statement)
        with frozen(worker):
            holder.rollback()
            ground.start_worker()
            assert letters.reached_each_once(IN_TIME)
    wakes_well(ground, letters, worker)


def wakes_well(ground: Ground, letters: Letters, worker: int) -> None:
    """The woken worker has repeated nothing once it has done something new, alone."""
    for other in [one for one in ground.workers if one != worker]:
        ground.kill(other)
    assert ground.plan(f"woken-{letters.name}", 10).reached_each_once()
    assert letters.reached_each_once()


def test_while_it_claims_steps(ground: Ground) -> None:
    lock = "lock table automation_steps in exclusive mode"
    frozen_where_it_waits(ground, ground.plan("frozen-claiming", COUNT), lock, CLAIMING)


def test_while_it_writes_what_rules_send(ground: Ground) -> None:
    lock = "lock table deliveries in share mode"
    frozen_where_it_waits(ground, ground.plan("frozen-writing", COUNT), lock, WRITING)


def test_while_it_claims_what_leaves(ground: Ground) -> None:
    lock = "lock table email_logs in share mode"
    frozen_where_it_waits(ground, ground.plan("frozen-logging", COUNT), lock, LOGGING)


def test_after_it_has_noted_that_they_leave_and_before_the_first_byte(ground: Ground) -> None:
    lock = "select from provider_traffic where provider = 'sendgrid' for update"
    frozen_where_it_waits(ground, ground.plan("frozen-leaving", COUNT), lock, TAKING_TURNS)


def test_while_it_waits_for_the_answer(ground: Ground) -> None:
    letters = ground.plan("frozen-answered", COUNT)
    ground.plan_fault("slow", seconds=2 * LEASE)
    worker = ground.start_worker()
    letters.until_taken(COUNT)
    with frozen(worker):
        ground.start_worker()
        assert letters.reached_each_once(IN_TIME)
    wakes_well(ground, letters, worker)
