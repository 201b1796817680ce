"""What the tests of rules stand on: real servers, a sandbox and workers, each a process that a test may kill, stop and wake.

No supervisor is here: whatever a test ends stays ended until the test starts it again. There is no web either, so that what
became of an e-mail is known from looking it up, and never from a report that came by itself.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
from redis import Redis

from adapters.bootstrap import open_services
from adapters.doctor.ledger import compare
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.processes import command_of, die_with_parent
from adapters.embedded.redis import EmbeddedRedis
from adapters.errors import CannotStart
from adapters.postgres.addresses import owner_url
from adapters.postgres.migrate import migrate
from adapters.redis.heartbeat import PREFIX, Beat, read_beat
from adapters.settings import Settings
from domain.automation.planning import plan_rules
from domain.work import SYSTEM
from tests.fixtures._ports import free_port
from tests.fixtures.services import _quick_disk

ROOT = Path(__file__).resolve().parents[3]
LEASE = 2.0
PATIENCE = 60.0
RULE = "lead_day_1"
# What gives one process another time than the rest: the Debian package faketime, which scripts/setup.sh test installs.
HURRY = 20
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)

COURSE = """
insert into courses (slug, title, summary, is_published, created_at, updated_at)
values ('data', 'Data Analytics', 'Twelve weeks, live.', true, now(), now())
"""
# Nothing here waits for the morning, and nobody is there to take webhooks.
PREPARE = """
update business_settings set value = '{}' where key = 'quiet_hours';
update business_settings set value = '1000000' where key = 'automatic_messages_an_hour';
update sandbox.event_webhooks set enabled = false
"""
PEOPLE = """
with fresh as (
  insert into people (name, email, created_at, updated_at)
  select 'Person ' || n, %(name)s || '-' || n || '@example.test', app_now(), app_now() from generate_series(1, %(count)s) n
  returning id
), leads as (
  insert into imported_leads (person_id, created_at) select id, app_now() from fresh returning id, person_id
)
insert into lead_sequences (lead_id, person_id, course_id, started_at)
select leads.id, leads.person_id, course.id, app_now() from leads, (select id from courses where slug = 'data') course
"""
SEQUENCES = """
select array_agg(s.id) from lead_sequences s join people p on p.id = s.person_id where p.email like %(name)s || '-%%'
"""
WAITS = r"""
select exists (select from pg_stat_activity where wait_event_type = 'Lock'
  and starts_with(ltrim(query, E'\n '), %(statement)s))
"""
SPREAD = """
update automation_steps s set due_at = due_at + e.n * %(apart)s::interval
from (select s.id, row_number() over (order by s.id) as n from automation_steps s join people p on p.id = s.person_id
  where p.email like %(name)s || '-%%') e where e.id = s.id
"""


@dataclass
class Ground:
    """The servers, the sandbox and the workers of a Gurudesk."""

    settings: Settings
    environment: dict[str, str]
    postgres: EmbeddedPostgres
    redis: EmbeddedRedis
    sandbox: "subprocess.Popen[bytes] | None" = None
    workers: list[int] = field(default_factory=list)
    _strangers: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _nursery: "subprocess.Popen[str] | None" = None
    _connection: "psycopg.Connection[Any] | None" = None

    # What is asked of the database

    def ask(self, sql: str, **values: Any) -> Any:
        """Run a statement as the superuser and return its first value."""
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(owner_url(self.settings), autocommit=True)
        cursor = self._connection.execute(sql.encode(), values or None)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def until(self, sql: str, seconds: float = PATIENCE, **values: Any) -> Any:
        """Ask again and again until the answer is true, and return it. A database that is away has not answered yet."""
        return self._wait(lambda: self._asked(sql, values), seconds, f"{sql} {values}")

    def _asked(self, sql: str, values: dict[str, Any]) -> Any:
        with suppress(psycopg.OperationalError):
            return self.ask(sql, **values)

    def _wait(self, look: Callable[[], Any], seconds: float, what: str) -> Any:
        deadline = time.monotonic() + seconds
        while not (answer := look()):
            assert time.monotonic() < deadline, f"it did not happen in {seconds:g} seconds: {what}"
            time.sleep(0.01)
        return answer

    def until_waits(self, statement: str) -> None:
        """Return once a worker's statement that begins like this waits for a lock of ours."""
        self.until(WAITS, statement=statement)

    @contextmanager
    def locked(self, sql: str) -> Iterator[psycopg.Connection[Any]]:
        """Hold what the statement locks until the block is left."""
        with psycopg.connect(owner_url(self.settings)) as holder:
            holder.execute(sql.encode())
            yield holder
            holder.rollback()

    def pass_time(self, by: timedelta) -> None:
        """Let business time go on."""
        self.ask("update app_clock set shift = shift + %(by)s", by=by)

    # Workers

    def start_worker(self, lease: float = LEASE) -> int:
        """Start a worker and return its process id."""
        if self._nursery is None:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.reliability.rules.nursery"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.write(f"{lease}\n")
        self._nursery.stdin.flush()
        self.workers.append(int(self._nursery.stdout.readline()))
        return self.workers[-1]

    def kill(self, worker: int, number: signal.Signals = signal.SIGKILL) -> None:
        """End a worker, and return when it is gone."""
        os.kill(worker, number)
        if process := self._strangers.pop(worker, None):
            process.wait()
        self._wait(lambda: not command_of(worker), 30, f"the end of worker {worker}")
        self.workers.remove(worker)

    def start_worker_with_clock(self, off: str) -> int:
        """Start a worker whose machine's clock is off by so much, like `+90s`, and return its process id."""
        # Only the time of day is wrong: a wrong clock runs as fast as any other.
        return self._start_stranger({"FAKETIME": off, "FAKETIME_DONT_FAKE_MONOTONIC": "1"})

    def start_hurried_worker(self) -> int:
        """Start a worker that lives through HURRY seconds in each of ours, waits and time-outs among them."""
        # Postgres keeps our time: a lease of its usual length would be over for the worker before it has begun to send.
        return self._start_stranger({"FAKETIME": f"+0 x{HURRY}", "GURUDESK_LEASE_SECONDS": str(LEASE * HURRY)})

    def _start_stranger(self, time_of_its_own: dict[str, str]) -> int:
        process = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli", "worker"],
            cwd=self.settings.data_dir,
            env=self.environment | {"LD_PRELOAD": str(FAKETIME)} | time_of_its_own,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        self._strangers[process.pid] = process
        self.workers.append(process.pid)
        return process.pid

    def said_by(self, worker: int) -> Beat:
        """Return the last sign of life of a worker, once it has given one."""
        key = f"{PREFIX}{socket.gethostname()}:{worker}"
        with Redis(unix_socket_path=str(self.redis.places.redis_socket), decode_responses=True) as redis:
            said = self._wait(lambda: redis.get(key), PATIENCE, f"a sign of life of worker {worker}")
        return read_beat(said)

    def kill_workers(self) -> None:
        for worker in list(self.workers):
            self.kill(worker)

    # The sandbox

    def start_sandbox(self) -> None:
        self.sandbox = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli", "sandbox"],
            cwd=self.settings.data_dir,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self._wait(self._sandbox_answers, PATIENCE, "the sandbox")

    def _sandbox_answers(self) -> bool:
        try:
            return httpx.get(f"{self.settings.sandbox_url}/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def plan_fault(self, kind: str, *, times: int = 1, seconds: float | None = None) -> None:
        """Let the next requests to SendGrid's side of the sandbox fail in a chosen way."""
        body = {"provider": "sendgrid", "kind": kind, "count": times} | ({"seconds": seconds} if seconds else {})
        answer = httpx.post(f"{self.settings.sandbox_url}/faults.json", json=body)
        assert answer.status_code == 201, answer.text

    def signal_sandbox(self, number: signal.Signals) -> None:
        """Send a signal to the sandbox and the processes it serves with."""
        assert self.sandbox
        os.killpg(self.sandbox.pid, number)

    def until_request_waits(self) -> None:
        """Return once a sandbox that stands still has a request before it that it has not read."""
        self._wait(self._unread, PATIENCE, "a request to the sandbox")

    def _unread(self) -> bool:
        """Say whether the kernel holds bytes for the sandbox: `rx_queue` of a connection to its port."""
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        port = f"{self.settings.sandbox_port:04X}"
        return any(line[1].endswith(f":{port}") and int(line[4].split(":")[1], 16) > 0 for line in lines)

    def kill_sandbox(self) -> None:
        assert self.sandbox
        self.signal_sandbox(signal.SIGKILL)
        self.sandbox.wait()

    # The servers

    def restart_postgres(self, number: signal.Signals) -> None:
        """End Postgres by a signal, without any word to its clients, and start it again."""
        process = self.postgres.process
        assert process
        process.send_signal(number)
        process.wait()
        self._wait(self._postgres_starts, PATIENCE, "Postgres")

    def _postgres_starts(self) -> bool:
        # What a killed one has left behind may hold its memory for another moment.
        try:
            self.postgres.start()
        except CannotStart:
            return False
        return True

    def kill_redis(self) -> None:
        assert self.redis.process
        self.redis.process.kill()
        self.redis.process.wait()

    # What is to be sent, and what was

    def plan(self, name: str, count: int, *, apart: timedelta = timedelta(), at_once: bool = True) -> "Letters":
        """Plan the first e-mail of the lead sequence to so many new people; it is due now, or one ``apart`` from the next."""
        self.ask(PEOPLE, name=name, count=count)
        ids = self.ask(SEQUENCES, name=name)
        assert asyncio.run(self._plan(ids)) == count
        if apart:
            self.ask(SPREAD, name=name, apart=apart)
        if at_once:
            self.pass_time(timedelta(days=1))
        return Letters(self, name, count)

    async def _plan(self, ids: list[Any]) -> int:
        async with open_services(self.settings) as services, services.database.work(SYSTEM) as work:
            return await plan_rules(work, [RULE], "subject_id", ids)

    def differences(self) -> list[str]:
        """Return what does not fit between what was planned, what was sent, and the sandbox's journal."""
        return [f"{found.subject}: {found.text}" for found in compare(self.settings) if not found.ok]

    def rest(self) -> None:
        """Leave nothing to the next test but the servers, and a provider that may be asked."""
        self.kill_workers()
        self.ask("update provider_traffic set opened_until = null, probing_until = null, failures = 0")

    def stop(self) -> None:
        for process in (self._nursery, self.sandbox):
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                process.wait()
        if self._connection:
            self._connection.close()
        self.redis.stop()
        self.postgres.stop()


@dataclass(frozen=True)
class Letters:
    """The e-mails of one test, each to a person of its own: ``NAME-1@example.test`` and so on."""

    ground: Ground
    name: str
    count: int

    def count_in(self, *states: str) -> int:
        """Return how many are in one of these states."""
        counts = "select count(*) from deliveries where to_address like %(name)s || '-%%' and state = any(%(states)s)"
        found: int = self.ground.ask(counts, name=self.name, states=list(states))
        return found

    def until_in(self, state: str, count: int | None = None, seconds: float = PATIENCE) -> None:
        """Return once so many, or all, are in this state."""
        enough = (
            "select count(*) >= %(count)s from deliveries where to_address like %(name)s || '-%%' and state = %(state)s"
        )
        self.ground.until(enough, seconds, name=self.name, state=state, count=self.count if count is None else count)

    @property
    def taken(self) -> tuple[int, int]:
        """How many e-mails the provider has taken, and to how many people."""
        taken = "select array[count(*), count(distinct lower(email))] from sandbox.messages where email like %(name)s || '-%%'"
        copies, people = self.ground.ask(taken, name=self.name)
        return copies, people

    def until_taken(self, count: int) -> None:
        """Return once the provider has taken so many."""
        taken = "select count(*) >= %(count)s from sandbox.messages where email like %(name)s || '-%%'"
        self.ground.until(taken, name=self.name, count=count)

    def until_left(self, share: float) -> None:
        """Return once such a share of them has left."""
        self.until_in("sent", int(self.count * share))

    def reached_each_once(self, seconds: float = PATIENCE) -> bool:
        """Wait until all have left; say whether everybody got one, and the ledger fits."""
        self.until_in("sent", seconds=seconds)
        assert self.taken == (self.count, self.count)
        assert self.ground.differences() == []
        return True


@contextmanager
def running_ground() -> Iterator[Ground]:
    """A Gurudesk of its own, whose Postgres keeps what it has committed even when it is killed."""
    folder = Path(tempfile.mkdtemp(prefix="gd-r-", dir=_quick_disk()))
    folder.chmod(0o711)
    changes = {
        "GURUDESK_DATA_DIR": str(folder),
        "GURUDESK_PORT": str(free_port()),
        "GURUDESK_SANDBOX_PORT": str(free_port()),
        "GURUDESK_SANDBOX_DELAYS": "false",
        "GURUDESK_SANDBOX_FAILURE_RATE": "0",
        "GURUDESK_SENDGRID_RATE": "1000",
        "GURUDESK_LEASE_SECONDS": str(LEASE),
        "GURUDESK_LOOKUP_DELAY_SECONDS": "0",
        "GURUDESK_DEMO": "false",
    }
    settings = Settings(_env_file=None, **changes)  # type: ignore[call-arg, arg-type]
    ground = Ground(settings, os.environ | changes, EmbeddedPostgres(folder), EmbeddedRedis(folder))
    try:
        ground.postgres.start()
        ground.redis.start()
        migrate(settings)
        for statement in (COURSE, *PREPARE.split(";\n")):
            ground.ask(statement)
        ground.start_sandbox()
        yield ground
    finally:
        ground.stop()
        shutil.rmtree(folder, ignore_errors=True)
