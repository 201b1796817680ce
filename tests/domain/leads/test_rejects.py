"""The rejects file can be opened in a spreadsheet without harm, mended, and imported again."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.leads.cells import guard_formula, unguard_formula
from domain.leads.columns import suggest_mapping
from domain.leads.files import open_lead_file
from domain.leads.rejects import RejectsFile
from domain.leads.rows import CleanLead, RowCleaner


def written(tmp_path: Path, header: list[str], rows: list[tuple[list[str], str]]) -> Path:
    path = tmp_path / "rejects.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rejects = RejectsFile(stream, header)
        for cells, reason in rows:
            rejects.write(cells, reason)
    return path


def test_the_original_columns_come_first_and_the_reason_last(tmp_path: Path) -> None:
    path = written(tmp_path, ["Name", "Email"], [(["Asha"], "No e-mail."), (["Ben", "b@", "more"], "Bad e-mail.")])
    assert list(csv.reader(path.open(encoding="utf-8-sig", newline=""))) == [
        ["Name", "Email", "Reason for rejection"],
        ["Asha", "", "No e-mail."],
        ["Ben", "b@", "Bad e-mail.", "more"],
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+919876543210", "-5", "@x", "\t=1", "\r=1", " =1", "＝1", "'=1", "-"])
def test_no_cell_begins_as_a_formula(tmp_path: Path, cell: str) -> None:
    path = written(tmp_path, [cell], [([cell], cell)])
    for row in csv.reader(path.open(encoding="utf-8-sig", newline="")):
        for value in row:
            assert value == "Reason for rejection" or value.startswith("'")


@given(st.one_of(st.text(max_size=12), st.text("'=+-@\t\r\n aA1＝", max_size=6)))
def test_guarding_can_be_undone_exactly(cell: str) -> None:
    guarded = guard_formula(cell)
    assert unguard_formula(guarded) == cell
    assert guarded[:1] not in {"\t", "\r"}
    assert guarded.strip()[:1] not in {"=", "+", "-", "@"}


def test_a_mended_rejects_file_is_imported_with_its_phones(tmp_path: Path) -> None:
    path = written(tmp_path, ["Full name", "Phone"], [(["=Asha", "+919876543210"], "Mended since.")])
    file = open_lead_file(path, path.name)
    mapping = suggest_mapping(file.header, file.samples())
    assert mapping == {0: "name", 1: "phone", 2: "-"}
    (lead,) = [RowCleaner(file.header, mapping)(cells) for _, cells in file.rows()]
    assert isinstance(lead, CleanLead)
    assert (lead.name, lead.phone, lead.attributes) == ("=Asha", "+919876543210", {})
