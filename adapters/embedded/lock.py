"""One running Gurudesk a data folder: a lock that the system drops by itself when its holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.errors import CannotStart


@contextmanager
def data_dir_lock(data_dir: Path, patience: float = 2.0) -> Iterator[None]:
    """Hold the data folder for as long as the block runs; raise CannotStart when another holds it.

    ``patience`` is in seconds: a run that is just stopping gets that long to let go.
    """
    descriptor = _open(data_dir / "lock")
    try:
        _take(descriptor, data_dir, patience)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def locked(data_dir: Path) -> bool:
    """Say whether a running Gurudesk holds the data folder."""
    try:
        descriptor = os.open(data_dir / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStart(
            f"Cannot write to the data folder {path.parent}: {error.strerror}. "
            "Make it writable, or name another with GURUDESK_DATA_DIR."
        ) from error


def _take(descriptor: int, data_dir: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = os.pread(descriptor, 32, 0).decode().strip()
                raise CannotStart(
                    f"Gurudesk is already running on {data_dir} (process {holder or 'unknown'}). "
                    "Stop it first, or name another folder with GURUDESK_DATA_DIR."
                ) from None
            time.sleep(0.05)
