"""How many problems there are, kept where every page reads it: counting them anew for each page would cost too much."""

from domain.problems import standing
from domain.problems.conditions import count
from domain.problems.kinds import PROBLEMS
from domain.work import Work

EVERY = 5.0  # seconds
# One worker counts for all: who finds it done, or being done, leaves it.
CLAIM = """
select count from kept_counts where name = 'problems' and counted_at < now() - make_interval(secs => %(every)s)
for update skip locked
"""
COUNT = (
    f"select ({standing.SQL}) as standing, {' + '.join(count(one.condition) for one in PROBLEMS.values())} as listed"
)
KEEP = """
with was as (select count from kept_counts where name = 'problems')
update kept_counts set count = %(count)s, counted_at = case when %(is_worker)s then now() else counted_at end
where name = 'problems' returning (select count from was) <> %(count)s as has_changed
"""
# For the frame of a page. That no worker has counted for a while is a problem itself.
KEPT = f"""
(select count + (counted_at < now() - interval '{standing.WORKER_SILENT} seconds')::int from kept_counts where name = 'problems')
"""


async def keep_count(work: Work, *, every: float = EVERY) -> None:
    """Count the problems as a worker does, unless another has within so many seconds."""
    if await work.row(CLAIM, every=every):
        await _keep(work, is_worker=True)


async def count_again(work: Work) -> None:
    """Count the problems at once, after one of them was mended."""
    await _keep(work, is_worker=False)


async def _keep(work: Work, *, is_worker: bool) -> None:
    found = await work.row(COUNT, now=work.now)
    assert found is not None
    still = standing.read_standing(found.standing, work.now, worker_age=0.0)
    total = sum(concern.count or 1 for concern in still) + found.listed
    if await work.value(KEEP, count=total, is_worker=is_worker):
        work.signal("problems")
