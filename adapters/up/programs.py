"""Sandbox, worker and web as components."""

from collections.abc import Callable

from adapters.settings import Settings
from adapters.up import screen
from adapters.up.component import Component, own_command
from adapters.up.gate import Gate
from adapters.up.logs import ComponentLog
from adapters.up.readiness import http_problem, worker_problem

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def make_programs(settings: Settings, gate: Gate) -> list[Component]:
    """Return the components to start, in order: the sandbox first, since the others call it."""
    programs = [
        _program(settings, gate, "worker", lambda age: worker_problem(settings, age)),
        _program(settings, gate, "web", lambda age: http_problem(f"{_own_address(settings)}/health/ready")),
    ]
    if settings.has_sandbox:
        address = f"{settings.sandbox_url}/health/ready"
        programs.insert(0, _program(settings, gate, "sandbox", lambda age: http_problem(address)))
    return programs


def _program(settings: Settings, gate: Gate, name: str, problem: Callable[[float], str]) -> Component:
    log = ComponentLog(settings.data_dir / "logs" / f"{name}.log")
    return Component(name, own_command(name, gate), problem, log, screen.component)


def _own_address(settings: Settings) -> str:
    host = ANYWHERE.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
