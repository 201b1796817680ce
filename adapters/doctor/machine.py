"""The machine: Python, disk, Pango."""

import ctypes.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from adapters.doctor.finding import Finding, right, wrong
from adapters.settings import Settings

LEAST_FREE = 1024**3
PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")


def examine_machine(settings: Settings) -> Iterator[Finding]:
    yield right("Python", f"Version {sys.version.split()[0]}.")
    yield _data_folder(settings.data_dir)
    yield _disk(settings.data_dir)
    yield _pango()


def _data_folder(folder: Path) -> Finding:
    there = next(step for step in (folder, *folder.absolute().parents) if step.exists())
    if os.access(there, os.W_OK | os.X_OK):
        return right("Data folder", f"{folder} can be written to.")
    return wrong("Data folder", f"{folder} cannot be written to. Change that, or set GURUDESK_DATA_DIR.")


def _disk(folder: Path) -> Finding:
    there = next(step for step in (folder, *folder.absolute().parents) if step.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / 1024**3:.1f} GB are free where the data is."
    return right("Disk", text) if free >= LEAST_FREE else wrong("Disk", f"Only {text} Make room before it is full.")


def missing_pango() -> list[str]:
    """Return the libraries that printing documents needs and this machine lacks."""
    return [name for name in PANGO if not ctypes.util.find_library(name)]


def _pango() -> Finding:
    missing = missing_pango()
    if not missing:
        return right("Pango", "Found: certificates and other documents can be printed.")
    command = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    return wrong("Pango", f"Missing ({', '.join(missing)}): nothing can be printed. On Debian: {command}")
