"""Holds programs back that were started early: they load while the database is made, and begin when it is there.

Loading takes a program longer than anything else at its start, and needs no database.
"""

import os
import sys

OPTION = "--when-told"


class Gate:
    """The supervisor's end: who is started with ``reader`` as its standard input waits for ``open``."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()
        self._ends: tuple[int, ...] = (self.reader, self._writer)
        self.waiting = 0
        self.is_open = False

    def open(self) -> None:
        """Let all begin that wait, and whoever is started from now on."""
        self.is_open = True
        os.write(self._writer, b"!" * self.waiting)  # a byte each
        self.close()

    def close(self) -> None:
        """Say that there is nothing to wait for any more: who still waits ends."""
        for end in self._ends:
            os.close(end)
        self._ends = ()


def wait_until_told() -> None:
    """The program's end: return when the gate opens, and end when that will not happen."""
    if not os.read(0, 1):
        sys.exit(0)
