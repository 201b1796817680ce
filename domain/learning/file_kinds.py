"""Which kinds of files are taken, told by what is in them: a name can say anything."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from domain.errors import DomainError
from domain.language import _
from domain.learning.archives import BrokenArchive, open_archive

HEAD = 4096
PIECE = 1 << 18
PROGRAMS = (
    b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe",
)  # fmt: skip
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
OPEN_TEXT = b"application/vnd.oasis.opendocument.text"
OFFICE = "application/vnd.openxmlformats-officedocument."


class RefusedFile(DomainError):
    """The file is not taken; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its name for people, its media type, and whether a file is one."""

    name: str
    media_type: str
    fits: Callable[[bytes, Path], bool]


def _begins(*beginnings: bytes) -> Callable[[bytes, Path], bool]:
    return lambda head, _path: head.startswith(beginnings)


def _office(folder: str) -> Callable[[bytes, Path], bool]:
    def fits(head: bytes, path: Path) -> bool:
        names = _members(head, path)
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return fits


def _open_text(head: bytes, path: Path) -> bool:
    # Its first member is its media type, not packed, so that it stands in the first bytes.
    return OPEN_TEXT in head[:200] and "content.xml" in _members(head, path)


def _archive(head: bytes, path: Path) -> bool:
    return bool(_members(head, path))


def _members(head: bytes, path: Path) -> set[str]:
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return set()
    archive: ZipFile
    with open_archive(path) as archive:
        return set(archive.namelist())


def _text(head: bytes, path: Path) -> bool:
    if head.startswith(UTF16):
        return True
    with path.open("rb") as stream:
        return not any(NO_TEXT.search(piece) for piece in iter(lambda: stream.read(PIECE), b""))


def _heic(head: bytes, _path: Path) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS


def _webp(head: bytes, _path: Path) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


PDF = Kind("PDF", "application/pdf", lambda head, _path: b"%PDF-" in head[:1024])
JPEG = Kind("JPEG", "image/jpeg", _begins(b"\xff\xd8\xff"))
# by ending
KINDS = {
    "pdf": PDF,
    "docx": Kind("Word", f"{OFFICE}wordprocessingml.document", _office("word/")),
    "xlsx": Kind("Excel", f"{OFFICE}spreadsheetml.sheet", _office("xl/")),
    "pptx": Kind("PowerPoint", f"{OFFICE}presentationml.presentation", _office("ppt/")),
    "odt": Kind("OpenDocument", OPEN_TEXT.decode(), _open_text),
    "txt": Kind("text", "text/plain; charset=utf-8", _text),
    "md": Kind("text", "text/plain; charset=utf-8", _text),
    "csv": Kind("CSV", "text/csv; charset=utf-8", _text),
    "png": Kind("PNG", "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": JPEG,
    "jpeg": JPEG,
    "webp": Kind("WebP", "image/webp", _webp),
    "heic": Kind("HEIC", "image/heic", _heic),
    "zip": Kind("zip", "application/zip", _archive),
}
ACCEPT = ",".join(f".{ending}" for ending in KINDS)


def look_at(path: Path, name: str) -> str:
    """Return the media type of a file that is called ``name``; raise RefusedFile when it is none that is taken. Blocks."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        raise RefusedFile(_("“{name}” is empty.", name=name))
    if head.startswith(PROGRAMS):
        raise RefusedFile(_("“{name}” is a program, whatever its name says. Programs are not taken.", name=name))
    kind = KINDS.get(name.rpartition(".")[2].lower()) if "." in name else None
    if kind is None:
        raise RefusedFile(
            _("“{name}” is of a kind that is not taken. Save it as PDF, or put it into a zip file.", name=name)
        )
    try:
        fits = kind.fits(head, path)
    except BrokenArchive as error:
        raise RefusedFile(f"“{name}”: {error}") from error
    if not fits:
        raise RefusedFile(_("“{name}” is not really a {kind} file.", name=name, kind=kind.name))
    return kind.media_type
