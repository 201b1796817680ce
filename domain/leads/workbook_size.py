"""How large a workbook becomes when it is unpacked, found out piece by piece without keeping any of it."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile, ZipInfo

from domain.leads.unreadable import BrokenWorkbook, TooManyRows, WorkbookTooLarge

MAX_UNPACKED = 400 * 1024 * 1024
# All texts of the workbook are kept in memory while it is read.
MAX_SHARED_TEXTS = 80 * 1024 * 1024
# A part that is no stream of rows or texts is read whole, and takes fifty times its size in memory.
MAX_PART = 4 * 1024 * 1024
# One row or text is kept until its end has come. 65,530 linked e-mail addresses stand behind the last row.
MAX_ITEM = 12 * 1024 * 1024
MAX_SHEET_ROWS = 1_048_576
_MAX_DIRECTORY = 1024 * 1024
_CHUNK = 1 << 18
_ITEM, _FORMULA = re.compile(rb"<(?:\w+:)?(?:row|si)[\s/>]"), re.compile(rb"<(?:\w+:)?f[\s/>]")
_KINDS = (".xml", ".rels")


class Parts(ZipFile):
    """A workbook's archive that gives out nothing but what `measure` has measured."""

    def open(self, name: Any, *args: Any, **options: Any) -> IO[bytes]:
        if not (name.filename if isinstance(name, ZipInfo) else name).endswith(_KINDS):
            raise BrokenWorkbook
        return super().open(name, *args, **options)

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        # No more comes out than is declared. What is read whole and not as a stream may lie anywhere in the archive.
        if self.getinfo(name).file_size > MAX_PART:
            raise WorkbookTooLarge
        return super().read(name, pwd)


def check_directory(path: Path) -> None:
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


def measure(archive: ZipFile) -> tuple[int, bool]:
    """Return the number of rows over all sheets and whether there are formulas; raise when anything is too large."""
    members = [member for member in archive.infolist() if member.filename.endswith(_KINDS)]
    if "[Content_Types].xml" not in archive.namelist() or not any(m.filename.startswith("xl/") for m in members):
        raise BrokenWorkbook
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise WorkbookTooLarge
    rows, has_formulas = 0, False
    for member in members:
        is_sheet = "/worksheets/" in member.filename
        items = 0
        for fresh, seen in _unpacked(archive, member, _limit(member.filename)):
            items += fresh
            has_formulas = has_formulas or (is_sheet and _FORMULA.search(seen) is not None)
        rows += items if is_sheet else 0
    return rows, has_formulas


def _limit(name: str) -> int:
    if "/worksheets/" in name:
        return MAX_UNPACKED
    return MAX_SHARED_TEXTS if name.endswith("sharedStrings.xml") else MAX_PART


def _unpacked(archive: ZipFile, member: ZipInfo, limit: int) -> Iterator[tuple[int, bytes]]:
    """Yield how many rows or texts begin in each piece, and the piece with the end of the one before."""
    tail, since, items = b"", 0, 0
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            # The declared size may lie: what really comes out is counted.
            limit -= len(chunk)
            seen = tail + chunk
            fresh = len(_ITEM.findall(seen)) - len(_ITEM.findall(tail))
            since = 0 if fresh else since + len(chunk)
            items += fresh
            _check(limit, since, seen)
            if "/worksheets/" in member.filename and items > MAX_SHEET_ROWS:
                raise TooManyRows
            yield fresh, seen
            tail = seen[-32:]


def _check(limit: int, since: int, seen: bytes) -> None:
    if limit < 0 or since > MAX_ITEM:
        raise WorkbookTooLarge
    # With null bytes it is no UTF-8, in which what must not be there could be found.
    if b"\0" in seen or b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
        raise BrokenWorkbook
