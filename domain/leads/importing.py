"""Running an import: read the file in chunks, store each with how far it has come in one transaction, and go on from there.

The dry run walks the same way and stores only what it would refuse. Reading happens in a thread and one chunk ahead, so that
it costs little beyond the storing. A killed worker leaves whole chunks; the next one reads past them and goes on.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from domain.errors import DomainError
from domain.language import _
from domain.leads.duplicates import SeenContacts
from domain.leads.files import LeadFile
from domain.leads.imports import LeadImport, reopen
from domain.leads.rows import MAX_TAGS, RejectedRow, RowCleaner
from domain.leads.storing import Stored, count_chunk, store_chunk
from domain.leads.written import NumberedLead, as_columns, tags_left_out
from domain.work import OvertakenByAnother, Work

CHUNK = 4_000
TRIES = 5

ADVANCE = """
update lead_imports set rows_done = rows_done + %(rows)s, last_row = %(last_row)s, rows_total = greatest(rows_total,
       rows_done + %(rows)s), created_count = created_count + %(fresh)s, updated_count = updated_count + %(known)s,
       duplicate_count = duplicate_count + %(duplicates)s, rejected_count = rejected_count + %(rejected)s,
       warning_count = warning_count + %(warnings)s, reachable_count = reachable_count + %(reachable)s,
       taken = case when %(taken)s::jsonb = '{}' then taken else (
         select jsonb_object_agg(key, count) from (select key, sum(value::int) as count from (
           select * from jsonb_each_text(taken) union all select * from jsonb_each_text(%(taken)s::jsonb)) both_of_them
          group by key) added) end
 where id = %(id)s and state = %(state)s and last_row = %(after)s and step_id is not distinct from %(step)s::uuid
"""
RESET = """
update lead_imports set rows_done = 0, last_row = 0, created_count = 0, updated_count = 0, duplicate_count = 0,
       rejected_count = 0, warning_count = 0 where id = %(id)s
"""
KEEP_ROWS = """
insert into lead_import_rows (import_id, row_number, kind, reason, cells)
select %(id)s, n, kind, reason, cells
  from json_to_recordset(%(rows)s::json) as r (n int, kind text, reason text, cells jsonb)
on conflict (import_id, kind, row_number) do update set reason = excluded.reason, cells = excluded.cells
"""
END = """
update lead_imports set state = %(end)s, error = %(error)s, finished_at = %(now)s,
       rows_total = case when %(end)s = 'failed' then rows_total else rows_done end
where id = %(id)s and state = %(state)s and step_id is not distinct from %(step)s::uuid
"""


@dataclass(slots=True)
class Chunk:
    """Some rows of the file, cleaned, and written for storing. ``remarks`` are (row number, kind, reason, cells)."""

    rows: int = 0
    last_row: int = 0
    leads: list[NumberedLead] = field(default_factory=list)
    remarks: list[dict[str, Any]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    def remarks_with(self, stored: Stored) -> list[dict[str, Any]]:
        """Return the remarks when some rows proved to be people of earlier rows, which are not kept, or of accounts."""
        twins, accounts = stored.twins, stored.kept
        if not twins and not accounts:
            return self.remarks
        remarks = [remark for remark in self.remarks if remark["n"] not in twins]
        remarks += [_twin(row.number, row.cells, twins[row.number]) for row in self.leads if row.number in twins]
        return _with_accounts(remarks, [row for row in self.leads if row.number in accounts])


def _with_accounts(remarks: list[dict[str, Any]], leads: Sequence[NumberedLead]) -> list[dict[str, Any]]:
    warned = {remark["n"]: remark for remark in remarks if remark["kind"] == "warning"}
    for row in leads:
        reason = _("This person has an account: their name, e-mail and phone stay as they are.")
        if before := warned.get(row.number):
            before["reason"] = f"{before['reason']} {reason}"
        else:
            remarks.append({"n": row.number, "kind": "warning", "reason": reason, "cells": row.cells})
    return remarks


def _twin(number: int, cells: list[str], first: int) -> dict[str, Any]:
    reason = _("The same person as in row {row}.", row=first)
    return {"n": number, "kind": "duplicate", "reason": reason, "cells": cells}


class ChunkReader:
    """Reads a lead file chunk by chunk; duplicates are told from everything before them, the rows already stored included."""

    def __init__(self, file: LeadFile, lead_import: LeadImport) -> None:
        self._rows = file.rows()
        self._clean = RowCleaner(file.header, lead_import.columns)
        self._seen = SeenContacts(file.estimated_rows)
        self._options = lead_import.options
        self._common = len(self._options.get("tags", ()))
        self._skip_to(lead_import.last_row)

    def next(self) -> Chunk | None:
        """Return the next rows, or None at the end. Raises UnreadableFile."""
        chunk = Chunk()
        for number, cells in islice(self._rows, CHUNK):
            chunk.rows, chunk.last_row = chunk.rows + 1, number
            self._take(chunk, number, cells)
        chunk.columns = as_columns(chunk.leads, self._options)
        return chunk if chunk.rows else None

    def _take(self, chunk: Chunk, number: int, cells: list[str]) -> None:
        lead = self._clean(cells)
        if isinstance(lead, RejectedRow):
            chunk.remarks.append({"n": number, "kind": "rejected", "reason": lead.reason, "cells": cells})
        elif first := self._seen.first_row(lead, number):
            chunk.remarks.append(_twin(number, cells, first))
        else:
            chunk.leads.append(NumberedLead(number, lead, cells))
            if lead.tags and len(lead.tags) + self._common > MAX_TAGS:
                lead.warnings = (*lead.warnings, *tags_left_out(lead.tags, self._options))
            if lead.warnings:
                reason = " ".join(lead.warnings)
                chunk.remarks.append({"n": number, "kind": "warning", "reason": reason, "cells": cells})

    def _skip_to(self, last_row: int) -> None:
        rows: Iterator[tuple[int, list[str]]] = self._rows
        while last_row and (row := next(rows, None)):
            number, cells = row
            lead = self._clean(cells)
            if not isinstance(lead, RejectedRow):
                self._seen.first_row(lead, number)
            if number >= last_row:
                return


class ReadingAhead:
    """Reads the next chunk in a thread while Postgres stores this one.

    It begins only when Postgres has been given its work: reading keeps the interpreter busy, and each message to
    Postgres would have to wait for its turn.
    """

    def __init__(self, reader: ChunkReader) -> None:
        self._reader = reader
        self._task: asyncio.Task[Chunk | None] | None = None

    def begin(self) -> None:
        """Read the next chunk as soon as the event loop has nothing else to do, unless that is under way."""
        self._task = self._task or asyncio.create_task(asyncio.to_thread(self._reader.next))

    async def taken(self) -> Chunk | None:
        """Return the next chunk, or None at the end. Raises UnreadableFile."""
        self.begin()
        assert self._task is not None
        chunk = await self._task
        self._task = None
        return chunk

    async def ended(self) -> None:
        """Wait until nothing is being read; what it raises is for ``taken`` to raise."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)


OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
Guard = Callable[[Work], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One attempt at a dry run or an import. ``guard`` runs in every transaction and raises when the run is not ours.

    ``path`` is None when the file is gone. ``step_id`` is the step this run belongs to, if any: stopped and started again,
    an import belongs to another one.
    """

    import_id: UUID
    path: Path | None
    work: OpenWork
    guard: Guard
    step_id: UUID | None = None

    async def check(self) -> None:
        """Do the dry run: count, and keep what would be refused."""
        await self._walk("checking", "checked", _count)

    async def store(self) -> None:
        """Store the leads."""
        await self._walk("running", "done", _store)

    async def _walk(self, state: str, end: str, each: "Each") -> None:
        lead_import = await self._begin(state)
        if lead_import is None:
            return
        try:
            reader = await asyncio.to_thread(self._reader, lead_import)
            await self._chunks(lead_import, reader, state, each)
        except Stopped:
            return
        except FileNotFoundError:
            await self._end(state, "failed", _("The uploaded file is gone from the disk. Upload it again."))
        except DomainError as problem:
            await self._end(state, "failed", str(problem))
        else:
            await self._end(state, end)

    def _reader(self, lead_import: LeadImport) -> ChunkReader:
        if self.path is None:
            raise FileNotFoundError(lead_import.stored_name)
        return ChunkReader(reopen(lead_import, self.path), lead_import)

    async def _begin(self, state: str) -> LeadImport | None:
        """Return the import, or None when it is no longer in this state. A run from the first row forgets earlier counts."""
        async with self.work() as work:
            await self.guard(work)
            lead_import = await work.get(LeadImport, self.import_id)
            if lead_import.state != state or lead_import.step_id != self.step_id:
                return None
            if lead_import.last_row == 0:
                await self._forget(work)
            return lead_import

    async def _forget(self, work: Work) -> None:
        await work.run(RESET, id=self.import_id)
        await work.run("delete from lead_import_rows where import_id = %(id)s", id=self.import_id)

    async def _chunks(self, lead_import: LeadImport, reader: ChunkReader, state: str, each: "Each") -> None:
        after = lead_import.last_row
        ahead = ReadingAhead(reader)
        while chunk := await ahead.taken():
            try:
                await self._one(lead_import, chunk, ahead, after, state, each)
            finally:
                await ahead.ended()
            after = chunk.last_row

    async def _one(
        self, lead_import: LeadImport, chunk: Chunk, ahead: ReadingAhead, after: int, state: str, each: "Each"
    ) -> None:
        for attempt in range(TRIES):
            try:
                async with self.work() as work:
                    await self.guard(work)
                    ahead.begin()
                    stored = await each(work, lead_import, chunk)
                    await self._advance(work, chunk, stored, after, state)
                return
            except OvertakenByAnother:
                if attempt == TRIES - 1:
                    raise

    async def _advance(self, work: Work, chunk: Chunk, stored: Stored, after: int, state: str) -> None:
        remarks = chunk.remarks_with(stored)
        kinds = Counter(remark["kind"] for remark in remarks)
        moved = await work.run(
            ADVANCE,
            id=self.import_id,
            step=self.step_id,
            state=state,
            after=after,
            rows=chunk.rows,
            last_row=chunk.last_row,
            fresh=stored.fresh,
            known=stored.known,
            duplicates=kinds["duplicate"],
            rejected=kinds["rejected"],
            warnings=kinds["warning"],
            reachable=stored.reachable,
            taken=dict(stored.taken),
        )
        if not moved:
            raise Stopped  # by an admin, or another worker is ahead: nothing of this chunk is kept
        if remarks:
            # Postgres takes no null character in a text; workbooks may hold one.
            rows = msgspec.json.encode(remarks).decode().replace("\\u0000", "")
            await work.run(KEEP_ROWS, id=self.import_id, rows=rows)
        work.signal(f"import:{self.import_id}")
        work.signal("imports")

    async def _end(self, state: str, end: str, error: str = "") -> None:
        async with self.work() as work:
            await self.guard(work)
            values = {"id": self.import_id, "step": self.step_id, "state": state, "end": end, "error": error}
            if await work.run(END, **values, now=work.now):
                for topic in (f"import:{self.import_id}", "imports", "leads", "activity"):
                    work.signal(topic)


class Stopped(Exception):
    """The import does not belong to this run any more, or is not in the state it works on."""


Each = Callable[[Work, LeadImport, Chunk], Awaitable[Stored]]


async def _count(work: Work, _lead_import: LeadImport, chunk: Chunk) -> Stored:
    return await count_chunk(work, chunk.columns)


async def _store(work: Work, lead_import: LeadImport, chunk: Chunk) -> Stored:
    overwrite = lead_import.options.get("overwrite", ())
    return await store_chunk(work, lead_import.id, chunk.columns, overwrite)
