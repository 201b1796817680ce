"""Remembers our child processes on disk, so that the next start can end what a killed run left."""

import json
import signal
from collections.abc import Mapping
from pathlib import Path

from adapters.embedded.processes import command_of, end_leftover
from adapters.up.forking import LOADING

SECONDS = 8.0


def remember(data_dir: Path, children: Mapping[str, int]) -> None:
    """Write down the running children by name."""
    _file(data_dir).write_text(json.dumps(dict(children)))


def forget(data_dir: Path) -> None:
    """Say that the run ended cleanly."""
    _file(data_dir).unlink(missing_ok=True)


def clear(data_dir: Path) -> bool:
    """End the children of a killed run; return whether there was one."""
    try:
        children: dict[str, int] = json.loads(_file(data_dir).read_text())
    except (OSError, ValueError):
        return False
    for pid in children.values():
        if LOADING in command_of(pid):  # forked off, it has kept the command line of what loaded it
            end_leftover(pid, signal.SIGTERM, SECONDS)
    forget(data_dir)
    return True


def _file(data_dir: Path) -> Path:
    return data_dir / "children.json"
