"""Starts programs as forks of a process that has loaded them all: loading takes seconds, and is done once for all.

`multiprocessing` runs that process, its fork server. It starts no thread and opens nothing, so what is forked off begins
as clean as a new Python would. It ends with us, and the programs end with it.
"""

import os
import signal
import subprocess
import sys
from multiprocessing import forkserver, get_all_start_methods, get_context, parent_process, set_start_method
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from adapters.embedded.processes import die_with_parent

LOADING = "adapters.up.load_all"
_context = get_context("forkserver")


class Fork:
    """A running program, watched and ended as a `subprocess.Popen` is."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        assert process.pid
        self.pid: int = process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def begin_loading() -> None:
    """Have everything loaded, without waiting for it. To be called by the main thread: it ends when its caller does."""
    _context.set_forkserver_preload([LOADING])
    forkserver.ensure_running()


def fork(arguments: list[str], output: int, told: int | None = None) -> Fork:
    """Start `gurudesk ARGUMENTS`, printing to ``output``, with ``told`` as its standard input, once all is loaded."""
    # A Connection owns its descriptor, and is what can be handed to the other process.
    ends = [Connection(os.dup(number)) if number is not None else None for number in (output, told)]
    process = _context.Process(target=_become, args=(arguments, *ends), name=arguments[0])
    try:
        process.start()
    finally:
        for end in ends:
            if end:
                end.close()
    return Fork(process)


def _become(arguments: list[str], output: Connection, told: Connection | None) -> None:
    """Be `gurudesk ARGUMENTS`, in a session of its own."""
    os.setsid()
    if arrange := die_with_parent(signal.SIGTERM, os.getppid()):
        arrange()
    if (starter := parent_process()) is None or not starter.is_alive():
        sys.exit(0)
    for number, end in ((0, told), (1, output), (2, output)):
        if end:
            os.dup2(end.fileno(), number)
    # As in a new Python, where the first is the default: a web server forks its serving processes.
    set_start_method(get_all_start_methods()[0], force=True)
    from adapters.cli import main

    main(arguments, prog_name="gurudesk")
