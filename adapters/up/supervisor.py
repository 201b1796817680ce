"""Starts all components in order, watches them until told to stop, and stops them in the opposite order."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import Popen
from types import FrameType

from adapters.embedded.lock import data_dir_lock
from adapters.embedded.places import places
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.redis import EmbeddedRedis
from adapters.errors import CannotStart
from adapters.serving import require_free_port
from adapters.settings import Settings
from adapters.up import leftovers, screen
from adapters.up.component import Component, own_command
from adapters.up.demo_load import DemoLoad
from adapters.up.logs import ComponentLog
from adapters.up.preparation import prepare
from adapters.up.readiness import http_problem, worker_problem

LOOK_EVERY = 0.1
STOP_SECONDS = 12.0
SERVER_STOP_SECONDS = 20.0


def run(settings: Settings) -> None:
    """Run Gurudesk until Ctrl-C or SIGTERM. Raises CannotStart with what is in the way."""
    with data_dir_lock(settings.data_dir):
        Supervisor(settings).run()


class Supervisor:
    """The running whole: embedded servers first, then web, worker and sandbox."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stopping = threading.Event()
        self.servers: list[Component] = []
        self.programs: list[Component] = []
        self.demo = DemoLoad(settings)

    def run(self) -> None:
        began = time.monotonic()
        with self._signals(), self._stopped_at_the_end():
            self._clear_the_way()
            self._start_servers()
            if not self.stopping.is_set():
                found = prepare(self.settings)
                self.demo.start_if_first(found)
                demo = found.demo or not self.demo.done
                screen.addresses(self.settings, sandbox=self._has_sandbox, demo=demo, anybody=found.anybody)
                self._start_programs()
                self._watch(began)

    @property
    def _has_sandbox(self) -> bool:
        return not self.settings.sendgrid_live

    def _clear_the_way(self) -> None:
        screen.line(f"Gurudesk is starting. Data and logs: {self.settings.data_dir}")
        for note in places(self.settings.data_dir).notes:
            screen.line(f"  {note}")
        if leftovers.clear(self.settings.data_dir):
            screen.line("  An earlier run was killed; what it left behind is cleared up.")
        settings = self.settings
        if self._has_sandbox and settings.port == settings.sandbox_port:
            raise CannotStart(f"GURUDESK_PORT and GURUDESK_SANDBOX_PORT are both {settings.port}: change one.")
        require_free_port(settings.host, settings.port, "GURUDESK_PORT")
        if self._has_sandbox:
            require_free_port("127.0.0.1", settings.sandbox_port, "GURUDESK_SANDBOX_PORT")

    def _start_servers(self) -> None:
        """Start Postgres and Redis side by side, then wait for both."""
        servers: list[EmbeddedPostgres | EmbeddedRedis] = []
        if not self.settings.database_url:
            postgres = EmbeddedPostgres(self.settings.data_dir)
            self.servers.append(self._server("postgres", postgres, signal.SIGINT))
            servers.append(postgres)
        if not self.settings.redis_url:
            redis = EmbeddedRedis(self.settings.data_dir)
            self.servers.append(self._server("redis", redis, signal.SIGTERM))
            servers.append(redis)
        for component in self.servers:
            component.start()
        for component, server in zip(self.servers, servers, strict=True):
            self._wait_for(component, server)

    def _wait_for(self, component: Component, server: EmbeddedPostgres | EmbeddedRedis) -> None:
        try:
            server.wait_until_ready()
        except CannotStart as error:
            said = f" It said: {component.log.last_line}" if component.log.last_line else ""
            raise CannotStart(f"{error}{said}") from error
        if isinstance(server, EmbeddedPostgres):
            server.make_database()
        component.watch()

    def _server(self, name: str, server: EmbeddedPostgres | EmbeddedRedis, sign: signal.Signals) -> Component:
        def launch(output: int) -> Popen[bytes]:
            server.launch(output)
            assert server.process is not None
            return server.process

        def problem() -> str:
            return "" if server.answers() else "it does not answer yet"

        return Component(name, launch, problem, self._log(name), screen.component, sign)

    def _start_programs(self) -> None:
        """Start what serves people. The sandbox comes first: the others call it."""
        settings = self.settings
        if self._has_sandbox:
            self._add_program("sandbox", lambda: http_problem(f"{settings.sandbox_url}/health/ready"))
        began = time.time()
        self._add_program("worker", lambda: worker_problem(settings, began))
        host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host
        host = f"[{host}]" if ":" in host else host
        self._add_program("web", lambda: http_problem(f"http://{host}:{settings.port}/health/ready"))
        for component in self.programs:
            component.start()
        self._remember()

    def _add_program(self, name: str, problem: Callable[[], str]) -> None:
        self.programs.append(Component(name, own_command(name), problem, self._log(name), screen.component))

    def _log(self, name: str) -> ComponentLog:
        return ComponentLog(self.settings.data_dir / "logs" / f"{name}.log")

    def _watch(self, began: float) -> None:
        told = False
        while not self.stopping.wait(LOOK_EVERY):
            before = [component.process for component in self.programs]
            for component in (*self.servers, *self.programs):
                component.watch()
            if before != [component.process for component in self.programs]:
                self._remember()
            self.demo.watch()
            if not told and self.demo.done and all(component.ready for component in self.programs):
                told = True
                screen.line(f"Ready after {time.monotonic() - began:.1f} s. Ctrl-C stops everything.")

    def _remember(self) -> None:
        running = {component.name: component.process.pid for component in self.programs if component.process}
        leftovers.remember(self.settings.data_dir, running)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        asked: list[float] = []

        def stop(number: int, frame: FrameType | None) -> None:
            # One Ctrl-C may reach us twice, by the terminal and by make. A later one means: do not wait.
            if asked and time.monotonic() - asked[0] > 1:
                raise KeyboardInterrupt
            asked.append(time.monotonic())
            self.stopping.set()

        kept = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    @contextmanager
    def _stopped_at_the_end(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self.programs:
                screen.line("Stopping.")
            self.demo.stop()
            self._stop_all()
            leftovers.forget(self.settings.data_dir)
            if self.programs:
                screen.line("Stopped. Everything is kept.")

    def _stop_all(self) -> None:
        """First web and worker, at once; then the sandbox they call; then the servers under all, Postgres last."""
        stopping = [threading.Thread(target=component.stop, args=(STOP_SECONDS,)) for component in self.programs[::-1]]
        callers, sandbox = stopping[:2], stopping[2:]
        for together in (callers, sandbox):
            for thread in together:
                thread.start()
            for thread in together:
                thread.join()
        for component in reversed(self.servers):
            component.stop(SERVER_STOP_SECONDS)
