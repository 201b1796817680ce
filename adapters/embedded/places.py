"""Where the embedded servers keep their files and sockets, worked out from the data folder alone."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from adapters.errors import CannotStart

# The kernel takes at most 107 bytes of socket path; Postgres' own name is the longest we put in a folder.
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of the embedded servers. ``notes`` say in plain words what had to lie elsewhere, and why."""

    cluster: Path
    postgres_sockets: Path
    redis_folder: Path
    redis_socket: Path
    notes: tuple[str, ...] = ()


def places(data_dir: Path) -> Places:
    """Return where things lie. Asking twice, or from another process, gives the same answer."""
    data_dir = data_dir.absolute()
    notes: list[str] = []
    base = _base(data_dir, notes)
    sockets = _short(base / "postgres", base, notes)
    redis = _short(data_dir / "redis", data_dir, [])
    return Places(base / "postgres" / "cluster", sockets, data_dir / "redis", redis / "redis.sock", tuple(notes))


def _base(data_dir: Path, notes: list[str]) -> Path:
    """Postgres refuses to run as root; its own user must be able to walk down to the files."""
    if os.geteuid() != 0 or walkable(data_dir.parent):
        return data_dir
    elsewhere = Path("/var/lib/gurudesk") / _mark(data_dir)
    notes.append(f"Postgres keeps its files in {elsewhere}: its user cannot look into {data_dir.parent}.")
    return elsewhere


def _short(folder: Path, base: Path, notes: list[str]) -> Path:
    if len(os.fsencode(folder / LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT:
        return folder
    elsewhere = Path(tempfile.gettempdir()) / f"gurudesk-{_mark(base)}" / folder.name
    notes.append(f"Sockets are in {elsewhere.parent}: the path of {base} is too long for them.")
    return elsewhere


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def walkable(folder: Path) -> bool:
    """Say whether any user of this machine may pass through ``folder`` and all above it."""
    for step in (folder, *folder.parents):
        try:
            if not step.stat().st_mode & stat.S_IXOTH:
                return False
        except FileNotFoundError:
            continue
    return True


def make_private(folder: Path, owner: int | None = None) -> None:
    """Make ``folder`` for us alone, refusing one that somebody else has put there, or could put another in its place.

    ``owner`` is the system user it may belong to beside us.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_foreign(folder, owner) or (_in_temporary(folder) and _is_foreign(folder.parent, owner)):
            raise CannotStart(f"{folder} belongs to somebody else. Remove it, or set GURUDESK_DATA_DIR.")
        folder.chmod(0o700)  # whatever it was, and whatever the umask is
    except OSError as error:
        raise CannotStart(f"Cannot write to {folder}: {error.strerror}.") from error


def _in_temporary(folder: Path) -> bool:
    return folder.parent.parent == Path(tempfile.gettempdir())


def _is_foreign(folder: Path, owner: int | None) -> bool:
    """Say whether another user of this machine has made the folder, or may change what is in it."""
    found = folder.lstat()
    return stat.S_ISLNK(found.st_mode) or found.st_uid not in (os.geteuid(), owner) or bool(found.st_mode & 0o002)
