"""Zip files as they come: what they would become is read from their directory, and nothing of them is unpacked."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from domain.errors import DomainError
from domain.language import _

MAX_UNPACKED = 500 * 1024 * 1024
MOST_MEMBERS = 10_000
# What packs better than this is made to burst; small files may, as empty pages do.
MOST_PACKED, SMALL = 200, 50 * 1024 * 1024
_MAX_DIRECTORY = 2 * 1024 * 1024
_LONGEST_END = 65_557  # the end record with the longest comment there can be


class BrokenArchive(DomainError):
    """The zip cannot be taken; the message says why."""


@contextmanager
def open_archive(path: Path) -> Iterator[ZipFile]:
    """Open a zip whose declared sizes are within bounds; raise BrokenArchive for any other."""
    _check_directory(path)
    try:
        with ZipFile(path) as archive:
            _check_sizes(archive, path.stat().st_size)
            yield archive
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise BrokenArchive(_("this zip file is broken. Pack it again.")) from error


def _check_directory(path: Path) -> None:
    """Refuse a directory so large that merely listing it would fill the memory."""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - _LONGEST_END, 0))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise BrokenArchive(_("this zip file is broken. Pack it again."))
    (size,) = struct.unpack_from("<L", tail, at + 12)
    # The other form of the end record, for archives of more than 4 GB, would be believed over this one.
    if size > _MAX_DIRECTORY or b"PK\x06\x07" in tail[:at]:
        raise BrokenArchive(_("this zip file holds too many files."))


def _check_sizes(archive: ZipFile, packed: int) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise BrokenArchive(_("this zip file holds too many files."))
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > packed * MOST_PACKED):
        limit = MAX_UNPACKED // 1024 // 1024
        raise BrokenArchive(_("it would unpack to more than it should: at most {limit} MB.", limit=limit))
