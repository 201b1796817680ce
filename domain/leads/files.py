"""An uploaded lead file: what kind it is, where its header stands, and its rows as a stream."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from domain.language import _
from domain.leads.cells import cell_text
from domain.leads.emails import fast_email
from domain.leads.headers import CONTACTS, field_of_header
from domain.leads.phones import fast_phone
from domain.leads.text import Record, TextForm, read_records, recognise_text
from domain.leads.unreadable import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    BinaryFile,
    ContentDiffers,
    EmptyFile,
    FileChanged,
    FileTooLarge,
    HeaderOnly,
    TooManyColumns,
    TooManyRows,
    UnknownExtension,
)
from domain.leads.xlsx import WorkbookForm, read_workbook, recognise_workbook

TEXT_EXTENSIONS = frozenset({".csv", ".tsv", ".txt", ".tab"})
SAMPLE_ROWS = 200
_HEADER_WITHIN = 30
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BINARY_STARTS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ\x90",
    b"BM\x00",
)
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\x1a \t\xa0"


@dataclass(frozen=True, slots=True)
class LeadFile:
    """A readable lead file. ``header_row`` is 0 when the file has none and columns are named by number.

    ``estimated_rows`` counts line ends or sheet rows, so it may be a little over; ``rows`` tells the truth.
    """

    path: Path
    name: str
    header: tuple[str, ...]
    header_row: int
    estimated_rows: int
    form: TextForm | WorkbookForm
    stamp: tuple[int, int]
    top: tuple[Record, ...] = field(repr=False)

    def rows(self, after: int = 0) -> Iterator[Record]:
        """Yield each row that is not blank with its number in the file, those up to ``after`` left out.

        Raises ``UnreadableFile`` when a limit is passed, a cell cannot be read, or the file has changed.
        """
        if _stamp(self.path) != self.stamp:
            raise FileChanged
        for count, (number, cells) in enumerate(self._data(), 1):
            if count > MAX_ROWS:
                raise TooManyRows
            if number > after:
                yield number, cells
        if _stamp(self.path) != self.stamp:
            raise FileChanged

    def samples(self) -> list[list[str]]:
        """Return the cells of the first rows, up to ``SAMPLE_ROWS``."""
        return [cells for number, cells in self.top if number > self.header_row]

    def _data(self) -> Iterator[Record]:
        return ((number, cells) for number, cells in _records(self.path, self.form) if number > self.header_row)


def open_lead_file(path: Path, name: str) -> LeadFile:
    """Recognise an uploaded file by its content and ``name``; raise ``UnreadableFile`` with the reason if it is none.

    Reads the bytes once, not the rows: limits that lie deeper in the file show while ``rows`` is read.
    """
    stamp = _stamp(path)
    if stamp[0] > MAX_BYTES:
        raise FileTooLarge
    form = _recognise(path, name)
    first = list(islice(_records(path, form), SAMPLE_ROWS))
    if not first:
        raise EmptyFile
    header_row, header = find_header(first)
    if header_row and first[-1][0] == header_row:
        raise HeaderOnly
    total = form.lines if isinstance(form, TextForm) else form.rows
    return LeadFile(path, name, header, header_row, max(total - header_row, 1), form, stamp, tuple(first))


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of the file in hexadecimal, by which the same file is known again."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def find_header(records: Sequence[Record]) -> tuple[int, tuple[str, ...]]:
    """Return the number and the names of the header row, titles above it passed over; 0 when there is none."""
    top = records[:_HEADER_WITHIN]
    width = max(len(cells) for _number, cells in records)
    number, best = max(top, key=lambda record: _known_fields(record[1], width))
    if not _known_fields(best, width):
        number, best = next((r for r in top if _could_be_header(r[1], width)), (0, []))
        if not number:
            return 0, tuple(f"Column {i + 1}" for i in range(width))
    names = [cell_text(cell, 200) or f"Column {i + 1}" for i, cell in enumerate(best)]
    return number, tuple(names)


def _recognise(path: Path, name: str) -> TextForm | WorkbookForm:
    extension = Path(name).suffix.lower()
    if extension not in TEXT_EXTENSIONS and extension != ".xlsx":
        raise UnknownExtension(name)
    with path.open("rb") as stream:
        start = stream.read(1024)
    if not start:
        raise EmptyFile
    content = _kind(start)
    if content == "xlsx" and extension == ".xlsx":
        return recognise_workbook(path)
    if content or extension == ".xlsx":
        raise ContentDiffers(name, _content_name(content))
    return recognise_text(path, prefer_tab=extension in {".tsv", ".tab"})


def _content_name(kind: str) -> str:
    names = {
        "xlsx": _("an Excel workbook or a ZIP archive"),
        "xls": _("an old or locked Excel workbook"),
        "html": _("a web page"),
    }
    return names.get(kind) or _("no Excel workbook")


def _kind(start: bytes) -> str:
    if start.startswith(_ZIP):
        return "xlsx"
    if start.startswith(_OLE):
        return "xls"
    if start.startswith(_BINARY_STARTS):
        raise BinaryFile
    return (
        "html"
        if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype html", b"<html", b"<table"))
        else ""
    )


def _records(path: Path, form: TextForm | WorkbookForm) -> Iterator[Record]:
    """Yield the records that are not blank; empty cells at their ends are cut off where they are too many."""
    source = read_records(path, form) if isinstance(form, TextForm) else read_workbook(path, form)
    for number, cells in source:
        if len(cells) > MAX_COLUMNS:
            cells = _trimmed(cells)
            if len(cells) > MAX_COLUMNS:
                raise TooManyColumns(number, len(cells))
        text = "".join(cells).strip()
        if text and (len(text) > 20 or text.strip(_INVISIBLE)):
            yield number, cells


def _trimmed(cells: list[str]) -> list[str]:
    length = len(cells)
    while length and not cells[length - 1].strip():
        length -= 1
    return cells[:length]


def _known_fields(cells: Sequence[str], width: int) -> int:
    """Return how many fields a header of these cells would have; 0 for a row that holds contacts itself."""
    if any(_is_contact(cell) for cell in cells):
        return 0
    fields = {field_of_header(cell) for cell in cells if len(cell) < 200} - {""}
    filled = sum(1 for cell in cells if cell.strip())
    # A lone sentence above the header may hold a word like “phone”.
    return 0 if filled == 1 < width else len(fields) + bool(fields & CONTACTS)


def _could_be_header(cells: Sequence[str], width: int) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    texts = all(any(c.isalpha() for c in cell) for cell in filled)
    return texts and len(filled) * 2 > width and not any(_is_contact(cell) for cell in cells)


def _is_contact(cell: str) -> bool:
    text = cell.strip()
    return fast_email(text) is not None or fast_phone(text) is not None


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
