"""Starting the whole of Gurudesk, stopping it, and starting it again after all that may go wrong."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.embedded.processes import command_of
from tests.fixtures.launcher import Launch, Launcher, launches


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 30
    while any(command_of(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(command_of(pid) for pid in pids)


def running(launch: Launch) -> list[int]:
    """Return all processes of a launch: its components and the servers under them."""
    postgres = int((launch.data_dir / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
    redis = int((launch.data_dir / "redis" / "redis.pid").read_text())
    return [*json.loads((launch.data_dir / "children.json").read_text()).values(), postgres, redis]


@pytest.fixture(scope="module")
def started() -> Iterator[Launch]:
    """A running Gurudesk for the tests that leave it well."""
    with launches() as make:
        yield make().ready()


def test_a_start_says_what_runs_a_stop_leaves_nothing_and_the_next_start_keeps_all_data(launcher: Launcher) -> None:
    launch = launcher().ready()
    for expected in (f"http://127.0.0.1:{launch.port}", f"http://127.0.0.1:{launch.sandbox_port}", "create-admin"):
        assert expected in launch.printed
    for component in ("postgres", "redis", "sandbox", "worker", "web"):
        assert any(line.split()[:2] == [component, "ready"] for line in launch.lines), component
    assert (launch.health(), launch.health(launch.sandbox_port)) == (200, 200)
    doctor_finds_it_well(launch)
    launch.ask("INSERT INTO courses (slug, title, created_at, updated_at) VALUES ('kept', 'Kept', now(), now())")
    pids = running(launch)
    assert launch.stop() == 0
    assert gone(pids)
    doctor_finds_it_stopped(launch)

    launch.ready()
    assert launch.ask("SELECT title FROM courses") == "Kept"
    assert "up to date" in launch.printed
    pids = running(launch)
    assert launch.stop(signal.SIGTERM) == 0
    assert gone(pids)


def doctor_finds_it_well(launch: Launch) -> None:
    well = launch.run("doctor", "--json")
    assert [finding for finding in json.loads(well.stdout) if not finding["ok"]] == []
    assert well.returncode == 0


def doctor_finds_it_stopped(launch: Launch) -> None:
    stopped = launch.run("doctor")
    assert stopped.returncode == 1
    assert "WRONG  Gurudesk: Not running" in stopped.stdout
    assert "right  Row security" in stopped.stdout


def test_the_first_start_says_how_to_sign_in_to_the_demo_once_that_works(launcher: Launcher) -> None:
    launch = launcher(GURUDESK_DEMO="true").ready()
    launch.wait_for("owner@demo.gurudesk.test")
    assert launch.ask("SELECT count(*) FROM profiles WHERE password_hash IS NOT NULL") == 3
    assert launch.lines.index("  demo      loaded") < launch.lines.index("    owner@demo.gurudesk.test")
    assert "create-admin" not in launch.printed
    launch.stop()
    launch.ready()
    assert launch.lines.count("    owner@demo.gurudesk.test") == 1
    assert "  demo      loaded" not in launch.lines


def test_a_start_without_its_database_says_so_and_leaves_nothing_that_waits_for_it(launcher: Launcher) -> None:
    launch = launcher(GURUDESK_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    said = launch.refused()
    assert "The database does not answer" in said
    assert "Traceback" not in said
    mark = f"GURUDESK_DATA_DIR={launch.data_dir}".encode()
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and mark in environment_of(pid)]


def environment_of(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def test_two_copies_run_side_by_side(launcher: Launcher, started: Launch) -> None:
    other = launcher().ready()
    assert (started.health(), other.health()) == (200, 200)
    other.ask("CREATE TABLE only_here ()")
    assert started.ask("SELECT to_regclass('only_here')") is None
    other.stop()
    assert started.health() == 200


def test_a_second_copy_on_the_same_folder_is_refused_and_harms_nothing(launcher: Launcher, started: Launch) -> None:
    assert "already running" in launcher(GURUDESK_DATA_DIR=str(started.data_dir)).refused()
    assert started.health() == 200


@pytest.mark.parametrize("setting", ["GURUDESK_PORT", "GURUDESK_SANDBOX_PORT"])
def test_a_busy_port_is_told_by_number_and_setting(launcher: Launcher, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = launcher(**{setting: str(port)}).refused()
    assert f"Port {port} is used by another program" in said
    assert setting in said


def test_a_data_folder_that_cannot_be_written_is_told(launcher: Launcher, tmp_path: Path) -> None:
    blocked = tmp_path / "file-in-the-way"
    blocked.touch()
    said = launcher(GURUDESK_DATA_DIR=str(blocked / "data")).refused()
    assert "Cannot write to the data folder" in said
    assert "Traceback" not in said


def test_an_unknown_setting_stops_the_start_with_its_name(launcher: Launcher) -> None:
    assert "Unknown setting GURUDESK_PROT" in launcher(GURUDESK_PROT="1").refused()


def test_a_killed_run_leaves_no_process_and_the_next_start_works(started: Launch) -> None:
    started.ask("CREATE TABLE kept AS SELECT 42 AS answer")
    pids = running(started)
    started.kill()
    started.ready()
    assert "An earlier run was killed" in started.printed
    assert started.ask("SELECT answer FROM kept") == 42
    assert gone(pids)


@pytest.mark.parametrize("name", ["web", "worker", "sandbox"])
def test_a_component_that_dies_comes_back_and_it_is_said(started: Launch, name: str) -> None:
    before = started.child(name)
    os.kill(before, signal.SIGKILL)
    assert "was ended by SIGKILL; starting it again" in started.wait_for(f"{name:<9} was ended")
    started.wait_for(f"{name:<9} ready again")
    assert started.child(name) != before
    started.until(lambda: "yes" if started.health() == 200 else "", "healthy web")


def test_a_loaded_process_that_dies_takes_the_programs_along_and_all_come_back(started: Launch) -> None:
    loading = int(Path(f"/proc/{started.child('web')}/stat").read_text().rsplit(")", 1)[1].split()[1])
    programs = [started.child(name) for name in ("web", "worker", "sandbox")]
    os.kill(loading, signal.SIGKILL)
    assert gone(programs)
    started.until(
        lambda: "yes" if (started.health(), started.health(started.sandbox_port)) == (200, 200) else "",
        "healthy programs",
    )


def test_a_database_that_dies_comes_back_with_everything_on_top_of_it(started: Launch) -> None:
    postgres, redis = running(started)[-2:]
    os.kill(redis, signal.SIGKILL)
    started.wait_for("redis     ready again")
    os.kill(postgres, signal.SIGQUIT)
    started.wait_for("postgres  ready again")
    started.until(lambda: "yes" if started.health() == 200 else "", "healthy web")
