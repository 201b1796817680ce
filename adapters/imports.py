"""`gurudesk import`: what the import page does, in one go and without a worker."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from adapters.bootstrap import Services, open_services
from adapters.files.disk import CHUNK
from adapters.settings import Settings
from domain.errors import Conflict, DomainError
from domain.leads.columns import check_mapping
from domain.leads.files import open_lead_file
from domain.leads.importing import ImportRun
from domain.leads.imports import LeadImport, add_import, record_import, sheets_left_out, stop_import
from domain.leads.unreadable import MAX_BYTES, FileTooLarge
from domain.work import SYSTEM, Work

REMARKS = (
    "select row_number, reason from lead_import_rows where import_id = %(id)s and kind = %(kind)s order by row_number"
)


def run_file(settings: Settings, path: Path, dry_run: bool) -> dict[str, Any]:
    """Import a file, or only say what importing it would do.

    Returns rows, new, updated, duplicates, rejected, rejects and warnings (each ``{row, reason}``); or ``error`` when the
    whole file is refused.
    """
    if not path.is_file():
        return {"error": f"There is no file {path}."}
    if path.stat().st_size > MAX_BYTES:
        return {"error": str(FileTooLarge())}
    return asyncio.run(_run_file(settings, path, dry_run))


async def _run_file(settings: Settings, path: Path, dry_run: bool) -> dict[str, Any]:
    async with open_services(settings) as services:
        try:
            return await _import(services, path, dry_run)
        except DomainError as error:
            return {"error": str(error)}
        except PermissionError as error:
            return {"error": f"The file {error.filename} may not be read or written by you."}


async def _import(services: Services, path: Path, dry_run: bool) -> dict[str, Any]:
    stored_name = f"imports/{uuid4()}"
    await services.files.put(stored_name, _chunks(path), limit=MAX_BYTES)
    import_id = None
    try:
        async with services.files.local(stored_name) as kept:
            if not dry_run:
                await asyncio.to_thread(_read_through, kept, path.name)
            import_id = await _added(services, kept, path.name, stored_name, "checking" if dry_run else "running")
            run = ImportRun(import_id, kept, lambda: services.database.work(SYSTEM), _unguarded)
            await (run.check() if dry_run else _store(services, run))
        return await _result(services, import_id)
    finally:
        if dry_run or import_id is None:
            await services.files.delete(stored_name)
            await _forget(services, import_id)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


def _read_through(path: Path, name: str) -> None:
    """Raise what is wrong deep in the file before any of it is stored: nobody looks at a dry run first."""
    deque(open_lead_file(path, name).rows(), maxlen=0)


async def _store(services: Services, run: ImportRun) -> None:
    """Store the leads; interrupted, the import is left as stopped, to be gone on with or undone on its page."""
    try:
        await run.store()
    except BaseException:
        with suppress(Conflict):
            async with services.database.work(SYSTEM) as work:
                await stop_import(work, run.import_id)
        raise


async def _added(services: Services, kept: Path, name: str, stored_name: str, state: str) -> UUID:
    async with services.database.work(SYSTEM) as work:
        lead_import = await add_import(work, kept, name, stored_name)
        check_mapping(lead_import.columns)
        lead_import.state, lead_import.started_at = state, work.now
        if state == "running":
            await record_import(work, "import.started", lead_import.id)
        return lead_import.id


async def _unguarded(_work: Work) -> None:
    """Nobody else runs an import that no step stands for."""


async def _result(services: Services, import_id: UUID) -> dict[str, Any]:
    async with services.database.work(SYSTEM) as work:
        lead_import = await work.get(LeadImport, import_id)
        if lead_import.state == "failed":
            return {"error": lead_import.error}
        return {
            "rows": lead_import.rows_done,
            "new": lead_import.created_count,
            "updated": lead_import.updated_count,
            "duplicates": lead_import.duplicate_count,
            "rejected": lead_import.rejected_count,
            "rejects": await _remarks(work, import_id, "rejected"),
            "warnings": [*_of_the_file(lead_import), *await _remarks(work, import_id, "warning")],
        }


def _of_the_file(lead_import: LeadImport) -> list[Mapping[str, Any]]:
    """Return what is to be said of the whole file, under row 0."""
    text = sheets_left_out(lead_import.sheets)
    return [{"row": 0, "reason": text}] if text else []


async def _remarks(work: Work, import_id: UUID, kind: str) -> list[Mapping[str, Any]]:
    rows = await work.rows(REMARKS, id=import_id, kind=kind)
    return [{"row": row.row_number, "reason": row.reason} for row in rows]


async def _forget(services: Services, import_id: UUID | None) -> None:
    if import_id is not None:
        async with services.database.work(SYSTEM) as work:
            await work.run("delete from lead_imports where id = %(id)s", id=import_id)
