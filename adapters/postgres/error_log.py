"""Keeps unexpected errors in `error_logs`, beside the transaction that failed."""

import asyncio
import logging
import re
import traceback
from typing import Any
from uuid import UUID

from adapters.postgres.database import Database
from adapters.quiet_paths import quiet_path
from domain.work import SYSTEM

log = logging.getLogger(__name__)

INSERT = """
insert into error_logs (reference, component, kind, message, trace, method, path, person_id)
values (%(reference)s, %(component)s, %(kind)s, %(message)s, %(trace)s, %(method)s, %(path)s, %(person_id)s)
on conflict do nothing
"""
# Database errors quote the row at fault, and addresses can carry tokens: neither belongs in a log.
SECRETS = re.compile(r"(DETAIL:(?s:.*)|Failing row contains(?s:.*)|[A-Za-z0-9_-]{32,}|[\w.+-]+@[\w-]+\.[\w.]+)")


class ErrorLog:
    """Remembers errors without making the caller wait, and without ever failing on its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._tasks: set[asyncio.Task[None]] = set()

    def remember(
        self,
        *,
        reference: str,
        component: str,
        error: BaseException,
        method: str = "",
        path: str = "",
        person_id: UUID | None = None,
    ) -> None:
        entry = {
            "reference": reference,
            "component": component,
            "kind": type(error).__name__,
            "message": redacted(str(error))[:500],
            "trace": redacted("".join(traceback.format_tb(error.__traceback__, limit=-20)))[:8000],
            "method": method,
            "path": quiet_path(path)[:300],
            "person_id": person_id,
        }
        task = asyncio.create_task(self._write(entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, entry: dict[str, Any]) -> None:
        try:
            async with self.database.work(SYSTEM) as work:
                await work.run(INSERT, **entry)
        except Exception as error:
            log.error("error %s could not be kept: %s", entry["reference"], type(error).__name__)


def redacted_trace(error: BaseException) -> str:
    """Return the traceback for a log file, with what it says of people and secrets left out line by line."""
    told = traceback.TracebackException.from_exception(error, limit=-30)
    return "".join(redacted(part) for part in told.format())


class QuietTraces(logging.Formatter):
    """Formats the lines of a log file; tracebacks without what they say of people and secrets."""

    def formatException(self, ei: Any) -> str:
        return redacted_trace(ei[1]).rstrip() if ei[1] else ""


def redacted(text: str) -> str:
    return SECRETS.sub("…", text)
