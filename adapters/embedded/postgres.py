"""The embedded Postgres: one cluster a data folder, reached over a Unix socket only."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg

from adapters.embedded.binaries import postgres_programs
from adapters.embedded.places import Places, make_private, places
from adapters.embedded.processes import command_of, die_with_parent, end, end_leftover
from adapters.embedded.system_user import as_user, hand_over, system_user
from adapters.errors import CannotStart

SUPERUSER = "postgres"
DATABASE = "gurudesk"
READY_SECONDS = 60.0

# Statements and their values hold people's data and stay out of the log.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    # A large import must not be held up by one checkpoint after the other.
    "max_wal_size": "2GB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_checkpoints": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(slots=True)
class EmbeddedPostgres:
    """Postgres as our child process. ``durable=False`` trades safety in a power cut for speed: for tests only."""

    data_dir: Path
    durable: bool = True
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def places(self) -> Places:
        return places(self.data_dir)

    def url(self, database: str = "postgres") -> str:
        """Return the superuser's libpq address of a database."""
        return socket_url(self.places.postgres_sockets, SUPERUSER, database)

    def start(self, log: int | IO[bytes] = subprocess.DEVNULL) -> None:
        """Make the cluster the first time, clear up after a killed run, start, and wait until it answers."""
        self.launch(log)
        self.wait_until_ready()
        self.make_database()

    def launch(self, log: int | IO[bytes] = subprocess.DEVNULL) -> None:
        """Start the server without waiting for it."""
        user, programs, where = system_user(), postgres_programs(), self.places
        self._make_folders()
        if not (where.cluster / "PG_VERSION").exists():
            _make_cluster(programs, where.cluster, as_user(user))
        clear_leftover(where.cluster)
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE)
        settings["unix_socket_directories"] = str(where.postgres_sockets)
        command = [str(programs / "postgres"), "-D", str(where.cluster)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal is for us alone; we stop it last
            preexec_fn=die_with_parent(signal.SIGINT),
            **as_user(user),  # type: ignore[call-overload]
        )

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return once the server takes connections; raise CannotStart when it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise CannotStart("The embedded Postgres ended while starting. Its log in the data folder says why.")
            if self.answers():
                return
            time.sleep(0.02)
        raise CannotStart(f"The embedded Postgres did not answer within {seconds:.0f} seconds.")

    def answers(self) -> bool:
        """Say whether the server takes connections now."""
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, seconds: float = 20.0) -> None:
        """Stop the server: connections are closed, everything committed is kept."""
        if self.process:
            end(self.process, signal.SIGINT, seconds)
            self.process = None

    def _make_folders(self) -> None:
        user, where = system_user(), self.places
        if user:
            where.cluster.parent.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            where.cluster.parent.parent.chmod(0o711)
            where.postgres_sockets.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        for folder in (where.cluster.parent, where.postgres_sockets):
            make_private(folder, user.pw_uid if user else None)
            hand_over(folder, user)

    def make_database(self) -> None:
        """Make the empty database the first time."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if not known:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def socket_url(folder: Path, user: str, database: str) -> str:
    """Return a libpq address over a Unix socket."""
    from urllib.parse import quote

    return f"postgresql://{user}@/{database}?host={quote(str(folder), safe='')}"


def _make_cluster(programs: Path, cluster: Path, user: dict[str, object]) -> None:
    """Run initdb beside the final place, so that a killed first start leaves no half-made cluster."""
    draft = cluster.with_name("cluster.new")
    shutil.rmtree(draft, ignore_errors=True)
    command = [programs / "initdb", "-D", draft, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-instructions"]
    command += ["--no-sync", "--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"]
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **user)  # type: ignore[call-overload]
    if made.returncode != 0:
        reason = (made.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotStart(f"Could not make the database in {cluster}: {reason}")
    os.rename(draft, cluster)


def clear_leftover(cluster: Path) -> None:
    """End the server of a killed run, or drop the pid file when its process is gone or somebody else's."""
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    if str(cluster) in command_of(pid):
        end_leftover(pid, signal.SIGINT)
    else:
        pid_file.unlink(missing_ok=True)
