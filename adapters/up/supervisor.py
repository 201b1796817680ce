"""Starts all components in order, watches them until told to stop, and stops them in the opposite order."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from adapters.embedded.lock import data_dir_lock
from adapters.embedded.places import places
from adapters.errors import CannotStart
from adapters.postgres.migrate import load_migrations
from adapters.serving import require_free_port
from adapters.settings import Settings
from adapters.up import leftovers, screen
from adapters.up.component import Component
from adapters.up.demo_load import DemoLoad
from adapters.up.forking import begin_loading
from adapters.up.gate import Gate
from adapters.up.preparation import prepare, require_database
from adapters.up.programs import make_programs
from adapters.up.servers import start_servers
from adapters.up.stop_signal import told_to_stop

LOOK_EVERY = 0.1
STOP_SECONDS = 12.0
SERVER_STOP_SECONDS = 20.0


def run(settings: Settings) -> None:
    """Run Gurudesk until Ctrl-C or SIGTERM. Raises CannotStart with what is in the way."""
    with data_dir_lock(settings.data_dir), told_to_stop() as stopping:
        Supervisor(settings, stopping).run()


class Supervisor:
    """The running whole: embedded servers first, then web, worker and sandbox."""

    def __init__(self, settings: Settings, stopping: threading.Event) -> None:
        self.settings = settings
        self.stopping = stopping
        self.servers: list[Component] = []
        self.programs: list[Component] = []
        self.demo = DemoLoad(settings)
        self.gate = Gate()
        self.loading: Future[None] | None = None

    def run(self) -> None:
        began = time.monotonic()
        with self._stopped_at_the_end():
            self._clear_the_way()
            self._load_programs()
            start_servers(self.settings, self.servers)
            if not self.stopping.is_set():
                self._let_programs_begin()
                self._watch(began)

    def _clear_the_way(self) -> None:
        settings = self.settings
        screen.line(f"Gurudesk is starting. Data and logs: {settings.data_dir}")
        for note in places(settings.data_dir).notes:
            screen.line(f"  {note}")
        if leftovers.clear(settings.data_dir):
            screen.line("  An earlier run was killed; what it left behind is cleared up.")
        require_free_port(settings.host, settings.port, "GURUDESK_PORT")
        if settings.has_sandbox:
            if settings.port == settings.sandbox_port:
                raise CannotStart(f"GURUDESK_PORT and GURUDESK_SANDBOX_PORT are both {settings.port}: change one.")
            require_free_port("127.0.0.1", settings.sandbox_port, "GURUDESK_SANDBOX_PORT")
        require_database(settings)

    def _load_programs(self) -> None:
        """Start what serves people, beside the servers. Nothing of it does anything before the database is there."""
        self.programs = make_programs(self.settings, self.gate)
        begin_loading()
        with ThreadPoolExecutor(1, "loading") as threads:
            self.loading = threads.submit(self._start_programs)
            threads.shutdown(wait=False)

    def _start_programs(self) -> None:
        if not places(self.settings.data_dir).cluster.exists():
            load_migrations()
        for component in self.programs:
            component.start()
        self._remember()

    def _let_programs_begin(self) -> None:
        """Bring the database up to date, say where to go, and let everything begin."""
        found = prepare(self.settings)
        if self.loading:
            self.loading.result()
        self.gate.open()
        screen.addresses(self.settings, sandbox=self.settings.has_sandbox)
        if found.demo:
            screen.demo_sign_ins()
        elif not self.demo.look(found) and not found.anybody:
            screen.no_sign_in()

    def _watch(self, began: float) -> None:
        told = False
        while not self.stopping.wait(LOOK_EVERY):
            before = [component.process for component in self.programs]
            for component in (*self.servers, *self.programs):
                component.watch()
            if before != [component.process for component in self.programs]:
                self._remember()
            self.demo.watch()
            if not told and all(component.ready for component in self.programs):
                told = True
                screen.line(f"Ready after {time.monotonic() - began:.1f} s. Ctrl-C stops everything.")
                self.demo.start_if_wanted()

    def _remember(self) -> None:
        running = {component.name: component.process.pid for component in self.programs if component.process}
        leftovers.remember(self.settings.data_dir, running)

    @contextmanager
    def _stopped_at_the_end(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self.gate.is_open:
                screen.line("Stopping.")
            if self.loading:
                wait([self.loading])
            self.gate.close()
            self.demo.stop()
            self._stop_all()
            leftovers.forget(self.settings.data_dir)
            if self.gate.is_open:
                screen.line("Stopped. Everything is kept.")

    def _stop_all(self) -> None:
        """First web and worker, at once; then the sandbox they call; then the servers under all, Postgres last."""
        _stop_together([component for component in self.programs if component.name != "sandbox"])
        _stop_together([component for component in self.programs if component.name == "sandbox"])
        for component in reversed(self.servers):
            component.stop(SERVER_STOP_SECONDS)


def _stop_together(components: list[Component]) -> None:
    threads = [threading.Thread(target=component.stop, args=(STOP_SECONDS,)) for component in components]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
