"""Addresses as logs may keep them: without the tokens of one-time links, and on one line."""

import logging
import re

# A segment of 22 characters and more that is no UUID and no word: a token of ours, or somebody's try at one.
_TOKEN = re.compile(r"(?<=/)(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:/|$))(?=[^/]*[0-9A-Z_])[\w-]{22,}(?=/|$)")

# The secret of a webhook's address is whatever its owner chose.
_SECRET = re.compile(r"(?<=^/webhooks/bolna/).+|(?<=^/webhooks/aisensy/).+|(?<=/inbound/)[^/]+")


def quiet_path(path: str) -> str:
    """Return the path with every token in it replaced by an ellipsis, and what would start a line of its own escaped."""
    quiet = _TOKEN.sub("…", _SECRET.sub("…", path))
    return quiet if quiet.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in quiet)


class QuietPaths(logging.Filter):
    """Takes the tokens out of the access log of the server."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and "path" in record.args:
            record.args = {**record.args, "path": quiet_path(str(record.args["path"]))}
        return True
