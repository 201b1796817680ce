"""Makes workers in a moment: what they need is loaded once, and each line read here becomes one more process.

Loading takes a worker two seconds. `python -m tests.reliability.rules.nursery` reads the seconds of a worker's lease, writes
the process id of the worker it has made, and ends, with all of them, when there is nothing more to read.
"""

import gc
import os
import signal
import sys

from adapters.arq.worker import run
from adapters.embedded.processes import die_with_parent
from adapters.settings import Settings


def make_worker(settings: Settings) -> int:
    """Return the process id of a new worker."""
    nursery = os.getpid()
    if child := os.fork():
        return child
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        if arrange := die_with_parent(signal.SIGKILL, nursery):
            arrange()
        run(settings)
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    gc.freeze()
    ours = Settings(_env_file=None)  # type: ignore[call-arg]
    for line in sys.stdin:
        print(make_worker(ours.model_copy(update={"lease_seconds": float(line)})), flush=True)
