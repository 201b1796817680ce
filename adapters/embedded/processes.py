"""Starting child processes that never outlive us, and finding those an earlier, killed run left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Running(Protocol):
    """What we need of a child process; `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, number: int, /) -> None: ...
    def kill(self) -> None: ...


def die_with_parent(sign: signal.Signals, parent: int = 0) -> Callable[[], None] | None:
    """Return a function for the child to run before its program: ``sign`` reaches it when its parent dies.

    ``parent`` is our own process unless named. Linux only; elsewhere a killed run's children are found and ended by
    the next start.
    """
    libc, parent = _libc, parent or os.getpid()
    if libc is None:
        return None

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(sign))
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def command_of(pid: int) -> str:
    """Return the command line of a running process, empty when there is none."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    shown = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return shown.stdout.strip()


def end_leftover(pid: int, sign: signal.Signals, seconds: float = 20.0) -> None:
    """Stop a process of an earlier run: ask with ``sign``, and insist after ``seconds``."""
    for asked in (sign, signal.SIGKILL):
        try:
            os.kill(pid, asked)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while command_of(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        if not command_of(pid):
            return


def end(process: Running, sign: signal.Signals, seconds: float = 20.0) -> None:
    """Stop our own child: ask with ``sign``, and insist after ``seconds``."""
    if process.poll() is not None:
        return
    process.send_signal(sign)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
