"""Excel workbooks, whole and hostile."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from domain.leads.columns import suggest_mapping
from domain.leads.files import open_lead_file
from domain.leads.rows import CleanLead, RowCleaner
from domain.leads.shared_texts import SharedTexts, read_shared_texts
from domain.leads.unreadable import (
    BrokenWorkbook,
    ContentDiffers,
    EmptyFile,
    HeaderOnly,
    TooManyColumns,
    UnreadableFile,
    WorkbookTooLarge,
)
from domain.leads.xlsx import filled_sheets


def saved(tmp_path: Path, *rows: list[object], title_sheet: bool = False) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    if title_sheet:
        hidden = workbook.create_sheet("Notes", 0)
        hidden.append(["hidden@example.com"])
        hidden.sheet_state = "hidden"
        workbook.create_sheet("Blank", 1)
    for row in rows:
        sheet.append(row)
    path = tmp_path / "leads.xlsx"
    workbook.save(path)
    return path


def rows_of(path: Path) -> list[tuple[int, list[str]]]:
    return list(open_lead_file(path, "leads.xlsx").rows())


def repacked(path: Path, changes: dict[str, bytes]) -> Path:
    """Write the workbook again with other content in some members."""
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, data in changes.items():
            new.writestr(name, data)
    return path


def test_numbers_and_dates_become_what_a_person_would_type(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        ["Email", "Phone", "Phone 2", "Fee", "Joined", "Seen", "At", "Agreed", "Nothing", "Broken"],
        ["a@b.in", 9876543210.0, 919876543210, 12.5, date(2026, 10, 1), datetime.fromisoformat("2026-10-01T09:05"),
         time(9, 5), True, None, "#N/A"],
    )  # fmt: skip
    ((number, cells),) = rows_of(path)
    assert number == 2
    assert cells == ["a@b.in", "9876543210", "919876543210", "12.5", "2026-10-01", "2026-10-01 09:05:00", "09:05:00",
                     "TRUE", "", ""]  # fmt: skip


def test_a_phone_stored_as_a_number_is_a_phone(tmp_path: Path) -> None:
    file = open_lead_file(saved(tmp_path, ["Name", "Mobile"], ["Asha", 9876543210.0]), "leads.xlsx")
    clean = RowCleaner(file.header, suggest_mapping(file.header, file.samples()))
    (lead,) = [clean(cells) for _, cells in file.rows()]
    assert isinstance(lead, CleanLead)
    assert lead.phone == "+919876543210"


def test_a_formula_without_a_stored_result_is_kept_as_its_text(tmp_path: Path) -> None:
    assert rows_of(saved(tmp_path, ["Email", "Name"], ["a@b.in", "=1+1"])) == [(2, ["a@b.in", "=1+1"])]


def test_a_formula_with_a_stored_result_gives_the_result(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email", "Name"], ["a@b.in", "=1+1"])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    changed = sheet.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>").replace(
        b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"
    )
    assert changed != sheet
    assert rows_of(repacked(path, {"xl/worksheets/sheet1.xml": changed})) == [(2, ["a@b.in", "2"])]


def test_titles_blank_rows_and_other_sheets_are_passed_over(tmp_path: Path) -> None:
    path = saved(
        tmp_path, ["October leads"], [], ["Name", "Email"], [], ["Asha", "a@b.in"], [None, " "], title_sheet=True
    )
    file = open_lead_file(path, "leads.xlsx")
    assert (file.header_row, file.header) == (3, ("Name", "Email"))
    assert list(file.rows()) == [(5, ["Asha", "a@b.in"])]


def test_further_sheets_with_rows_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"], title_sheet=True)
    assert filled_sheets(path) == ["Sheet"]
    workbook = load_workbook(path)
    for name in ("October", "Empty", "November"):
        workbook.create_sheet(name).append(["x@y.in"] if name != "Empty" else [])
    workbook.save(path)
    assert filled_sheets(path) == ["Sheet", "October", "November"]


def test_an_empty_workbook_and_one_with_a_header_only_say_so(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        open_lead_file(saved(tmp_path), "leads.xlsx")
    with pytest.raises(HeaderOnly):
        open_lead_file(saved(tmp_path, ["Name", "Email"]), "leads.xlsx")


def test_a_workbook_named_csv_and_a_csv_named_workbook_say_so(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    with pytest.raises(ContentDiffers, match="is an Excel workbook"):
        open_lead_file(path, "leads.csv")


def test_too_many_columns_in_a_workbook_say_so(tmp_path: Path) -> None:
    with pytest.raises(TooManyColumns, match="Row 1 has 300 columns"):
        open_lead_file(saved(tmp_path, [f"c{i}" for i in range(300)], ["a@b.in"]), "leads.xlsx")


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.999])
def test_half_a_workbook_is_damaged(tmp_path: Path, keep: float) -> None:
    path = saved(tmp_path, ["Email"], *([f"a{i}@b.in"] for i in range(200)))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(BrokenWorkbook, match="damaged"):
        rows_of(path)


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_workbook_with_nonsense_inside_is_damaged(tmp_path: Path, member: str) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    with pytest.raises(UnreadableFile):
        rows_of(repacked(path, {member: b"<nonsense"}))


def test_any_other_zip_archive_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("leads.csv", "Email\na@b.in\n")
    with pytest.raises(BrokenWorkbook):
        open_lead_file(path, "leads.xlsx")


def test_a_zip_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    repacked(path, {"xl/worksheets/sheet1.xml": b" " * (401 * 1024 * 1024)})
    assert path.stat().st_size < 1_000_000
    with pytest.raises(WorkbookTooLarge, match="too large when unpacked"):
        open_lead_file(path, "leads.xlsx")


def test_a_bomb_of_shared_texts_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    repacked(path, {"xl/sharedStrings.xml": b"<si><t>x</t></si>" * 5_000_000})
    with pytest.raises(WorkbookTooLarge):
        open_lead_file(path, "leads.xlsx")


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    size = 30_000_000
    repacked(path, {"xl/worksheets/sheet1.xml": b" " * size})
    content = path.read_bytes().replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        open_lead_file(path, "leads.xlsx")


def test_a_directory_of_endless_members_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(12_000):
            archive.writestr(f"xl/{number:050}.xml", "")
    with pytest.raises(WorkbookTooLarge):
        open_lead_file(path, "leads.xlsx")


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(BrokenWorkbook):
        rows_of(repacked(path, {"xl/sharedStrings.xml": laughs}))


@pytest.mark.parametrize("number", [b"2000000", b"99999999999999"])
def test_a_row_number_beyond_every_sheet_is_refused(tmp_path: Path, number: bytes) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    changed = sheet.replace(b'<row r="2"', b'<row r="' + number + b'"').replace(b'r="A2"', b'r="A' + number + b'"')
    with pytest.raises(UnreadableFile):
        rows_of(repacked(path, {"xl/worksheets/sheet1.xml": changed}))


def test_rows_that_go_backwards_are_damaged(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"], ["c@d.in"])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    with pytest.raises(BrokenWorkbook):
        rows_of(repacked(path, {"xl/worksheets/sheet1.xml": sheet.replace(b'<row r="3"', b'<row r="2"')}))


def test_shared_texts_are_read_without_their_formatting_and_reading_aids() -> None:
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    items = b"<si><t>Asha</t></si><si><r><t>Ben </t></r><r><t>Kapoor</t></r><rPh><t>x</t></rPh></si><si/>"
    source = io.BytesIO(b'<sst xmlns="' + namespace + b'">' + items + "<si><t>पुणे</t></si></sst>".encode())
    texts = SharedTexts(read_shared_texts(source))
    assert list(texts) == ["Asha", "Ben Kapoor", "", "पुणे"]


def test_declared_dimensions_are_not_believed(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    changed = sheet.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
    assert changed != sheet
    assert rows_of(repacked(path, {"xl/worksheets/sheet1.xml": changed})) == [(2, ["a@b.in"])]


ENDLESS = b"<a/>" * 3_500_000


@pytest.mark.parametrize(
    "member", ["xl/styles.xml", "docProps/core.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]
)
def test_a_part_that_would_fill_the_memory_is_refused(tmp_path: Path, member: str) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    with zipfile.ZipFile(path) as archive:
        head, end, rest = archive.read(member).rpartition(b"</")
    with pytest.raises(WorkbookTooLarge):
        open_lead_file(repacked(path, {member: head + ENDLESS + end + rest}), "leads.xlsx")


def test_parts_under_other_names_are_not_read(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        names = {name: archive.read(name) for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels")}
    moved = {name: content.replace(b"sheet1.xml", b"sheet1.bin") for name, content in names.items()}
    with pytest.raises(BrokenWorkbook):
        rows_of(repacked(path, {**moved, "xl/worksheets/sheet1.bin": sheet}))


def test_entities_in_another_encoding_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Email"], ["a@b.in"])
    laughs = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'.encode("utf-16")
    with pytest.raises(BrokenWorkbook):
        rows_of(repacked(path, {"docProps/core.xml": laughs}))


def test_every_lead_may_have_a_linked_e_mail_address(tmp_path: Path) -> None:
    workbook = Workbook()
    assert workbook.active is not None
    for number in range(1, 20_001):
        workbook.active.append([f"lead{number}@example.com"])
        workbook.active.cell(number, 1).hyperlink = f"mailto:lead{number}@example.com"
    workbook.save(tmp_path / "leads.xlsx")
    assert len(rows_of(tmp_path / "leads.xlsx")) == 20_000
