"""The command `gurudesk`, used without a running Gurudesk."""

import json
from pathlib import Path

import pytest

from tests.fixtures.launcher import Launch, Launcher


@pytest.fixture
def gurudesk(launcher: Launcher, database_url: str, redis_address: str) -> Launch:
    return launcher(GURUDESK_DATABASE_URL=database_url, GURUDESK_REDIS_URL=redis_address)


def test_a_command_brings_the_servers_it_needs_and_takes_them_away_again(launcher: Launcher) -> None:
    gurudesk = launcher()
    assert "The database is at the newest version." in gurudesk.run_afresh("migrate").stdout
    assert "Business time is" in gurudesk.run_afresh("clock").stdout
    assert not (gurudesk.data_dir / "postgres" / "cluster" / "postmaster.pid").exists()


def test_import_says_what_it_would_do_then_does_it(gurudesk: Launch, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("name,email,phone\nAsha,asha@example.com,98765 43210\nRavi,,\nNia,nia@example.com,9.19E+11\n")
    planned = json.loads(gurudesk.run("import", str(file), "--dry-run", "--json").stdout)
    assert (planned["rows"], planned["new"], planned["rejected"]) == (3, 2, 1)
    assert planned["rejects"][0]["row"] == 3
    done = gurudesk.run("import", str(file))
    assert "3 rows: 2 new, 0 updated" in done.stdout
    assert "row 3 rejected" in done.stdout
    assert "row 4 kept, but" in done.stdout
    again = json.loads(gurudesk.run("import", str(file), "--json").stdout)
    assert again["new"] == 0


@pytest.mark.parametrize(
    "real",
    [
        {"GURUDESK_ENV": "production", "GURUDESK_SECRET_KEY": "k" * 32},
        {"USE_REAL_EXTERNAL_APIS": "true"},
    ],
)
def test_the_sandbox_does_not_start_in_production_nor_while_every_provider_is_live(
    launcher: Launcher, real: dict[str, str]
) -> None:
    refused = launcher(**real).run("sandbox")
    assert refused.returncode == 1
    assert "The sandbox is for trying out" in refused.stderr


def test_a_refused_file_fails_the_command_and_says_why(gurudesk: Launch, tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.touch()
    refused = gurudesk.run("import", str(file), "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]
    missing = gurudesk.run("import", str(tmp_path / "nowhere.csv"))
    assert missing.returncode == 1
    assert "nowhere.csv" in missing.stdout


def test_the_demo_comes_and_goes_by_command(gurudesk: Launch) -> None:
    assert gurudesk.run("demo").stdout.strip() == "The demo data is loaded."
    assert gurudesk.run("demo").stdout.strip() == "The demo data is there already."
    assert gurudesk.run("demo", "--remove").stdout.strip() == "The demo data is removed."
    assert gurudesk.run("demo", "--remove").stdout.strip() == "There is no demo data."


def test_the_owner_is_made_by_command_and_given_a_new_password(gurudesk: Launch) -> None:
    first = gurudesk.run("create-admin", "owner@example.com", "--name", "Uma", "--password", "seven blue mangoes")
    assert first.stdout.strip() == "owner@example.com can sign in now."
    again = gurudesk.run("create-admin", "Owner@Example.com", "--password", "eight green mangoes")
    assert again.stdout.strip() == "Owner@Example.com has a new password."


def test_a_poor_password_is_refused_in_one_line(gurudesk: Launch) -> None:
    refused = gurudesk.run("create-admin", "owner@example.com", "--password", "short")
    assert refused.returncode == 1
    assert refused.stderr.strip().startswith("gurudesk: At least")
    assert "Traceback" not in refused.stderr


def test_an_error_nobody_foresaw_is_one_line_and_its_details_are_kept(gurudesk: Launch) -> None:
    refused = gurudesk.run("migrate", "no-such-revision")
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "Traceback" in (gurudesk.data_dir / "logs" / "errors.log").read_text()


def test_the_database_moves_down_and_up_by_command(gurudesk: Launch) -> None:
    assert gurudesk.run("migrate", "base").returncode == 0
    assert "WRONG  Migrations" in gurudesk.run("doctor").stdout
    assert gurudesk.run("migrate").returncode == 0
    assert "right  Migrations" in gurudesk.run("doctor").stdout


def test_the_clock_is_moved_by_its_command_which_says_where_it_came_to(launcher: Launcher) -> None:
    gurudesk = launcher()
    assert "The database is at the newest version." in gurudesk.run("migrate").stdout
    moved = gurudesk.run("clock", "advance", "3d")
    assert "3 days, 0:00:00 ahead of the machine" in moved.stdout
    assert "Nothing is waiting" in gurudesk.run("clock", "advance", "next").stderr
    live = {"GURUDESK_ZOOM_MODE": "live", "ZOOM_ACCOUNT_ID": "a", "ZOOM_CLIENT_ID": "b", "ZOOM_CLIENT_SECRET": "c"}
    gurudesk.environment |= live | {"ZOOM_WEBHOOK_SECRET_TOKEN": "d"}
    refused = gurudesk.run("clock", "advance", "1d")
    assert refused.returncode == 1
    assert "every provider is in sandbox mode, and Zoom is live" in refused.stderr
