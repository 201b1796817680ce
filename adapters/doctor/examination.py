"""The whole examination, from the machine to the providers."""

from collections.abc import Iterator

from adapters.doctor.database import examine_database
from adapters.doctor.files import examine_files
from adapters.doctor.finding import Finding, wrong
from adapters.doctor.machine import examine_machine
from adapters.doctor.providers import examine_providers, read_traffic
from adapters.doctor.queue import examine_queue
from adapters.embedded.lock import locked
from adapters.embedded.places import places
from adapters.embedded.running import servers_running
from adapters.settings import Settings


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a part that cannot be looked at is a finding, never an error."""
    return list(_examine(settings))


def _examine(settings: Settings) -> Iterator[Finding]:
    yield from examine_machine(settings)
    yield from examine_files(settings)
    if not settings.database_url and not (places(settings.data_dir).cluster / "PG_VERSION").exists():
        yield wrong("Database", "Not made yet. Start Gurudesk once with: make run")
    else:
        yield from _examine_running(settings)
        return
    yield from examine_providers(settings)


def _examine_running(settings: Settings) -> Iterator[Finding]:
    if not settings.database_url and not locked(settings.data_dir):
        yield wrong("Gurudesk", "Not running on this data folder. Start it with: make run")
    with servers_running(settings):
        yield from examine_database(settings)
        yield from examine_queue(settings)
        yield from examine_providers(settings, read_traffic(settings))
