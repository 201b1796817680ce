"""What measurements stand on: a Postgres and a Redis of their own, durable as in earnest, with all migrations applied."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from adapters.embedded.running import servers_running
from adapters.postgres.migrate import migrate
from adapters.settings import Settings


class Row(TypedDict):
    """One line of the table. ``ratio`` is value to baseline, so that more is better for rates and less for times."""

    name: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None


def row(name: str, value: float, unit: str, baseline: float | None = None) -> Row:
    """Return one line, its ratio worked out."""
    ratio = round(value / baseline, 3) if baseline else None
    return Row(
        name=name, value=round(value, 3), unit=unit, baseline=round(baseline, 3) if baseline else None, ratio=ratio
    )


@contextmanager
def ground(**changes: object) -> Iterator[Settings]:
    """Settings of a fresh Gurudesk whose servers run until the block is left; ``changes`` are fields of Settings."""
    folder = Path(tempfile.mkdtemp(prefix="gd-bench-", dir="/tmp"))
    folder.chmod(0o711)
    values: dict[str, object] = {"data_dir": folder, "sandbox_delays": False, "demo": False} | changes
    settings = Settings(_env_file=None, **values)  # type: ignore[call-arg, arg-type]
    try:
        with servers_running(settings):
            migrate(settings)
            yield settings
    finally:
        shutil.rmtree(folder, ignore_errors=True)
