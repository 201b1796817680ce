"""Lead imports: a file, how its columns are read, and how far reading it has come."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from domain.audit import record
from domain.automation.steps import plan_step
from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.leads.columns import ColumnMapping, check_mapping, mapping_from_json, mapping_to_json, suggest_mapping
from domain.leads.files import LeadFile, fingerprint, open_lead_file
from domain.work import Work

Moment = DateTime(timezone=True)

# What an import may overwrite of people and leads that are known already. Empty fields are always filled in.
OVERWRITABLE = ("name", "email", "phone", "city", "source", "campaign", "notes")


class LeadImport(SQLModel, table=True):
    """One uploaded file. ``options``: overwrite (fields), tags, source, for every row of the file."""

    __tablename__ = "lead_imports"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_by: UUID | None = None
    file_name: str
    stored_name: str
    file_size: int
    file_hash: str
    mapping: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    options: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    state: str = "uploaded"
    step_id: UUID | None = None
    rows_total: int = 0
    rows_done: int = 0
    last_row: int = 0
    created_count: int = 0
    updated_count: int = 0
    duplicate_count: int = 0
    rejected_count: int = 0
    warning_count: int = 0
    undone_count: int = 0
    error: str = ""
    is_demo: bool = False
    created_at: datetime = Field(sa_type=Moment)
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def columns(self) -> ColumnMapping:
        return mapping_from_json(self.mapping)

    @property
    def share_done(self) -> float:
        """Return how much of the file is read, from 0 to 1."""
        return min(self.rows_done / self.rows_total, 1.0) if self.rows_total else 0.0

    @property
    def is_running(self) -> bool:
        return self.state in ("checking", "running", "undoing")


async def add_import(work: Work, path: Path, file_name: str, stored_name: str) -> LeadImport:
    """Keep an uploaded file with the columns guessed; raise UnreadableFile, saying why, when it is no lead file."""
    work.require_admin()
    file, file_hash, file_size = await asyncio.to_thread(_looked_at, path, file_name)
    lead_import = LeadImport(
        created_by=work.identity.person_id,
        file_name=file_name,
        stored_name=stored_name,
        file_size=file_size,
        file_hash=file_hash,
        mapping=mapping_to_json(suggest_mapping(file.header, file.samples())),
        options={"overwrite": [], "tags": [], "source": ""},
        rows_total=file.estimated_rows,
        created_at=work.now,
    )
    work.add(lead_import)
    await work.flush()
    return lead_import


def _looked_at(path: Path, file_name: str) -> tuple[LeadFile, str, int]:
    return open_lead_file(path, file_name), fingerprint(path), path.stat().st_size


async def earlier_import(work: Work, lead_import: LeadImport) -> LeadImport | None:
    """Return the latest earlier import of the very same file that has stored leads, if any."""
    row = await work.row(
        "select id from lead_imports where file_hash = %(hash)s and id <> %(id)s and state in ('running', 'stopped', 'done')"
        " order by created_at desc limit 1",
        hash=lead_import.file_hash,
        id=lead_import.id,
    )
    return await work.get(LeadImport, row.id) if row else None


async def check_import(work: Work, import_id: UUID, mapping: ColumnMapping, options: Mapping[str, Any]) -> None:
    """Plan the dry run with these columns; raise NoUsableColumn or InvalidInput when they cannot give leads."""
    work.require_admin()
    check_mapping(mapping)
    if unknown := set(options.get("overwrite", ())) - set(OVERWRITABLE):
        raise InvalidInput({"overwrite": _("{fields} cannot be overwritten.", fields=", ".join(sorted(unknown)))})
    values = {"mapping": mapping_to_json(mapping), "options": dict(options)}
    await _move(work, import_id, ("uploaded", "checked", "failed"), "checking", **values, last_row=0, rows_done=0)
    await _plan(work, "check_import", import_id)


async def start_import(work: Work, import_id: UUID) -> None:
    """Plan the import itself, after its dry run; pressing twice starts it once."""
    work.require_admin()
    await _move(work, import_id, ("checked",), "running", started_at=work.now, last_row=0, rows_done=0)
    await _plan(work, "run_import", import_id)
    await _record(work, "import.started", import_id)


async def resume_import(work: Work, import_id: UUID) -> None:
    """Go on with a stopped import where it was."""
    work.require_admin()
    await _move(work, import_id, ("stopped",), "running", finished_at=None)
    await _plan(work, "run_import", import_id)
    await _record(work, "import.resumed", import_id)


async def stop_import(work: Work, import_id: UUID) -> None:
    """Stop a running import after the rows under way; what is stored stays, and it can go on later."""
    work.require_admin()
    await _move(work, import_id, ("running",), "stopped", finished_at=work.now)
    await _record(work, "import.stopped", import_id)


async def undo_import(work: Work, import_id: UUID) -> None:
    """Plan the removal of what this import created and nobody has touched since."""
    work.require_admin()
    await _move(work, import_id, ("done", "stopped", "failed"), "undoing", undone_count=0)
    await _plan(work, "undo_import", import_id)
    await _record(work, "import.undone", import_id)


def reopen(lead_import: LeadImport, path: Path) -> LeadFile:
    """Open the kept file again; raise UnreadableFile when it is no longer the one that was uploaded."""
    file = open_lead_file(path, lead_import.file_name)
    check_mapping(lead_import.columns)
    return file


async def _move(work: Work, import_id: UUID, states: Sequence[str], state: str, **values: Any) -> None:
    """Change the state if it is still one of ``states``: of two who press at once, one wins."""
    assignments = "".join(f", {name} = %({name})s" for name in values)
    changed = await work.run(
        f"update lead_imports set state = %(state)s, error = ''{assignments} where id = %(id)s and state = any(%(states)s)",
        id=import_id,
        state=state,
        states=list(states),
        **values,
    )
    if not changed:
        lead_import = await work.get(LeadImport, import_id)
        raise Conflict(_("This import is {state} now. Reload to see where it stands.", state=lead_import.state))
    work.signal(f"import:{import_id}")
    work.signal("imports")


async def _plan(work: Work, kind: str, import_id: UUID) -> None:
    step_id = await plan_step(work, kind, import_id, key=f"{kind}:{import_id}:{uuid4()}")
    await work.run("update lead_imports set step_id = %(step)s where id = %(id)s", step=step_id, id=import_id)


async def _record(work: Work, action: str, import_id: UUID) -> None:
    name = await work.value("select file_name from lead_imports where id = %(id)s", id=import_id)
    await record(work, action, "import", import_id, name or "")
