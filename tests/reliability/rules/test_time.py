"""Workers whose clocks are wrong, and workers that were away for more than a day."""

import time
from datetime import timedelta

import pytest

from tests.reliability.rules.ground import FAKETIME, Ground, Letters

COUNT = 200
APPLIED = """
insert into cta_submissions (person_id, course_id, name, email, phone, submitted_at, updated_at)
select p.id, c.id, p.name, p.email, '+91' || 9800000000 + row_number() over (), app_now(), app_now()
from people p, courses c where p.email like %(name)s || '-%%' and c.slug = 'data'
"""
STOPPED = "update people set automations_stopped_at = app_now() where email like %(name)s || '-%%'"
SKIPPED = """
select count(*) from automation_steps s join people p on p.id = s.person_id
where p.email like %(name)s || '-%%' and s.state = 'skipped' and s.reason = %(reason)s
"""
# What is planned, and would be pointless after a day without workers; and why.
POINTLESS = {
    "bygone": "Its moment had passed before it could be done.",
    "applied": "They have applied.",
    "stopped": "Automations were stopped for this person.",
}
FEW = 20


def test_workers_whose_clocks_are_three_minutes_apart_send_each_once_and_none_early(ground: Ground) -> None:
    assert FAKETIME, "libfaketime is missing: scripts/setup.sh test sees to it, or sudo apt-get install faketime"
    ahead, behind = ground.start_worker_with_clock("+90s"), ground.start_worker_with_clock("-90s")
    said = [ground.said_by(worker) for worker in (ahead, behind)]
    assert [one.own_time - time.time() for one in said] == pytest.approx([90, -90], abs=12)
    # When they were seen is told by one clock, whatever their own say.
    assert [one.seen_at - time.time() for one in said] == pytest.approx([0, 0], abs=12)
    letters = ground.plan("clocks", COUNT, apart=timedelta(milliseconds=15))
    letters.until_left(0.3)
    # What it holds is looked up by the one for whom that was minutes later or earlier.
    ground.kill(ahead)
    letters.until_left(0.6)
    ground.start_worker()
    ground.kill(behind)
    assert letters.reached_each_once()
    early = "select count(*) from deliveries d join automation_steps s on s.id = d.step_id where d.sent_at < s.due_at"
    assert ground.ask(early) == 0


def test_after_a_day_without_workers_day_one_leaves_once_and_what_is_pointless_says_why(ground: Ground) -> None:
    ground.plan("bygone", FEW, at_once=False)
    ground.pass_time(timedelta(hours=26))
    letters = ground.plan("downtime", COUNT, at_once=False)
    for name in ("applied", "stopped"):
        ground.plan(name, FEW, at_once=False)
    ground.pass_time(timedelta(hours=24))
    ground.ask(APPLIED, name="applied")
    ground.ask(STOPPED, name="stopped")
    ground.pass_time(timedelta(hours=26))
    ground.start_worker()
    assert letters.reached_each_once()
    for name, reason in POINTLESS.items():
        ground.until(f"{SKIPPED.rstrip()} having count(*) = %(count)s", name=name, reason=reason, count=FEW)
        assert Letters(ground, name, 0).taken == (0, 0)
