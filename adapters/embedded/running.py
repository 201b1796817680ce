"""Has the embedded servers there for one command, whether or not Gurudesk runs."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from adapters.embedded.lock import data_dir_lock, locked
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.redis import EmbeddedRedis
from adapters.settings import Settings


@contextmanager
def servers_running(settings: Settings) -> Iterator[None]:
    """Use the servers of a running Gurudesk; else start our own for as long as the block runs."""
    with ExitStack() as stack:
        if _needs_servers(settings) and not locked(settings.data_dir):
            stack.enter_context(data_dir_lock(settings.data_dir))
            if not settings.database_url:
                stack.enter_context(_running(EmbeddedPostgres(settings.data_dir)))
            if not settings.redis_url:
                stack.enter_context(_running(EmbeddedRedis(settings.data_dir)))
        yield


def _needs_servers(settings: Settings) -> bool:
    return not (settings.database_url and settings.redis_url)


@contextmanager
def _running(server: EmbeddedPostgres | EmbeddedRedis) -> Iterator[None]:
    try:
        server.start()
        yield
    finally:
        server.stop()
