"""Real processes of ours beside the one that measures."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from adapters.settings import Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def component(name: str, settings: Settings) -> Iterator[psutil.Process]:
    """Run `gurudesk web`, `worker` or `sandbox` on the servers of these settings until the block is left."""
    port = {"web": settings.port, "sandbox": settings.sandbox_port}.get(name)
    with module_running(["adapters.cli", name], settings, port) as process:
        yield process


@contextmanager
def module_running(module: list[str], settings: Settings, port: int | None) -> Iterator[psutil.Process]:
    """Run a module with arguments on the servers of these settings; with a port, once it answers there."""
    environment = os.environ | {
        "GURUDESK_DATA_DIR": str(settings.data_dir),
        "GURUDESK_PORT": str(settings.port),
        "GURUDESK_SANDBOX_PORT": str(settings.sandbox_port),
        "GURUDESK_SANDBOX_DELAYS": "false",
        "GURUDESK_DEMO": "false",
    }
    process = subprocess.Popen([sys.executable, "-m", *module], env=environment, stdout=subprocess.DEVNULL)
    try:
        if port is not None:
            _wait(port, process)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def memory(process: psutil.Process) -> int:
    """Return the bytes in memory of a process and all below it."""
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("a component ended at once")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port}")
