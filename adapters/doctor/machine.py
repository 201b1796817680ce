"""The machine: Python, disk, Pango, and what stands in front of it."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from adapters.doctor.finding import Finding, right, wrong
from adapters.pango import missing_pango
from adapters.settings import Settings

LEAST_FREE = 1024**3


def examine_machine(settings: Settings) -> Iterator[Finding]:
    yield right("Python", f"Version {sys.version.split()[0]}.")
    yield _data_folder(settings.data_dir)
    yield _disk(settings.data_dir)
    yield _pango()
    yield from _proxies(settings)


def _data_folder(folder: Path) -> Finding:
    if _writable(_nearest(folder)):
        return right("Data folder", f"{folder} can be written to.")
    return wrong("Data folder", f"{folder} cannot be written to. Change that, or set GURUDESK_DATA_DIR.")


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(_nearest(folder)).free
    text = f"{free / 1024**3:.1f} GB are free where the data is."
    return right("Disk", text) if free >= LEAST_FREE else wrong("Disk", f"Only {text} Make room before it is full.")


def _nearest(folder: Path) -> Path:
    """Return the folder itself, or what exists of the way to it."""
    return next(step for step in (folder.absolute(), *folder.absolute().parents) if step.exists())


def _writable(folder: Path) -> bool:
    """Try it: permissions alone do not tell of a read-only disk."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _pango() -> Finding:
    missing = missing_pango()
    if not missing:
        return right("Pango", "Found: certificates and other documents can be printed.")
    command = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    return wrong("Pango", f"Missing ({', '.join(missing)}): nothing can be printed. On Debian: {command}")


def _proxies(settings: Settings) -> Iterator[Finding]:
    """We speak no HTTPS ourselves: an address that begins with it has a proxy in front."""
    if not settings.public_url.startswith("https://"):
        return
    if settings.trusted_proxies:
        yield right("Proxy", "Visitors are told apart by the address that the proxy in front of us passes on.")
    else:
        yield wrong(
            "Proxy",
            "GURUDESK_PUBLIC_URL is https, so a proxy stands in front, but GURUDESK_TRUSTED_PROXIES is 0: all visitors"
            " look like the proxy and share its limits. Set it to the number of proxies, mostly 1.",
        )
