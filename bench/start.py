"""Seconds from `make run`, with everything installed, until web, worker and sandbox are ready."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.ground import Row, row

ROOT = Path(__file__).resolve().parent.parent
BARE = """
import asyncio
from granian import Granian
from granian.constants import Interfaces
from litestar import Litestar, get
@get("/")
async def home() -> str:
    return "ready"
Granian("bare", port={port}, interface=Interfaces.ASGI).serve(target_loader=lambda: Litestar([home]), wrap_loader=False)
"""


def measure() -> list[Row]:
    """Start twice in a fresh data folder: with everything to make, and again. The baseline is a bare Litestar app.

    The demo is loaded once all is ready, and how to sign in to it is said when it is in.
    """
    bare = _bare_start()
    with tempfile.TemporaryDirectory(prefix="gd-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        environment = _environment(Path(folder) / "data")
        (first, demo), (again, _) = _start(environment, "Demo sign-ins"), _start(environment, "Ready after")
    return [
        row("start, first time", first, "s", bare),
        row("start, first time, demo in", demo, "s", bare),
        row("start again", again, "s", bare),
    ]


def _environment(data_dir: Path) -> dict[str, str]:
    ours = {"GURUDESK_DATA_DIR": data_dir, "GURUDESK_PORT": _free_port(), "GURUDESK_SANDBOX_PORT": _free_port()}
    return {**os.environ, **{name: str(value) for name, value in ours.items()}}


def _start(environment: dict[str, str], until: str) -> tuple[float, float]:
    """Run `make run` until it prints ``until``, and stop it; return the seconds to ready and to that line."""
    began = time.perf_counter()
    with _running(["make", "-s", "run"], environment) as process:
        assert process.stdout
        said, ready = [], 0.0
        for line in process.stdout:
            said.append(line)
            if "Ready after" in line:
                ready = time.perf_counter() - began
            if until in line and ready:
                return ready, time.perf_counter() - began
    raise RuntimeError(f"Gurudesk did not start: {''.join(said)}")


def _bare_start() -> float:
    port = _free_port()
    began = time.perf_counter()
    with _running([sys.executable, "-c", BARE.format(port=port)], dict(os.environ)) as process:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
                continue
            if _answers(port):
                return time.perf_counter() - began
    raise RuntimeError("The bare server did not start")


def _answers(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.recv(15).startswith(b"HTTP/1.1 200")


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """Run a command in its own group, and interrupt the whole group at the end, as Ctrl-C does."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    for line in measure():
        print(f"{line['name']:<34} {line['value']:6.2f} {line['unit']}  {line['ratio']} times a bare start")
