"""A lead file as an Excel workbook: checked before it is unpacked, and its rows as a stream of text."""

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile, ZipInfo

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
    WorkbookTooLarge,
)

MAX_UNPACKED = 400 * 1024 * 1024
# All texts of the workbook are kept in memory while it is read.
MAX_SHARED_TEXTS = 80 * 1024 * 1024
MAX_SHEET_ROWS = 1_048_576
_MAX_DIRECTORY = 1024 * 1024
_CHUNK = 1 << 18
_ROW, _FORMULA = re.compile(rb"<(?:\w+:)?row[ >]"), re.compile(rb"<(?:\w+:)?f[ >/]")
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
        _check_directory(path)
        with ZipFile(path) as archive:
            return _measure(archive)
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


def _check_directory(path: Path) -> None:
    """Refuse a zip directory so large that merely listing it would fill the memory."""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - 65_557, 0))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise BrokenWorkbook
    (size,) = struct.unpack_from("<L", tail, at + 12)
    if size > _MAX_DIRECTORY or b"PK\x06\x07" in tail[:at]:
        raise WorkbookTooLarge


def _measure(archive: ZipFile) -> WorkbookForm:
    members = [member for member in archive.infolist() if member.filename.endswith((".xml", ".rels"))]
    if "[Content_Types].xml" not in archive.namelist() or not any(m.filename.startswith("xl/") for m in members):
        raise BrokenWorkbook
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise WorkbookTooLarge
    left, rows, has_formulas = MAX_UNPACKED, 0, False
    for member in members:
        limit = MAX_SHARED_TEXTS if member.filename.endswith("sharedStrings.xml") else MAX_UNPACKED
        for fresh, seen in _unpacked(archive, member, min(limit, left)):
            left -= fresh
            if "/worksheets/" in member.filename:
                rows += len(_ROW.findall(seen))
                has_formulas = has_formulas or _FORMULA.search(seen) is not None
    return WorkbookForm(rows, has_formulas)


def _unpacked(archive: ZipFile, member: ZipInfo, limit: int) -> Iterator[tuple[int, bytes]]:
    """Yield the size of each piece, and the piece with so much of the one before that no tag is cut in two."""
    tail = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            # The declared size may lie: what really comes out is counted.
            limit -= len(chunk)
            if limit < 0:
                raise WorkbookTooLarge
            seen = tail + chunk
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise BrokenWorkbook
            yield len(chunk), seen
            tail = seen[-2:]


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
    """openpyxl's reader with the shared texts kept small."""

    def read_strings(self) -> None:
        named = self.package.find(SHARED_STRINGS)
        if named is not None:
            with self.archive.open(named.PartName[1:]) as source:
                self.shared_strings = SharedTexts(read_shared_texts(source))


def _open(stream: BinaryIO) -> Any:
    reader = _CompactReader(stream, read_only=True, keep_links=False)
    reader.read()
    return reader.wb


def _first_filled_sheet(workbook: Any) -> Any:
    for sheet in workbook.worksheets:
        rows = islice(_values(workbook, sheet, data_only=False), 1000)
        if sheet.sheet_state == "visible" and any(any(cells) for _, cells in rows):
            return sheet
    raise EmptyFile


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
