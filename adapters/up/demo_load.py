"""Fills an empty database with the demo at the first start, once everything else is ready."""

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from adapters.embedded.processes import Running, end
from adapters.settings import Settings
from adapters.up import screen
from adapters.up.component import own_command
from adapters.up.logs import PLAIN, ComponentLog
from adapters.up.preparation import Population


@dataclass(slots=True)
class DemoLoad:
    """The demo is offered once a data folder: who has removed it does not get it back with the next start."""

    settings: Settings
    is_wanted: bool = field(default=False, init=False)
    process: Running | None = field(default=None, init=False)
    log: ComponentLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = ComponentLog(self.settings.data_dir / "logs" / "demo.log")

    def look(self, found: Population) -> bool:
        """Say whether the demo is to be loaded: it is wanted, and nobody is in the database yet."""
        settings = self.settings
        self.is_wanted = settings.demo and not settings.production and not found.anybody and not self._marker.exists()
        return self.is_wanted

    def start_if_wanted(self) -> None:
        """Start loading. Not before the others are ready: it would take the machine from them."""
        if not self.is_wanted:
            return
        self.is_wanted = False
        screen.component("demo", "is being loaded; how to sign in follows")
        writer = self.log.pipe()
        try:
            self.process = own_command("demo")(writer)
        finally:
            os.close(writer)

    def watch(self) -> None:
        """Notice that the loading has ended, and how."""
        if self.process is None or self.process.poll() is None:
            return
        if self.process.returncode == 0:
            self._marker.touch()
            screen.component("demo", "loaded")
            screen.demo_sign_ins()
        else:
            reason = self.log.last_line.removeprefix(PLAIN) or "no reason given"
            screen.component("demo", f"could not be loaded: {reason} GURUDESK_DEMO=false starts without it.")
            screen.no_sign_in()
        self.process = None

    def stop(self) -> None:
        """Break the loading off; it is one transaction, so nothing of it stays."""
        if self.process:
            end(self.process, signal.SIGTERM, 5)
            self.process = None

    @property
    def _marker(self) -> Path:
        return self.settings.data_dir / "demo-offered"
