"""`gurudesk import` as a process of its own, with Gurudesk running and stopped."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.launcher import Launch, Launcher

MESSY = """name,email,phone
Asha,asha@example.com,98765 43210
Ravi,,12
Nia,nia@example.com,9.19E+11
asha r,ASHA@example.com,
"""
KEYS = ["duplicates", "new", "rejected", "rejects", "rows", "updated", "warnings"]


@pytest.fixture
def gurudesk(launcher: Launcher, database_url: str, redis_address: str) -> Launch:
    return launcher(GURUDESK_DATABASE_URL=database_url, GURUDESK_REDIS_URL=redis_address)


def run(launch: Launch, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = launch.run("import", *arguments, "--json")
    assert done.returncode == code, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_it_says_the_same_of_a_file_whether_gurudesk_is_stopped_or_running(launcher: Launcher, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(MESSY)
    gurudesk = launcher()
    would = run(gurudesk, str(file), "--dry-run")
    assert sorted(would) == KEYS
    assert {key: would[key] for key in ("rows", "new", "updated", "duplicates", "rejected")} == {
        "rows": 4,
        "new": 2,
        "updated": 0,
        "duplicates": 1,
        "rejected": 1,
    }
    assert [reject["row"] for reject in would["rejects"]] == [3]
    assert [warning["row"] for warning in would["warnings"]] == [4]
    assert run(gurudesk, str(file)) == would
    gurudesk.ready()
    assert gurudesk.ask("select count(*) from imported_leads") == 2
    again = run(gurudesk, str(file))
    assert (again["new"], again["updated"]) == (0, 2)
    assert gurudesk.ask("select string_agg(state, ' ') from lead_imports") == "done done"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.csv", b"", "This file is empty."),
        ("no.csv", b"name,age\nA,3\n", "No column holds e-mail addresses or phone numbers"),
        ("leads.pdf", b"name,email\n", "is not a kind of file"),
        ("deep.csv", b"email\n" + b"a@example.com\n" * 5000 + b"x" * 200_000, "Row 5002 has a cell longer than"),
    ],
)
def test_a_refused_file_is_an_error_and_nothing_of_it_is_kept(
    gurudesk: Launch, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    for mode in ([], ["--dry-run"]):
        result = run(gurudesk, str(tmp_path / name), *mode, code=1)
        assert list(result) == ["error"]
        assert reason in result["error"]
    assert [path for path in (gurudesk.data_dir / "files").rglob("*") if path.is_file()] == []
    assert run(gurudesk, str(_good(tmp_path)))["new"] == 1


def _good(folder: Path) -> Path:
    path = folder / "good.csv"
    path.write_text("email\na@example.com\n")
    return path
