"""What the components print, kept in the data folder in files that do not grow without end."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

MAX_BYTES = 5 * 1024 * 1024
KEPT = 3
PLAIN = "gurudesk: "


@dataclass(slots=True)
class ComponentLog:
    """One component's log file, fed by a pipe. Full files become .1, .2, .3 and the oldest goes.

    ``last_line`` is the last one written since the last ``pipe()``, a plain line of a command of ours before any other.
    """

    path: Path
    last_line: str = field(default="", init=False)
    _size: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._size = self.path.stat().st_size if self.path.exists() else 0

    def pipe(self) -> int:
        """Return a descriptor to write to; the caller closes it once the child has it."""
        self.last_line = ""
        reader, writer = os.pipe()
        threading.Thread(target=self._pump, args=(reader,), name=self.path.stem, daemon=True).start()
        return writer

    def _pump(self, reader: int) -> None:
        while chunk := os.read(reader, 65536):
            self._remember(chunk)
            try:
                self._write(chunk)
            except OSError:  # a full disk must not stop what is being logged
                continue
        os.close(reader)

    def _remember(self, chunk: bytes) -> None:
        lines = [line for line in chunk.decode(errors="replace").splitlines() if line.strip()]
        ours = [line for line in lines if line.startswith(PLAIN)]
        if ours or (lines and not self.last_line.startswith(PLAIN)):
            self.last_line = (ours or lines)[-1].strip()[:300]

    def _write(self, chunk: bytes) -> None:
        if self._size + len(chunk) > MAX_BYTES:
            self._turn_over()
        with self.path.open("ab") as file:
            file.write(chunk)
        self._size += len(chunk)

    def _turn_over(self) -> None:
        for number in range(KEPT - 1, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            if older.exists():
                older.replace(self.path.with_name(f"{self.path.name}.{number + 1}"))
        if self.path.exists():
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        self._size = 0
