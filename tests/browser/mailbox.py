"""What the sandbox's mailbox holds for somebody."""

import json
import time
import urllib.parse
import urllib.request
from typing import Any

from tests.fixtures.launcher import Launch

PATIENCE = 60.0


def mail_to(launch: Launch, address: str, subject: str) -> dict[str, Any]:
    """Return the newest e-mail to an address whose subject holds ``subject``; wait until it is there."""
    deadline = time.monotonic() + PATIENCE
    while not (found := [one for one in _messages(launch, address) if subject in one["subject"]]):
        assert time.monotonic() < deadline, f"no e-mail {subject!r} to {address}"
        time.sleep(0.2)
    return found[0]


def _messages(launch: Launch, address: str) -> list[dict[str, Any]]:
    query = urllib.parse.urlencode({"to": address})
    with urllib.request.urlopen(f"http://127.0.0.1:{launch.sandbox_port}/mailbox.json?{query}", timeout=10) as answer:
        messages: list[dict[str, Any]] = json.load(answer)
    return messages
