"""A lead file as an Excel workbook: checked before it is unpacked, and its rows as a stream of text."""

import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS

from domain.leads.shared_texts import SharedTexts, read_shared_texts
from domain.leads.unreadable import (
    MAX_CELL,
    BrokenWorkbook,
    CellTooLarge,
    EmptyFile,
    TooManyRows,
    UnreadableFile,
)
from domain.leads.workbook_size import MAX_SHEET_ROWS, Parts, check_directory, measure

_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}

# openpyxl warns of styles and dates it does not know; neither matters to a lead.
warnings.filterwarnings("ignore", module=r"openpyxl\.")


@dataclass(frozen=True, slots=True)
class WorkbookForm:
    """What a first pass over a workbook found. ``rows`` is at most this many, over all sheets."""

    rows: int
    has_formulas: bool


def recognise_workbook(path: Path) -> WorkbookForm:
    """Unpack the workbook once without keeping it; raise when it is damaged or would become too large."""
    try:
        check_directory(path)
        with ZipFile(path) as archive:
            return WorkbookForm(*measure(archive))
    except UnreadableFile:
        raise
    except Exception as error:  # Whatever a hostile archive makes the unpacker raise.
        raise BrokenWorkbook from error


def read_workbook(path: Path, form: WorkbookForm) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first visible sheet that has any, with their numbers in it."""
    try:
        yield from _rows(path, form)
    except UnreadableFile:
        raise
    except Exception as error:  # Whatever a damaged workbook makes openpyxl raise.
        raise BrokenWorkbook from error


def filled_sheets(path: Path) -> list[str]:
    """Return the names of the visible sheets that have any rows: of several, all but the first are not read."""
    try:
        with path.open("rb") as stream, closing(_open(stream, _SheetsReader)) as workbook:
            if sum(sheet.sheet_state == "visible" for sheet in workbook.worksheets) < 2:
                return []
        with path.open("rb") as stream, closing(_open(stream)) as workbook:
            return [sheet.title for sheet in _filled(workbook)]
    except UnreadableFile:
        raise
    except Exception as error:  # Whatever a damaged workbook makes openpyxl raise.
        raise BrokenWorkbook from error


def value_text(value: object) -> str:
    """Return a cell's value as a person would type it: no ``.0`` on whole numbers, ISO dates."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "" if value in _ERRORS else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _rows(path: Path, form: WorkbookForm) -> Iterator[tuple[int, list[str]]]:
    # As a stream: by its path openpyxl would refuse a file that is kept without its ending.
    with path.open("rb") as stream, closing(_open(stream)) as workbook:
        sheet = _first_filled_sheet(workbook)
        values = _values(workbook, sheet, data_only=True)
        if not form.has_formulas:
            yield from values
            return
        # A formula whose result was never stored is kept as its text.
        for (number, cached), (_same, typed) in zip(values, _values(workbook, sheet, data_only=False), strict=True):
            yield number, [c or t for c, t in zip_longest(cached, typed, fillvalue="")]


class _CompactReader(ExcelReader):  # type: ignore[misc]
    """openpyxl's reader with the shared texts kept small and nothing read that was not measured."""

    def __init__(self, stream: BinaryIO, **options: Any) -> None:
        super().__init__(stream, **options)
        self.archive = Parts(stream)

    def read_strings(self) -> None:
        named = self.package.find(SHARED_STRINGS)
        if named is not None:
            with self.archive.open(named.PartName[1:]) as source:
                self.shared_strings = SharedTexts(read_shared_texts(source))


class _SheetsReader(_CompactReader):
    """The same for who asks for the sheets alone: the texts of a large workbook take seconds."""

    def read_strings(self) -> None:
        self.shared_strings = SharedTexts([])


def _open(stream: BinaryIO, kind: type[_CompactReader] = _CompactReader) -> Any:
    reader = kind(stream, read_only=True, keep_links=False)
    reader.read()
    return reader.wb


def _first_filled_sheet(workbook: Any) -> Any:
    sheet = next(_filled(workbook), None)
    if sheet is None:
        raise EmptyFile
    return sheet


def _filled(workbook: Any) -> Iterator[Any]:
    for sheet in workbook.worksheets:
        rows = islice(_values(workbook, sheet, data_only=False), 1000)
        if sheet.sheet_state == "visible" and any(any(cells) for _, cells in rows):
            yield sheet


def _values(workbook: Any, sheet: Any, *, data_only: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that the sheet really has; the size it declares may be a million rows of nothing."""
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=data_only,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        last = 0
        for number, cells in parser.parse():
            if number > MAX_SHEET_ROWS:
                raise TooManyRows
            if number <= last:
                raise BrokenWorkbook  # An import that goes on from a row relies on rising numbers.
            last = number
            parser.row_dimensions.clear()  # Heights of rows would pile up in memory.
            yield number, _texts(number, cells)


def _texts(number: int, cells: list[dict[str, Any]]) -> list[str]:
    if not cells:
        return []
    row = [""] * max(cell["column"] for cell in cells)
    for cell in cells:
        row[cell["column"] - 1] = value_text(cell["value"])
    if sum(map(len, row)) > MAX_CELL and max(map(len, row)) > MAX_CELL:
        raise CellTooLarge(number)
    return row
