"""One part of a running Gurudesk: how it is started, how we know that it is ready, how it comes back."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from adapters.embedded.processes import Running, end
from adapters.up.forking import fork
from adapters.up.gate import OPTION, Gate
from adapters.up.logs import PLAIN, ComponentLog

Launch = Callable[[int], Running]
LONGEST_PAUSE = 30.0
# A component that has run this long is well again: its next failure is a first one.
WELL_AFTER = 60.0
TELL_AFTER = 20.0


@dataclass(slots=True)
class Component:
    """A child process that is started again, after a growing pause, whenever it ends.

    ``problem`` says, given the seconds since the start, what the component still lacks; it is empty when ready.
    ``stop_signal`` ends the component cleanly.
    """

    name: str
    launch: Launch
    problem: Callable[[float], str]
    log: ComponentLog
    say: Callable[[str, str], None]
    stop_signal: signal.Signals = signal.SIGTERM
    process: Running | None = field(default=None, init=False)
    ready: bool = field(default=False, init=False)
    failures: int = field(default=0, init=False)
    started: float = field(default=0.0, init=False)
    next_start: float = field(default=0.0, init=False)
    told: bool = field(default=False, init=False)

    def start(self) -> None:
        """Start the process; a start that fails counts as an end."""
        writer = self.log.pipe()
        try:
            self.process = self.launch(writer)
        finally:
            os.close(writer)
        self.started, self.ready, self.told = time.monotonic(), False, False

    def watch(self) -> None:
        """Look once: start what is due, notice what has ended, say what has become ready."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.next_start:
                self._start_again(now)
        elif self.process.poll() is not None:
            self._plan_restart(now)
        elif not self.ready:
            self._look_for_ready(now)
        elif self.failures and now - self.started > WELL_AFTER:
            self.failures = 0

    def _start_again(self, now: float) -> None:
        try:
            self.start()
        except Exception as error:
            self._pause(now, f"does not start: {error}")

    def _plan_restart(self, now: float) -> None:
        process, self.process = self.process, None
        assert process is not None
        assert process.returncode is not None
        end_group(process)
        said = self.log.last_line.removeprefix(PLAIN).rstrip(".")
        reason = f" ({said})" if said and not self.ready else ""
        self._pause(now, f"{_how_it_ended(process.returncode)}{reason}")

    def _pause(self, now: float, what: str) -> None:
        pause = min(0.5 * 2**self.failures, LONGEST_PAUSE)
        self.failures += 1
        self.ready, self.next_start = False, now + pause
        self.say(self.name, f"{what}; starting it again in {pause:g} s")

    def _look_for_ready(self, now: float) -> None:
        problem = self.problem(now - self.started)
        if not problem:
            self.ready = True
            self.say(self.name, "ready" if not self.failures else "ready again")
        elif not self.told and now - self.started > TELL_AFTER:
            self.told = True
            self.say(self.name, f"not ready yet: {problem}. Its log is {self.log.path}")

    def stop(self, seconds: float) -> None:
        """Stop the process, and insist after ``seconds``."""
        if self.process:
            end(self.process, self.stop_signal, seconds)
            end_group(self.process)
            self.process = None


def end_group(process: Running) -> None:
    """End what a dead process left in its session: a server's own child would keep the port."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def own_command(name: str, gate: Gate | None = None) -> Launch:
    """Return how to start `gurudesk NAME` as a child that ends when we do, and begins when ``gate`` is open."""

    def launch(output: int) -> Running:
        if gate is None or gate.is_open:
            return fork([name], output)
        gate.waiting += 1
        return fork([name, OPTION], output, gate.reader)

    return launch


def _how_it_ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"stopped with exit code {code}"
