"""One worker that acts on due steps of rules until none is left: ours, or a bare loop of FOR UPDATE SKIP LOCKED.

`python -m bench.step_worker ours|bare|batch MOMENT`: begins at MOMENT (seconds since 1970) so that several begin together, and
prints the seconds until it found nothing more.
"""

import asyncio
import sys
import time

import psycopg

from adapters.bootstrap import open_services
from adapters.postgres.addresses import owner_url
from adapters.settings import Settings
from domain.automation.acting import MOST, act_on_due
from domain.work import SYSTEM

CLAIM = """
select id from bench_steps where state = 'planned' and due_at <= now() order by due_at limit %(most)s for update skip locked
"""
FINISH = "update bench_steps set state = 'done', finished_at = now() where id = any(%(ids)s)"


async def ours(settings: Settings, moment: float) -> float:
    async with open_services(settings) as services:
        await asyncio.sleep(max(moment - time.time(), 0))
        started = time.perf_counter()
        while True:
            async with services.database.work(SYSTEM) as work:
                if not await act_on_due(work):
                    return time.perf_counter() - started


def bare(settings: Settings, moment: float, most: int) -> float:
    with psycopg.connect(owner_url(settings)) as connection:
        time.sleep(max(moment - time.time(), 0))
        started = time.perf_counter()
        while True:
            ids = [row[0] for row in connection.execute(CLAIM, {"most": most})]
            if ids:
                connection.execute(FINISH, {"ids": ids})
            connection.commit()
            if not ids:
                return time.perf_counter() - started


if __name__ == "__main__":
    kind, begins = sys.argv[1], float(sys.argv[2])
    found = Settings(_env_file=None)  # type: ignore[call-arg]
    print(asyncio.run(ours(found, begins)) if kind == "ours" else bare(found, begins, MOST if kind == "batch" else 1))
