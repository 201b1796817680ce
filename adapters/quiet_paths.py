"""Addresses as logs may keep them: without the tokens of one-time links."""

import logging
import re

# A segment of 22 characters and more that is no UUID and no word: a token of ours, or somebody's try at one.
_TOKEN = re.compile(r"(?<=/)(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:/|$))(?=[^/]*[0-9A-Z_])[\w-]{22,}(?=/|$)")


def quiet_path(path: str) -> str:
    """Return the path with every token in it replaced by an ellipsis."""
    return _TOKEN.sub("…", path)


class QuietPaths(logging.Filter):
    """Takes the tokens out of the access log of the server."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and "path" in record.args:
            record.args = {**record.args, "path": quiet_path(str(record.args["path"]))}
        return True
