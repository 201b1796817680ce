"""The code of every program, loaded once: a process of its own loads it, and each program is forked off from that.

`multiprocessing` runs that process (its fork server). It starts no thread and opens nothing, so its children begin as
clean as a new Python would, without the seconds that loading takes.
"""

import gc
import os
import signal
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection

from adapters.embedded.processes import die_with_parent

PROGRAMS = ("web.app", "adapters.sandbox.app", "adapters.arq.worker")
context = get_context("forkserver")


def load() -> None:
    """Load all programs in this process and let it end with its parent, whom it serves."""
    if arrange := die_with_parent(signal.SIGKILL, os.getppid()):
        arrange()
    gc.disable()
    for name in PROGRAMS:
        with suppress(Exception):  # the program will meet it again, and say it in its own log
            import_module(name)
    gc.freeze()  # what is loaded stays: nobody need look through it again, and its memory stays shared
    gc.enable()


def run_program(arguments: list[str], parent: int, output: Connection, told: Connection | None) -> None:
    """Become `gurudesk ARGUMENTS`: in a session of its own, printing to ``output``, with ``told`` as standard input."""
    os.setsid()
    if arrange := die_with_parent(signal.SIGTERM, parent):
        arrange()
    for end, numbers in ((output, (1, 2)), (told, (0,))):
        if end:
            for number in numbers:
                os.dup2(end.fileno(), number)
            end.close()
    from adapters.cli import main

    main(arguments, prog_name="gurudesk")
