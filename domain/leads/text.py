"""A lead file as text: its encoding, its delimiter, and its records as a stream."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

from charset_normalizer import from_bytes

from domain.leads.headers import CONTACTS, field_of_header
from domain.leads.unreadable import MAX_CELL, BinaryFile, CellTooLarge, NotDecodable, NullByte, OpenQuotation

Record = tuple[int, list[str]]

DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 20
_MAX_LINE = 2_000_000
_MAX_RECORD = 1_000_000
_MAX_LINES_IN_RECORD = 500
_HEAD = 1 << 16
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")
_END = "end of file \u2063"
# Rarer single-byte encodings are guessed only after these two, and only where letters come out that people write.
_RARE_ENCODINGS = ["cp1250", "mac_roman"]

# The limit is one for the whole process; the csv module offers no other.
csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True, slots=True)
class TextForm:
    """How the text is written. ``lines`` counts line ends, so it is about the number of records."""

    encoding: str
    delimiter: str
    lines: int


def recognise_text(path: Path, *, prefer_tab: bool = False) -> TextForm:
    """Return how the file is written; raise when it is no text or cannot be decoded."""
    encoding = _encoding(path)
    lines = _scan(path, encoding)
    return TextForm(encoding, _delimiter(path, encoding, "\t" if prefer_tab else ","), lines)


def read_records(path: Path, form: TextForm) -> Iterator[Record]:
    """Yield each record with its number, counted from 1 as a spreadsheet counts rows; blank ones are ``[]``."""
    with path.open(encoding=form.encoding, newline="") as stream:
        lines = iter(partial(stream.readline, _MAX_LINE), "")
        # A record of our own at the end: it comes out whole unless a quotation is still open.
        reader = csv.reader(chain(lines, [_END]), delimiter=form.delimiter)
        number = line = 0
        record: list[str] = []
        try:
            for record in reader:
                number += 1
                if reader.line_num - line > _MAX_LINES_IN_RECORD:
                    raise OpenQuotation(number)
                line = reader.line_num
                if sum(map(len, record)) > _MAX_RECORD:
                    raise CellTooLarge(number)
                if record != [_END]:
                    yield number, record
        except csv.Error as error:
            raise CellTooLarge(number + 1) from error
        if record != [_END]:
            raise OpenQuotation(number)


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if (wide := _wide_encoding(head)) is not None:
        return wide
    return next((e for e in ("utf-8", "cp1252") if _decodes(path, e)), None) or _rare_encoding(path, head)


def _wide_encoding(head: bytes) -> str | None:
    """Tell UTF-16 without a mark by its null bytes, which stand in every second place of Latin text."""
    pairs = max(len(head) // 2, 1)
    even, odd = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if odd > 0.3 and even < 0.02:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.02 else None


def _decodes(path: Path, encoding: str) -> bool:
    try:
        for _text in _decoded(path, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return encoding != "cp1252" or not _mostly_utf8(path)


def _mostly_utf8(path: Path) -> bool:
    """Return whether this is UTF-8 with a flaw rather than another encoding, which would garble every letter."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    text = head.decode("utf-8", errors="replace")
    flaws = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) - flaws > 3 * max(flaws, 1)


def _rare_encoding(path: Path, head: bytes) -> str:
    guess = None if _mostly_utf8(path) else from_bytes(head, cp_isolation=_RARE_ENCODINGS).best()
    if guess is not None and guess.encoding in _RARE_ENCODINGS and _decodes(path, guess.encoding):
        return guess.encoding
    text = head.decode("latin-1")
    if b"\0" in head or len(_CONTROLS.findall(text)) > len(text) * 0.01:
        raise BinaryFile
    raise NotDecodable(_undecodable_line(path))


def _undecodable_line(path: Path) -> int:
    lines = 1
    with path.open("rb") as stream:
        for line in iter(partial(stream.readline, _CHUNK), b""):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                break
            lines += line.endswith(b"\n")
    return lines


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        for chunk in iter(partial(stream.read, _CHUNK), b""):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _scan(path: Path, encoding: str) -> int:
    """Return the number of line ends; raise for what no text has."""
    lines = 0
    try:
        for text in _decoded(path, encoding):
            if len(_CONTROLS.findall(text)) + text.count("\0") * 5 > max(len(text), 400) * 0.05:
                raise BinaryFile
            if "\0" in text:
                raise NullByte(lines + text[: text.index("\0")].count("\n") + 1)
            lines += text.count("\n") or text.count("\r")
    except UnicodeDecodeError as error:
        raise NotDecodable(lines + 1) from error
    return lines


def _delimiter(path: Path, encoding: str, first: str) -> str:
    with path.open(encoding=encoding, newline="") as stream:
        lines = [line for line in islice(iter(partial(stream.readline, 10_000), ""), 200) if line.strip()]
    if lines and (declared := re.fullmatch(r"sep=([,;\t|])\s*", lines[0])):
        return declared[1]
    return max(DELIMITERS, key=lambda delimiter: (*_fitness(lines, delimiter), delimiter == first))


def _fitness(lines: list[str], delimiter: str) -> tuple[int, float]:
    """Return how many fields the best header line would have, and how evenly the lines divide."""
    try:
        records = [record for record in csv.reader(lines, delimiter=delimiter) if any(record)]
    except csv.Error:
        return 0, 0.0
    if not records:
        return 0, 0.0
    fields = [{field_of_header(cell) for cell in record if len(cell) < 100} - {""} for record in records[:20]]
    best = max(fields, key=len)
    width, count = Counter(map(len, records)).most_common(1)[0]
    return len(best) + bool(best & CONTACTS), (width - 1) * count / len(records)
