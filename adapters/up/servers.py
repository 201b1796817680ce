"""The embedded Postgres and Redis as components: those of the two that the settings name no other server for."""

import signal
from subprocess import Popen

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.redis import EmbeddedRedis
from adapters.errors import CannotStart
from adapters.settings import Settings
from adapters.up import screen
from adapters.up.component import Component
from adapters.up.logs import ComponentLog

Server = EmbeddedPostgres | EmbeddedRedis


def start_servers(settings: Settings, components: list[Component]) -> None:
    """Start both side by side, adding them to ``components`` as they start, then wait for both."""
    servers = _needed(settings)
    for name, server, sign in servers:
        components.append(_component(settings, name, server, sign))
        components[-1].start()
    for component, (_, server, _) in zip(components, servers, strict=True):
        _wait_for(component, server)


def _needed(settings: Settings) -> list[tuple[str, Server, signal.Signals]]:
    needed: list[tuple[str, Server, signal.Signals]] = []
    if not settings.database_url:
        needed.append(("postgres", EmbeddedPostgres(settings.data_dir), signal.SIGINT))
    if not settings.redis_url:
        needed.append(("redis", EmbeddedRedis(settings.data_dir), signal.SIGTERM))
    return needed


def _component(settings: Settings, name: str, server: Server, sign: signal.Signals) -> Component:
    def launch(output: int) -> Popen[bytes]:
        server.launch(output)
        assert server.process is not None
        return server.process

    def problem(age: float) -> str:
        return "" if server.answers() else "it does not answer yet"

    log = ComponentLog(settings.data_dir / "logs" / f"{name}.log")
    return Component(name, launch, problem, log, screen.component, sign)


def _wait_for(component: Component, server: Server) -> None:
    try:
        server.wait_until_ready()
    except CannotStart as error:
        said = f" It said: {component.log.last_line}" if component.log.last_line else ""
        raise CannotStart(f"{error}{said}") from error
    if isinstance(server, EmbeddedPostgres):
        server.make_database()
    component.watch()
