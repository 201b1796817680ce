"""The database and Redis that come with the house."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from adapters.embedded.lock import data_dir_lock
from adapters.embedded.places import LONGEST_SOCKET, SOCKET_PATH_LIMIT, make_private, places
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.processes import command_of
from adapters.embedded.redis import EmbeddedRedis
from adapters.errors import CannotStart


@pytest.fixture
def data_dir(tmp_path_factory: pytest.TempPathFactory, services_dir: Path):
    folder = Path(tempfile.mkdtemp(prefix="data-", dir=services_dir))
    folder.chmod(0o711)
    return folder


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def test_data_is_still_there_after_a_stop_and_a_start(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    server.start()
    ask(server.url("gurudesk"), "CREATE TABLE kept AS SELECT 1 AS one")
    server.stop()
    server.start()
    assert ask(server.url("gurudesk"), "SELECT one FROM kept") == 1
    server.stop()


def test_a_server_left_by_a_killed_run_is_replaced(data_dir: Path) -> None:
    left, fresh = EmbeddedPostgres(data_dir), EmbeddedPostgres(data_dir)
    left.start()
    ask(left.url("gurudesk"), "CREATE TABLE kept AS SELECT 1 AS one")
    fresh.start()
    assert ask(fresh.url("gurudesk"), "SELECT one FROM kept") == 1
    assert left.process.wait(10) is not None
    fresh.stop()


def test_a_pid_file_that_names_another_program_is_passed_over(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    server.start()
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    pid_file = places(data_dir).cluster / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    server.start()
    assert ask(server.url(), "SELECT 1") == 1
    server.stop()


def test_two_data_folders_run_side_by_side(data_dir: Path, postgres: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(data_dir)
    second.start()
    assert ask(second.url(), "SHOW data_directory") != ask(postgres.url(), "SHOW data_directory")
    second.stop()


def test_no_server_listens_on_the_network(postgres: EmbeddedPostgres, redis_server: EmbeddedRedis) -> None:
    assert ask(postgres.url(), "SHOW listen_addresses") == ""
    with Redis(unix_socket_path=str(redis_server.places.redis_socket)) as client:
        assert client.config_get("port") == {"port": "0"}


def test_a_stale_redis_socket_is_replaced(data_dir: Path) -> None:
    server = EmbeddedRedis(data_dir)
    server.start()
    server.process.kill()
    server.process.wait()
    assert server.places.redis_socket.exists()
    server.start()
    server.stop()


def test_a_redis_left_by_a_killed_run_is_ended(data_dir: Path) -> None:
    left, fresh = EmbeddedRedis(data_dir), EmbeddedRedis(data_dir)
    left.start()
    fresh.start()
    assert left.process.wait(10) is not None
    fresh.stop()


def test_a_long_data_path_gets_its_sockets_elsewhere_and_says_so(data_dir: Path) -> None:
    deep = data_dir / ("long-name" * 12)
    where = places(deep)
    assert len(os.fsencode(where.postgres_sockets / LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT
    assert any("too long" in note for note in where.notes)
    server, redis = EmbeddedPostgres(deep), EmbeddedRedis(deep)
    server.start()
    redis.start()
    assert ask(server.url(), "SELECT 1") == 1
    server.stop()
    redis.stop()


@pytest.mark.parametrize("harm", ["open to all", "a link", "in a folder open to all"])
def test_sockets_do_not_lie_where_another_user_could_put_their_own(tmp_path_factory, harm: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="gurudesk-", dir=tempfile.gettempdir())) / "postgres"
    if harm == "a link":
        folder.symlink_to(tmp_path_factory.mktemp("elsewhere"))
    else:
        folder.mkdir()
        (folder if harm == "open to all" else folder.parent).chmod(0o777)
    try:
        with pytest.raises(CannotStart, match="belongs to somebody else"):
            make_private(folder)
    finally:
        shutil.rmtree(folder.parent)


def test_only_one_start_holds_a_data_folder(data_dir: Path) -> None:
    with data_dir_lock(data_dir), pytest.raises(CannotStart, match="already running"), data_dir_lock(data_dir, 0):
        pass
    with data_dir_lock(data_dir):
        pass


def test_a_child_dies_with_its_parent(data_dir: Path) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        server = EmbeddedRedis(data_dir)
        server.start()
        os.write(writer, str(server.process.pid).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    pid = int(os.read(reader, 32))
    wait_until_gone(pid)


def wait_until_gone(pid: int) -> None:
    import time

    deadline = time.monotonic() + 10
    while command_of(pid):
        assert time.monotonic() < deadline, f"process {pid} outlived its parent"
        time.sleep(0.02)
