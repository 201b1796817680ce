"""The web server around our apps."""

import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from adapters.errors import CannotStart
from adapters.serving import require_free_port
from tests.fixtures._ports import free_port

SERVE = """
from adapters.serving import serve
from adapters.settings import Settings
serve("tests.fixtures._streaming_app", Settings(_env_file=None), "127.0.0.1", {port}, "GURUDESK_PORT")
"""


def test_a_server_that_is_told_to_stop_ends_its_streams_and_closes_everything() -> None:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", SERVE.format(port=port)], stdout=subprocess.PIPE, text=True)
    wait_for(port)
    with httpx.stream("GET", f"http://127.0.0.1:{port}/", timeout=30) as answer:
        chunks = answer.iter_bytes()
        assert b"here" in next(chunks)
        server.send_signal(signal.SIGTERM)
        for _ in chunks:  # a stream that is cut off instead of ended raises here
            pass
    printed, _ = server.communicate(timeout=30)
    assert "everything was closed" in printed
    assert server.returncode == 0


def test_a_free_port_is_fine_and_a_busy_one_names_the_setting() -> None:
    require_free_port("127.0.0.1", free_port(), "GURUDESK_PORT")
    with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(CannotStart, match="set GURUDESK_PORT"):
        require_free_port("127.0.0.1", busy.getsockname()[1], "GURUDESK_PORT")


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the server did not start")
