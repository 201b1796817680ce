"""Being told to stop: by Ctrl-C, by SIGTERM, or by the terminal going away."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Give an event that is set when we are asked to stop. Asked again later, the block is interrupted."""
    stopping = threading.Event()
    asked: list[float] = []

    def stop(number: int, frame: FrameType | None) -> None:
        # One Ctrl-C may reach us twice, by the terminal and by make. A later one means: do not wait.
        if asked and time.monotonic() - asked[0] > 1:
            raise KeyboardInterrupt
        asked.append(time.monotonic())
        stopping.set()

    kept = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stopping
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
