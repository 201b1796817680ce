"""The rejects file: the rows an import refused, as they were, each with its reason, ready to mend and import again."""

import csv
from collections.abc import Sequence
from typing import TextIO

from domain.leads.cells import guard_formula

REASON = "Reason for rejection"


class RejectsFile:
    """Write refused rows as CSV that a spreadsheet shows and never runs.

    ``stream`` must be opened with ``newline=""`` and the encoding ``utf-8-sig``, by which Excel knows it is UTF-8.
    """

    def __init__(self, stream: TextIO, header: Sequence[str]) -> None:
        self._width = len(header)
        self._writer = csv.writer(stream)
        self._write([*header, REASON])

    def write(self, cells: Sequence[str], reason: str) -> None:
        """Add one refused row; cells beyond the header follow the reason so that no column moves."""
        padded = [*cells[: self._width], *[""] * (self._width - len(cells))]
        self._write([*padded, reason, *cells[self._width :]])

    def _write(self, cells: Sequence[str]) -> None:
        self._writer.writerow([guard_formula(cell) for cell in cells])
