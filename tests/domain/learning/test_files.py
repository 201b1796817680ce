"""What is in a file decides what it is; names are made safe; a zip is judged without unpacking it."""

import io
import struct
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest

from adapters.files.disk import DiskFileStore
from domain.learning.archives import BrokenArchive, open_archive
from domain.learning.bundles import Entry, free, safe_name, zip_pieces
from domain.learning.deadlines import read_deadline
from domain.learning.file_kinds import RefusedFile, look_at
from domain.learning.files import take_file
from tests.fixtures.assignments import PDF, PNG, PROGRAM, bomb, zipped

OFFICE = zipped(**{"[Content_Types]_dot_xml": b"<x/>", "word__document_dot_xml": b"<x/>"})
OPEN = b"PK\x03\x04"


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.PDF", PDF, "application/pdf"),
        ("a.png", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic", "image/heic"),
        ("a.txt", "Grüße".encode(), "text/plain; charset=utf-8"),
        ("a.txt", "Grüße".encode("cp1252"), "text/plain; charset=utf-8"),
        ("a.csv", "a,b".encode("utf-16"), "text/csv; charset=utf-8"),
        ("a.md", b"# A", "text/plain; charset=utf-8"),
        ("a.zip", zipped(a=b"a"), "application/zip"),
        ("a.docx", OFFICE, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_kinds_that_are_taken(file, name, content, media_type):
    assert look_at(file(content), name) == media_type


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", OFFICE),
        ("a.odt", OFFICE),
        ("a.pdf", OFFICE),
        ("a.txt", PROGRAM),
        ("a.png", b"\x7fELF"),
        ("a.jpg", b"GIF89a"),
        ("a", PDF),
        ("pdf", PDF),
    ],
)
def test_what_is_not_what_its_name_says_is_refused_by_name(file, name, content):
    with pytest.raises(RefusedFile, match=f"“{name}”"):
        look_at(file(content), name)


def test_a_bomb_is_seen_by_its_declared_sizes_whatever_becomes_of_its_contents(file):
    content = bytearray(bomb())
    content[40:200] = bytes(160)  # broken inside: unpacking it would fail
    with pytest.raises(BrokenArchive, match="unpack to more"), open_archive(file(bytes(content))):
        pass


@pytest.mark.parametrize("size", [3_000_000, 0xFFFFFFFF])
def test_a_directory_too_large_to_list_is_not_listed(file, size):
    content = bytearray(zipped(a=b"a"))
    struct.pack_into("<L", content, content.rindex(b"PK\x05\x06") + 12, size)
    with pytest.raises(BrokenArchive, match="too many files"), open_archive(file(bytes(content))):
        pass


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\a.pdf", "C__a.pdf"),
        ("CON.txt", "_CON.txt"),
        ("...", "_"),
        ("a\u202efdp.exe", "a_fdp.exe"),
        ("अभ्यास १.pdf", "अभ्यास १.pdf"),
        ("x" * 200 + ".pdf", "x" * 80 + ".pdf"),
    ],
)
def test_names_in_a_zip_are_names_on_every_system(name, safe):
    assert safe_name(name) == safe


def test_names_that_differ_in_case_alone_are_numbered():
    taken: set[str] = set()
    assert [free(name, taken) for name in ("a.pdf", "A.pdf", "a.pdf", "b", "B")] == [
        "a.pdf",
        "A (2).pdf",
        "a (3).pdf",
        "b",
        "B (2)",
    ]


async def test_a_large_file_is_zipped_in_small_pieces(file):
    path = file(bytes(4 * 1024 * 1024))
    entry = Entry("a.bin", datetime(2030, 1, 1, tzinfo=UTC), path.name)
    pieces = [piece async for piece in zip_pieces(DiskFileStore(path.parent), [entry])]
    assert max(len(piece) for piece in pieces) < 300 * 1024
    with ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert archive.getinfo("a.bin").file_size == 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2030-01-14T19:00", "Asia/Kolkata", "2030-01-14T13:30:00+00:00"),
        ("2030-10-27T02:30", "Europe/Berlin", "2030-10-27T01:30:00+00:00"),  # twice: the second
    ],
)
def test_deadlines_are_moments_of_the_batchs_clock(text, zone, utc):
    assert read_deadline(text, zone).isoformat() == utc


@pytest.mark.parametrize("text", ["", "soon", "2030-03-31T02:30", "9999-12-31T23:59", "2030-01-14T19:00+00:00"])
def test_what_is_no_moment_of_that_clock_is_said(text):
    with pytest.raises(ValueError, match=r"Please write|jumps"):
        read_deadline(text, "Europe/Berlin")


async def test_a_refused_file_is_not_kept(services, settings):
    async def chunks():
        yield PROGRAM

    with pytest.raises(RefusedFile):
        await take_file(services.files, "a.pdf", chunks(), "submissions")
    assert list((settings.data_dir / "files" / "submissions").iterdir()) == []
