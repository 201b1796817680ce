"""Lead files as other programs write them."""

import csv
import os
from pathlib import Path

import pytest

from domain.leads.columns import suggest_mapping
from domain.leads.files import LeadFile, fingerprint, open_lead_file
from domain.leads.rows import CleanLead, RejectedRow, RowCleaner
from domain.leads.unreadable import FileChanged

META = (
    "id\tcreated_time\tad_name\tcampaign_name\tform_name\tis_organic\tplatform\tfull_name\temail\tphone_number\tcity\r\n"
    "l:1234567890123456\t2026-10-01T11:05:00+05:30\tReel 3\tPune webinar\tForm A\tfalse\tig\tआशा पाटील\tAsha@Example.com\t"
    "p:+919876543210\tPune\r\n"
    "l:1234567890123457\t2026-10-01T11:06:00+05:30\tReel 3\tPune webinar\tForm A\tfalse\tfb\tBen Kapoor\t\t"
    "p:+918765432109\tMumbai\r\n"
)
GOOGLE_FORM = (
    '"Timestamp","Email Address","What is your full name?","What is your WhatsApp number?","Which city do you live in?",'
    '"Why do you want to join?"\n'
    '"2026/10/01 11:05:00 AM GMT+5:30","asha@example.com","Asha Patil","98765 43210","Pune","I want to\nlearn, really"\n'
)
EXCEL_GERMAN = "Name;E-Mail;Mobile No.;City\r\nRenée Müller – Joshi;renee@example.com;9876543210;Köln\r\n"


def opened(tmp_path: Path, content: bytes, name: str = "leads.csv") -> LeadFile:
    path = tmp_path / "upload"
    path.write_bytes(content)
    return open_lead_file(path, name)


def cleaned(file: LeadFile) -> list[CleanLead | RejectedRow]:
    clean = RowCleaner(file.header, suggest_mapping(file.header, file.samples()))
    return [clean(cells) for _, cells in file.rows()]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_a_meta_lead_export_is_read_in_every_unicode_encoding(tmp_path: Path, encoding: str) -> None:
    asha, ben = cleaned(opened(tmp_path, META.encode(encoding), "leads.csv"))
    assert isinstance(asha, CleanLead)
    assert isinstance(ben, CleanLead)
    assert (asha.name, asha.email, asha.phone) == ("आशा पाटील", "asha@example.com", "+919876543210")
    assert (asha.source, asha.campaign, asha.city) == ("ig", "Pune webinar", "Pune")
    assert asha.created_at is not None
    assert asha.created_at.isoformat() == "2026-10-01T05:35:00+00:00"
    assert asha.attributes["ad_name"] == "Reel 3"
    assert (ben.email, ben.phone) == (None, "+918765432109")


def test_utf_16_with_the_big_end_first_and_a_mark_is_read(tmp_path: Path) -> None:
    assert len(cleaned(opened(tmp_path, b"\xfe\xff" + META.encode("utf-16-be")))) == 2


def test_a_google_form_export_is_read(tmp_path: Path) -> None:
    (asha,) = cleaned(opened(tmp_path, GOOGLE_FORM.encode()))
    assert isinstance(asha, CleanLead)
    assert (asha.name, asha.email, asha.city) == ("Asha Patil", "asha@example.com", "Pune")
    assert (asha.whatsapp, asha.phone) == ("+919876543210", "+919876543210")
    assert asha.attributes["Why do you want to join?"] == "I want to learn, really"


def test_an_excel_csv_with_semicolons_in_cp1252_is_read(tmp_path: Path) -> None:
    (renee,) = cleaned(opened(tmp_path, EXCEL_GERMAN.encode("cp1252")))
    assert isinstance(renee, CleanLead)
    assert (renee.name, renee.city) == ("Renée Müller – Joshi", "Köln")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["leads.csv", "leads.tsv", "LEADS.TXT"])
def test_every_delimiter_is_found_whatever_the_name(tmp_path: Path, delimiter: str, name: str) -> None:
    content = f'Name{delimiter}Email{delimiter}Notes\nAsha{delimiter}asha@example.com{delimiter}"a, b; c | d"\n'
    (asha,) = cleaned(opened(tmp_path, content.encode(), name))
    assert isinstance(asha, CleanLead)
    assert (asha.name, asha.email, asha.notes) == ("Asha", "asha@example.com", "a, b; c | d")


UGLY = {
    "a title line": ("Leads from the phone campaign,,\n\nName,Email,Phone\nAsha,asha@example.com,9876543210\n", 4),
    "a title without commas": ("Email leads of October\nName,Email,Phone\nAsha,asha@example.com,9876543210\n", 3),
    "a title that names a field": ("Our e-mail leads\nEmail,Wish\nasha@example.com,Yoga\n", 3),
    "two title lines": ("Academy\nExported 1 Oct 2026\nName,Email\nAsha,asha@example.com\n", 4),
    "Excel's separator line": ("sep=;\nName;Email\nAsha;asha@example.com\n", 3),
    "old Mac line ends": ("Name,Email\rAsha,asha@example.com\r", 2),
    "no line end at the end": ("Name,Email\nAsha,asha@example.com", 2),
    "blank rows all around": ("\n\n,,\nName,Email\n\n , \nAsha,asha@example.com\n,\n\xa0,\u200b\n\x1a", 7),
    "one column": ("Email\nasha@example.com\n", 2),
    "no header": ("Asha,asha@example.com,9876543210\n", 1),
    "an unknown header": ("Wer,Wohin\nAsha,asha@example.com\n", 2),
    "spaces in headers": (" E - Mail ,  NAME\nasha@example.com,Asha\n", 2),
    "quotes inside a cell": ('Name,Email\nAsha "Ash" Patil,asha@example.com\n', 2),
    "a quoted line break above": ('Name,Email,"Why\nyou"\n"Asha",asha@example.com,"a\n\nb"\n', 2),
    "fewer cells than columns": ("Email,Name,City,State\nasha@example.com\n", 2),
}


@pytest.mark.parametrize("case", UGLY)
def test_an_ugly_file_still_gives_its_one_lead_and_row_number(tmp_path: Path, case: str) -> None:
    content, row = UGLY[case]
    file = opened(tmp_path, content.encode())
    assert [number for number, _ in file.rows()] == [row]
    (lead,) = cleaned(file)
    assert isinstance(lead, CleanLead)
    assert lead.email == "asha@example.com"


def test_rows_can_be_read_on_from_where_an_import_stopped(tmp_path: Path) -> None:
    file = opened(tmp_path, b"Email\na@example.com\n\nb@example.com\nc@example.com\n")
    assert [number for number, _ in file.rows(after=2)] == [4, 5]


def test_rows_are_streamed_and_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([["Email", "Name"], *([f"a{i}@example.com", "Asha"] for i in range(5_000))])
    file = open_lead_file(path, path.name)
    assert file.estimated_rows == 5_000
    rows = file.rows()
    assert next(rows) == (2, ["a0@example.com", "Asha"])
    assert sum(1 for _ in rows) == 4_999


def test_a_file_that_changes_while_its_columns_are_mapped_is_refused(tmp_path: Path) -> None:
    file = opened(tmp_path, b"Email\na@example.com\n")
    file.path.write_bytes(b"Email\nb@example.com\nc@example.com\n")
    with pytest.raises(FileChanged, match="has changed"):
        list(file.rows())


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = opened(tmp_path, b"Email\na@example.com\nb@example.com\n")
    rows = file.rows()
    next(rows)
    os.utime(file.path, ns=(1, 1))
    with pytest.raises(FileChanged):
        list(rows)


def test_the_same_content_is_known_again_under_another_name(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text("Email\na@example.com\n")
    (tmp_path / "three.csv").write_text("Email\nb@example.com\n")
    first, second, third = (fingerprint(tmp_path / f"{name}.csv") for name in ("one", "two", "three"))
    assert first == second != third
