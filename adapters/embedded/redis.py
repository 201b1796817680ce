"""The embedded Redis (or Valkey): nothing kept on disk, reached over a Unix socket only."""

import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from redis import Redis
from redis.exceptions import RedisError

from adapters.embedded.binaries import redis_program
from adapters.embedded.places import Places, make_private, places
from adapters.embedded.processes import command_of, die_with_parent, end, end_leftover
from adapters.errors import CannotStart

READY_SECONDS = 20.0


@dataclass(slots=True)
class EmbeddedRedis:
    """Redis as our child process. Postgres is the truth: what Redis holds may be lost at any moment."""

    data_dir: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def places(self) -> Places:
        return places(self.data_dir)

    def start(self, log: int | IO[bytes] = subprocess.DEVNULL) -> None:
        """Clear up after a killed run, start, and wait until it answers."""
        self.launch(log)
        self.wait_until_ready()

    def launch(self, log: int | IO[bytes] = subprocess.DEVNULL) -> None:
        """Start the server without waiting for it."""
        where = self.places
        make_private(where.redis_folder)
        make_private(where.redis_socket.parent)
        clear_leftover(where.redis_folder / "redis.pid", where.redis_socket)
        settings = {
            "port": "0",
            "unixsocket": str(where.redis_socket),
            "unixsocketperm": "700",
            "dir": str(where.redis_folder),
            "pidfile": str(where.redis_folder / "redis.pid"),
            "daemonize": "no",
            "save": "",
            "appendonly": "no",
            "databases": "64",
        }
        command = [str(redis_program()), *(part for name, value in settings.items() for part in (f"--{name}", value))]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return once the server answers; raise CannotStart when it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise CannotStart("The embedded Redis ended while starting. Its log in the data folder says why.")
            if self.answers():
                return
            time.sleep(0.02)
        raise CannotStart(f"The embedded Redis did not answer within {seconds:.0f} seconds.")

    def answers(self) -> bool:
        """Say whether the server answers now."""
        client = Redis(unix_socket_path=str(self.places.redis_socket), socket_timeout=2)
        try:
            return bool(client.ping())
        except (RedisError, OSError):
            return False
        finally:
            client.close()

    def stop(self, seconds: float = 10.0) -> None:
        """Stop the server and forget what it held."""
        if self.process:
            end(self.process, signal.SIGTERM, seconds)
            self.process = None


def clear_leftover(pid_file: Path, socket: Path) -> None:
    """End the server of a killed run and remove its socket."""
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        pid = 0
    if pid and str(socket) in command_of(pid):
        end_leftover(pid, signal.SIGTERM)
    socket.unlink(missing_ok=True)
