"""Imported by the process that programs are forked off from, and nowhere else: importing it loads them all."""

import gc
import os
import signal
from contextlib import suppress
from importlib import import_module

from adapters.embedded.processes import die_with_parent

PROGRAMS = ("web.app", "adapters.sandbox.app", "adapters.arq.worker")

os.setsid()  # Ctrl-C in the terminal is for our parent alone
if arrange := die_with_parent(signal.SIGKILL, os.getppid()):
    arrange()
gc.disable()
for name in PROGRAMS:
    with suppress(Exception):  # the program meets it again when it is started, and says it in its own log
        import_module(name)
gc.freeze()  # what is loaded stays: it need not be looked through again, and its memory stays shared
gc.enable()
