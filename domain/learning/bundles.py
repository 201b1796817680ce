"""Everything handed in for an assignment as one zip, made piece by piece while it is being sent."""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from domain.audit import record
from domain.language import _
from domain.learning.assignments import find_assignment
from domain.learning.drafts import IS_OF_DRAFT
from domain.ports import FileStore
from domain.work import Work

LONGEST_NAME = 80
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.I)

SUBMISSIONS = f"""
select s.id, s.submitted_at, s.text, s.links, h.name,
  (select coalesce(json_agg(json_build_array(f.name, f.stored_name) order by f.place), '[]')
     from submission_files f where f.submission_id = s.id and not {IS_OF_DRAFT}) as files
from submissions s join people h on h.id = s.person_id
where s.assignment_id = %(id)s and s.submitted_at is not null order by lower(h.name), s.id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the zip: its name there, and our name for it in the store, or the text that it holds."""

    name: str
    at: datetime
    stored_name: str = ""
    text: str = ""


class Tray:
    """Takes what the zip writes until it is sent on."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


async def submissions_of(work: Work, assignment_id: UUID) -> tuple[str, Sequence[Entry]]:
    """Return a name for the zip and what goes in: a folder a student, with files, text and links. Raises NotFound."""
    found = await find_assignment(work, assignment_id)
    rows = await work.rows(SUBMISSIONS, id=assignment_id)
    entries: list[Entry] = []
    folders: set[str] = set()
    for row in rows:
        folder = free(safe_name(row.name), folders)
        entries += _entries_of(row, folder)
    await record(work, "submissions.downloaded", "assignment", assignment_id, found.facts.title, count=len(rows))
    return safe_name(found.facts.title), entries


def _entries_of(row: Any, folder: str) -> Iterator[Entry]:
    taken: set[str] = set()
    written = "\n\n".join(part for part in (row.text, "\n".join(row.links)) if part)
    if written:
        yield Entry(f"{folder}/{free('text.txt', taken)}", row.submitted_at, text=written)
    for name, stored_name in row.files:
        yield Entry(f"{folder}/{free(safe_name(name), taken)}", row.submitted_at, stored_name)


def safe_name(name: str) -> str:
    """Return a name that is one on every system, leads nowhere else and cannot be read backwards."""
    name = UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(" .") or "_"
    name = f"_{name}" if DEVICES.match(name) else name
    stem, dot, ending = name.rpartition(".")
    if len(name) <= LONGEST_NAME:
        return name
    return f"{stem[:LONGEST_NAME]}.{ending}" if dot and len(ending) <= 10 else name[:LONGEST_NAME]


def free(name: str, taken: set[str]) -> str:
    """Return ``name``, numbered if it is taken, whatever its case; it is taken then."""
    stem, dot, ending = name.rpartition(".")
    found, number = name, 1
    while found.lower() in taken:
        number += 1
        found = f"{stem} ({number}).{ending}" if dot else f"{name} ({number})"
    taken.add(found.lower())
    return found


async def zip_pieces(files: FileStore, entries: Sequence[Entry]) -> AsyncIterator[bytes]:
    """Yield the zip of the entries, holding no more than a piece of one in memory."""
    tray = Tray()
    with ZipFile(tray, "w") as archive:  # type: ignore[call-overload]  # needs no more of a file than that
        for entry in entries:
            async for piece in _packed(archive, tray, files, entry):
                yield piece
    yield tray.take()


async def _packed(archive: ZipFile, tray: Tray, files: FileStore, entry: Entry) -> AsyncIterator[bytes]:
    if not entry.stored_name:
        await asyncio.to_thread(archive.writestr, _info(entry.name, entry.at, ZIP_DEFLATED), entry.text)
        yield tray.take()
        return
    chunks = files.read(entry.stored_name)
    try:
        chunk = await anext(chunks, b"")
    except FileNotFoundError:
        name = f"{entry.name} is missing.txt"
        archive.writestr(_info(name, entry.at, ZIP_STORED), _("This file is gone from our store."))
        yield tray.take()
        return
    # Documents and pictures are packed already.
    with archive.open(_info(entry.name, entry.at, ZIP_STORED), "w") as packed:
        while chunk:
            await asyncio.to_thread(packed.write, chunk)
            yield tray.take()
            chunk = await anext(chunks, b"")


def _info(name: str, at: datetime, packing: int) -> ZipInfo:
    info = ZipInfo(name, at.timetuple()[:6])
    info.compress_type = packing
    return info
