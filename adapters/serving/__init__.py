"""Serves a Litestar app over HTTP with Granian."""

import errno
import logging
import os
import signal
import socket
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from adapters.cli.plain_words import explain, say
from adapters.embedded.processes import die_with_parent
from adapters.errors import CannotStart
from adapters.quiet_paths import QuietPaths
from adapters.serving.streams import EndingStreams
from adapters.settings import Settings
from adapters.up.gate import wait_until_told

# Granian's own default is 1,024 open connections, after which the whole server hangs; live pages keep theirs open.
BACKPRESSURE = 20_000
# Never the query string: it carries the tokens of one-time links.
ACCESS_FORMAT = '[%(time)s] %(addr)s "%(method)s %(path)s" %(status)d %(dt_ms).1f ms'
STOP_SECONDS = 5


# Apps by module, made before the serving processes fork off; one that is started afresh makes its own.
_made: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Loader:
    """Makes the app inside a serving process, which never outlives the one that started it."""

    module: str
    settings: Settings
    parent: int

    def __call__(self) -> Any:
        if arrange := die_with_parent(signal.SIGKILL, self.parent):
            arrange()
        try:
            logging.getLogger("granian.access").addFilter(QuietPaths())
            return EndingStreams(_made.get(self.module) or _make(self.module, self.settings))
        except Exception as error:
            say(explain(error))
            sys.exit(1)


def serve(
    module: str, settings: Settings, host: str, port: int, setting: str, *, workers: int = 1, held: bool = False
) -> None:
    """Serve ``module``'s ``create_app(settings)`` until told to stop; ``setting`` names the port for people.

    ``held`` waits, with all loaded, until `gurudesk up` says that the database is there.
    """
    from granian.constants import Interfaces

    from adapters.serving.server import Server

    require_free_port(host, port, setting)
    _made[module] = _make(module, settings)
    if held:
        wait_until_told()
    Server(
        f"{module}:create_app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        websockets=False,
        backlog=2048,
        backpressure=BACKPRESSURE,
        log_access=True,
        log_access_format=ACCESS_FORMAT,
        workers_kill_timeout=STOP_SECONDS,
    ).serve(target_loader=Loader(module, settings, os.getpid()), wrap_loader=False)


def _make(module: str, settings: Settings) -> Any:
    return import_module(module).create_app(settings)


def require_free_port(host: str, port: int, setting: str) -> None:
    """Raise CannotStart when the port is taken or may not be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CannotStart(f"Port {port} may not be used by this user. Set {setting} to another.") from None
        except OSError as error:
            raise CannotStart(_why_not(host, port, setting, error)) from None


def _why_not(host: str, port: int, setting: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is used by another program. Stop that, or set {setting} to a free one."
    return f"Cannot listen on {host}:{port}: {error.strerror}. See GURUDESK_HOST and {setting}."
