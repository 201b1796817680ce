"""A worker killed with -9 at each point between a step that is due and the end of its e-mail: everybody gets one.

Each point is held open by a lock of the test's or a sandbox that stands still, so that the kill cannot miss it.
"""

import signal

from tests.reliability.rules.ground import Ground, Letters

COUNT = 200
CLAIMING = "with held as"
WRITING = "insert into deliveries"
SETTLING = "with settled as"
SENDING = "select from deliveries where to_address like '{name}-%' and state = 'sending' for update"


def goes_on(ground: Ground, letters: Letters) -> None:
    """Start another worker: everything reaches everybody once, and nothing is left to do."""
    ground.start_worker()
    assert letters.reached_each_once()


def until_handed_over(ground: Ground, name: str) -> tuple[Letters, int]:
    """Let a worker hand e-mails to a sandbox that stands still; return them and the worker."""
    letters = ground.plan(name, COUNT)
    ground.signal_sandbox(signal.SIGSTOP)
    worker = ground.start_worker()
    letters.until_in("sending")
    ground.until_request_waits()
    return letters, worker


def test_before_it_has_claimed_its_steps(ground: Ground) -> None:
    letters = ground.plan("unclaimed", COUNT)
    with ground.locked("lock table automation_steps in exclusive mode"):
        worker = ground.start_worker()
        ground.until_waits(CLAIMING)
        ground.kill(worker)
    goes_on(ground, letters)


def test_after_it_has_claimed_them_and_before_what_it_wrote_is_committed(ground: Ground) -> None:
    letters = ground.plan("claimed", COUNT)
    with ground.locked("lock table deliveries in share mode"):
        worker = ground.start_worker()
        ground.until_waits(WRITING)
        ground.kill(worker)
    goes_on(ground, letters)


def test_after_it_has_noted_that_they_leave_and_before_the_provider_has_them(ground: Ground) -> None:
    letters, worker = until_handed_over(ground, "unsent")
    ground.kill(worker)
    ground.kill_sandbox()
    assert letters.taken == (0, 0)
    ground.start_sandbox()
    goes_on(ground, letters)


def test_while_the_provider_holds_the_request(ground: Ground) -> None:
    letters, worker = until_handed_over(ground, "held")
    ground.kill(worker)
    ground.signal_sandbox(signal.SIGCONT)
    goes_on(ground, letters)


def test_after_the_provider_took_them_and_before_that_is_written_down(ground: Ground) -> None:
    letters, worker = until_handed_over(ground, "unsettled")
    with ground.locked(SENDING.format(name="unsettled")):
        ground.signal_sandbox(signal.SIGCONT)
        letters.until_taken(COUNT)
        ground.until_waits(SETTLING)
        ground.kill(worker)
    assert letters.count_in("sending") == COUNT
    goes_on(ground, letters)


def test_after_all_is_written_down(ground: Ground) -> None:
    letters = ground.plan("settled", COUNT)
    worker = ground.start_worker()
    letters.until_in("sent")
    ground.kill(worker)
    others = ground.plan("after", COUNT)
    goes_on(ground, others)
    assert letters.reached_each_once()
