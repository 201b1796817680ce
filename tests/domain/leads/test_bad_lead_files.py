"""Files that cannot be imported: each says why in its own words."""

import random
import zlib
from pathlib import Path

import pytest

from domain.leads.columns import check_mapping, suggest_mapping
from domain.leads.files import open_lead_file
from domain.leads.unreadable import (
    MAX_BYTES,
    BinaryFile,
    CellTooLarge,
    ContentDiffers,
    EmptyFile,
    FileTooLarge,
    HeaderOnly,
    NotDecodable,
    NoUsableColumn,
    NullByte,
    OpenQuotation,
    TooManyColumns,
    TooManyRows,
    UnknownExtension,
    UnreadableFile,
    WrongExtension,
)

HEADER = b"Name,Email\n"
GOOD = HEADER + b"Asha,asha@example.com\n"
NOISE = random.Random(1).randbytes(3_000)

BAD: dict[str, tuple[bytes, str, type[UnreadableFile], str]] = {
    "empty": (b"", "a.csv", EmptyFile, "empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "a.csv", EmptyFile, "empty"),
    "only blank rows": (b"\n ,\n,,,\n", "a.csv", EmptyFile, "empty"),
    "empty workbook": (b"", "a.xlsx", EmptyFile, "empty"),
    "header only": (HEADER, "a.csv", HeaderOnly, "no leads below"),
    "header and blank rows": (HEADER + b",\n\n", "a.csv", HeaderOnly, "no leads below"),
    "pdf": (b"%PDF-1.7\n" + NOISE, "a.csv", BinaryFile, "not a text file"),
    "png": (b"\x89PNG\r\n\x1a\n" + NOISE, "a.csv", BinaryFile, "not a text file"),
    "noise": (NOISE, "a.csv", BinaryFile, "not a text file"),
    "packed noise": (zlib.compress(NOISE), "a.txt", BinaryFile, "not a text file"),
    "unknown extension": (GOOD, "leads.docx", UnknownExtension, "leads.docx is not a kind"),
    "no extension": (GOOD, "leads", UnknownExtension, "CSV, TSV, TXT or XLSX"),
    "old excel": (GOOD, "leads.xls", UnknownExtension, "CSV, TSV, TXT or XLSX"),
    "old excel named csv": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE, "a.csv", ContentDiffers, "old or locked"),
    "workbook named csv": (b"PK\x03\x04" + NOISE, "a.csv", ContentDiffers, "an Excel workbook"),
    "csv named workbook": (GOOD, "a.xlsx", ContentDiffers, "no Excel workbook"),
    "web page named csv": (b"<html><table><tr><td>a@example.com", "a.csv", ContentDiffers, "a web page"),
    "10,000 columns": (b",".join(b"c%d" % i for i in range(10_000)) + b"\n", "a.csv", TooManyColumns, "10,000 columns"),
    "10,000 cells in a row": (GOOD + b"x," * 9_999 + b"x\n", "a.csv", TooManyColumns, "Row 3 has 10,000 columns"),
    "5 MB cell": (GOOD + b"Ben," + b"x" * 5_000_000 + b"\n", "a.csv", CellTooLarge, "Row 3 has a cell"),
    "5 MB quoted cell": (GOOD + b'Ben,"' + b"x " * 2_500_000 + b'"\n', "a.csv", CellTooLarge, "Row 3 has a cell"),
    "null byte": (GOOD + b"Ben\0,ben@example.com\n", "a.csv", NullByte, "Line 3 contains a null byte"),
    "null byte in utf-16": ((GOOD + b"B\0").decode().encode("utf-16"), "a.csv", NullByte, "Line 3"),
    "open quotation": (
        GOOD + b'"Ben,ben@example.com\nChitra,c@example.com\n',
        "a.csv",
        OpenQuotation,
        "row 3 is not closed",
    ),
    "open quotation over many rows": (
        GOOD + b'"Ben,b@example.com\n' + b"C,c@example.com\n" * 900,
        "a.csv",
        OpenQuotation,
        "row 3",
    ),
    "quotation closed far below": (
        GOOD + b'"Ben,b@example.com\n' + b"C,c@example.com\n" * 900 + b'"D",d@example.com\n',
        "a.csv",
        OpenQuotation,
        "row 3",
    ),
    "flawed utf-8 of western letters": (
        GOOD + "Renée Müller, Zoë Søren, José\n".encode() + b"Andr\xe9,a@example.com\n",
        "a.csv",
        NotDecodable,
        "line 4",
    ),
    "flawed utf-8": (
        GOOD + "आशा,आशा पाटील पुणे महाराष्ट्र\n".encode() + b"\xe0\xa4\n",
        "a.csv",
        NotDecodable,
        "line 4",
    ),
    "half a utf-16 letter": (GOOD.decode().encode("utf-16") + b"x", "a.csv", NotDecodable, "cannot be read"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_says_what_is_wrong_with_it(tmp_path: Path, case: str) -> None:
    content, name, error, message = BAD[case]
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(error, match=message):
        list(open_lead_file(path, name).rows())


def test_every_bad_file_has_a_message_of_its_own(tmp_path: Path) -> None:
    messages: dict[type[UnreadableFile], set[str]] = {}
    for number, (content, name, error, _) in enumerate(BAD.values()):
        path = tmp_path / str(number)
        path.write_bytes(content)
        with pytest.raises(UnreadableFile) as raised:
            list(open_lead_file(path, name).rows())
        messages.setdefault(error, set()).add(str(raised.value))
    first_of_each = [min(found) for found in messages.values()]
    assert len(set(first_of_each)) == len(messages)
    assert issubclass(UnknownExtension, WrongExtension)
    assert issubclass(ContentDiffers, WrongExtension)


def test_a_file_of_more_than_50_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(FileTooLarge, match="larger than 50 MB"):
        open_lead_file(path, "a.csv")


def test_more_than_half_a_million_rows_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"Email\n" + b"a@b.in\n" * 500_001)
    file = open_lead_file(path, "a.csv")
    with pytest.raises(TooManyRows, match="more than 500,000 rows"):
        for _ in file.rows():
            pass


def test_half_a_million_rows_and_blank_ones_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"Email\n" + b"a@b.in\n\n" * 500_000)
    assert sum(1 for _ in open_lead_file(path, "a.csv").rows()) == 500_000


def test_empty_columns_to_the_right_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"Email" + b"," * 16_383 + b"\na@example.com" + b"," * 16_383 + b"\n")
    file = open_lead_file(path, "a.csv")
    assert file.header == ("Email",)
    assert list(file.rows()) == [(2, ["a@example.com"])]


def test_a_file_without_any_contacts_has_no_usable_column(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"Cat,Age\nTom,3\nMia,4\n")
    file = open_lead_file(path, "cats.csv")
    with pytest.raises(NoUsableColumn, match="No column holds e-mail addresses or phone numbers"):
        check_mapping(suggest_mapping(file.header, file.samples()))
