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
from typing import Any
from zipfile import ZipFile, ZipInfo

from openpyxl import load_workbook

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
    with closing(_open(path, data_only=True)) as workbook:
        name = _first_filled_sheet(workbook)
        values = _values(workbook[name])
        if not form.has_formulas:
            yield from values
            return
        with closing(_open(path, data_only=False)) as formulas:
            # A formula whose result was never stored is kept as its text.
            for (number, cached), (_same, typed) in zip(values, _values(formulas[name]), strict=True):
                yield number, [c or t for c, t in zip_longest(cached, typed, fillvalue="")]


def _open(path: Path, *, data_only: bool) -> Any:
    return load_workbook(path, read_only=True, data_only=data_only, keep_links=False)


def _first_filled_sheet(workbook: Any) -> str:
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible" and any(any(row) for _, row in islice(_values(sheet), 1000)):
            return str(sheet.title)
    raise EmptyFile


def _values(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    # The declared dimensions may be a million rows of nothing.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MAX_SHEET_ROWS:
            raise TooManyRows
        cells = [value_text(value) for value in row]
        if sum(map(len, cells)) > MAX_CELL and max(map(len, cells)) > MAX_CELL:
            raise CellTooLarge(number)
        yield number, cells
