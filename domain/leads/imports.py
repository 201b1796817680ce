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
from domain.automation.steps import cancel_steps, plan_step
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _, ngettext
from domain.leads.columns import (
    ATTRIBUTE,
    IGNORE,
    ColumnMapping,
    check_mapping,
    describe_columns,
    mapping_from_json,
    mapping_to_json,
    suggest_mapping,
)
from domain.leads.files import LeadFile, fingerprint, open_lead_file
from domain.leads.headers import CONTACTS
from domain.leads.unreadable import FileChanged
from domain.leads.xlsx import WorkbookForm, filled_sheets
from domain.work import Work

Moment = DateTime(timezone=True)

# What an import may overwrite of people and leads that are known already. Empty fields are always filled in.
OVERWRITABLE = ("name", "email", "phone", "city", "source", "campaign", "notes")

# A step that has failed for good leaves its import as it was: then it may be planned once more.
MOVE = """
update lead_imports i set state = %(state)s, error = ''{assignments}
 where i.id = %(id)s and (i.state = any(%(states)s) or i.state = %(state)s and exists (
     select from automation_steps s where s.id = i.step_id and s.state = 'failed'))
   and (%(step)s::uuid is null or i.step_id = %(step)s)
"""
CHOOSE_SEQUENCE = """
update lead_imports set options = options || jsonb_build_object('sequence_course', %(course)s::text)
where id = %(id)s and exists (select from courses where id::text = %(course)s and is_published and archived_at is null)
"""
DISCARD = """
delete from lead_imports i where i.id = %(id)s and i.state in ('uploaded', 'checked', 'failed')
   and not exists (select from imported_leads l where l.import_id = i.id)
returning file_name, stored_name
"""
NO_COUNTS: dict[str, Any] = dict.fromkeys(
    (
        "rows_done",
        "last_row",
        "created_count",
        "updated_count",
        "duplicate_count",
        "rejected_count",
        "warning_count",
        "undone_count",
        "reachable_count",
    ),
    0,
) | {"taken": {}}


class LeadImport(SQLModel, table=True):
    """One uploaded file. ``options``: overwrite (fields), tags, source, for every row of the file, and sequence_course, the
    course whose lead sequence begins for its leads.

    ``reachable_count`` and ``taken`` are what the dry run found for that: who can be written to, and by course how many of
    them have applied for it, are in it, or have been written to about it.

    ``sheets``: the filled ones of a workbook that has several, of which the first is read.
    """

    __tablename__ = "lead_imports"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_by: UUID | None = None
    file_name: str
    stored_name: str
    file_size: int
    file_hash: str
    header: list[str] = Field(default_factory=list, sa_type=JSONB)
    samples: list[list[str]] = Field(default_factory=list, sa_type=JSONB)
    sheets: list[str] = Field(default_factory=list, sa_type=JSONB)
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
    reachable_count: int = 0
    taken: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    error: str = ""
    is_demo: bool = False
    created_at: datetime = Field(sa_type=Moment)
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def columns(self) -> ColumnMapping:
        return mapping_from_json(self.mapping)


async def add_import(work: Work, path: Path, file_name: str, stored_name: str) -> LeadImport:
    """Keep an uploaded file with the columns guessed; raise UnreadableFile, saying why, when it is no lead file."""
    work.require_admin()
    file, sheets, file_hash, file_size = await asyncio.to_thread(_looked_at, path, file_name)
    mapping = suggest_mapping(file.header, file.samples())
    lead_import = LeadImport(
        created_by=work.identity.person_id,
        file_name=file_name,
        stored_name=stored_name,
        file_size=file_size,
        file_hash=file_hash,
        header=list(file.header),
        samples=[column.samples for column in describe_columns(file.header, file.samples(), mapping)],
        sheets=sheets,
        mapping=mapping_to_json(mapping),
        options={"overwrite": [], "tags": [], "source": ""},
        rows_total=file.estimated_rows,
        created_at=work.now,
    )
    work.add(lead_import)
    await record(work, "import.uploaded", "import", lead_import.id, file_name)
    work.signal("imports")
    return lead_import


def _looked_at(path: Path, file_name: str) -> tuple[LeadFile, list[str], str, int]:
    file = open_lead_file(path, file_name)
    sheets = filled_sheets(path) if isinstance(file.form, WorkbookForm) else []
    return file, [sheet.replace("\0", "") for sheet in sheets], fingerprint(path), path.stat().st_size


async def check_import(work: Work, import_id: UUID, mapping: ColumnMapping, options: Mapping[str, Any]) -> None:
    """Plan the dry run with these columns; raise NoUsableColumn or InvalidInput when they cannot give leads."""
    work.require_admin()
    check_mapping(mapping)
    _check_once(mapping)
    if unknown := set(options.get("overwrite", ())) - set(OVERWRITABLE):
        raise InvalidInput({"overwrite": _("{fields} cannot be overwritten.", fields=", ".join(sorted(unknown)))})
    values: dict[str, Any] = {"mapping": mapping_to_json(mapping), "options": dict(options), **NO_COUNTS}
    await _move(work, import_id, ("uploaded", "checked", "failed"), "checking", **values)
    await _plan(work, "check_import", import_id)


async def check_again(work: Work, import_id: UUID) -> None:
    """Plan the dry run of an import that has failed once more, as it was. Raises Conflict when it has not failed (any more)."""
    work.require_admin()
    failed = await work.row(
        "select mapping, options from lead_imports where id = %(id)s and state = 'failed'", id=import_id
    )
    if failed is None:
        raise Conflict(await _where_it_stands(work, import_id))
    await check_import(work, import_id, mapping_from_json(failed.mapping), failed.options)


async def stop_check(work: Work, import_id: UUID) -> None:
    """Give up a dry run and go back to choosing the columns."""
    work.require_admin()
    await _move(work, import_id, ("checking",), "uploaded")
    await cancel_steps(work, import_id, _("The check was stopped."), "check_import")


async def start_import(
    work: Work, import_id: UUID, check_id: UUID | None = None, sequence_course: UUID | None = None
) -> None:
    """Plan the import itself; pressing twice starts it once.

    ``sequence_course`` is the course whose lead sequence begins for its leads at the end. ``check_id`` is the step of the dry
    run whose counts were confirmed: raises Conflict when there was another since.
    """
    work.require_admin()
    values: dict[str, Any] = {**NO_COUNTS, "started_at": work.now, "finished_at": None}
    await _move(work, import_id, ("checked",), "running", check_id, **values)
    if sequence_course and not await work.run(CHOOSE_SEQUENCE, id=import_id, course=str(sequence_course)):
        raise Conflict(_("The course of the lead sequence takes no applications any more. Choose another one."))
    await _plan(work, "run_import", import_id)
    details = {"sequence_course": str(sequence_course)} if sequence_course else {}
    await record_import(work, "import.started", import_id, **details)


async def resume_import(work: Work, import_id: UUID) -> None:
    """Go on with a stopped import where it was."""
    work.require_admin()
    await _move(work, import_id, ("stopped",), "running", finished_at=None)
    await _plan(work, "run_import", import_id)
    await record_import(work, "import.resumed", import_id)


async def stop_import(work: Work, import_id: UUID) -> None:
    """Stop a running import after the rows under way; what is stored stays, and it can go on later."""
    work.require_admin()
    await _move(work, import_id, ("running",), "stopped", finished_at=work.now)
    await cancel_steps(work, import_id, _("The import was stopped."), "run_import")
    await record_import(work, "import.stopped", import_id)


async def begin_undo(work: Work, import_id: UUID) -> None:
    """Plan the removal of what this import created and nobody has touched since."""
    await _move(work, import_id, ("done", "stopped", "failed"), "undoing")
    await _plan(work, "undo_import", import_id)
    await record_import(work, "import.undone", import_id)


async def discard_import(work: Work, import_id: UUID) -> str:
    """Forget a file that has given no leads; return the name of its stored file, which is the caller's to delete."""
    work.require_admin()
    row = await work.row(DISCARD, id=import_id)
    if row is None:
        raise Conflict(await _where_it_stands(work, import_id))
    await cancel_steps(work, import_id, _("The file was discarded."))
    await record(work, "import.discarded", "import", import_id, row.file_name)
    work.signal(f"import:{import_id}")
    work.signal("imports")
    return str(row.stored_name)


def sheets_left_out(sheets: Sequence[str]) -> str:
    """Return what is said of a workbook with several filled sheets; nothing when it has one, or is no workbook."""
    if len(sheets) < 2:
        return ""
    others = ", ".join(f"“{name}”" for name in sheets[1:])
    return ngettext(
        "Only the sheet “{name}” is read. Another has rows, too: {others}. Save it as a file of its own to import it.",
        "Only the sheet “{name}” is read. {count} others have rows, too: {others}. Save each as a file of its own to import it.",
        len(sheets) - 1,
        name=sheets[0],
        others=others,
    )


def reopen(lead_import: LeadImport, path: Path) -> LeadFile:
    """Open the kept file again; raise UnreadableFile when it is no longer the one that was uploaded."""
    if path.stat().st_size != lead_import.file_size or fingerprint(path) != lead_import.file_hash:
        raise FileChanged
    check_mapping(lead_import.columns)
    return open_lead_file(path, lead_import.file_name)


async def record_import(work: Work, action: str, import_id: UUID, **details: Any) -> None:
    """Write an audit entry under the file's name."""
    name = await work.value("select file_name from lead_imports where id = %(id)s", id=import_id)
    await record(work, action, "import", import_id, name or "", **details)


def _check_once(mapping: ColumnMapping) -> None:
    """A lead has one name and one city: of two columns for it, the second would silently be an extra."""
    first: dict[str, int] = {}
    for index, field in mapping.items():
        if first.setdefault(field, index) != index and field not in CONTACTS | {ATTRIBUTE, IGNORE}:
            message = _("Column {first} holds this already. Keep one of the two as an extra.", first=first[field] + 1)
            raise InvalidInput({f"column-{index}": message})


async def _move(
    work: Work, import_id: UUID, states: Sequence[str], state: str, step_id: UUID | None = None, **values: Any
) -> None:
    """Change the state if it is still one of ``states``: of two who press at once, one wins."""
    assignments = "".join(f", {name} = %({name})s" for name in values)
    sql = MOVE.format(assignments=assignments)
    if not await work.run(sql, id=import_id, states=list(states), state=state, step=step_id, **values):
        raise Conflict(await _where_it_stands(work, import_id))
    work.signal(f"import:{import_id}")
    work.signal("imports")


async def _where_it_stands(work: Work, import_id: UUID) -> str:
    state = await work.value("select state from lead_imports where id = %(id)s", id=import_id)
    if state is None:
        raise NotFound(_("This import does not exist, or it has been discarded."))
    sentences = {
        "uploaded": _("The columns of this file are to be chosen first."),
        "checking": _("This file is being checked right now."),
        "checked": _("This file was checked again in the meantime. Please look at what was found."),
        "running": _("This import is running already."),
        "stopped": _("This import has been stopped."),
        "done": _("This import is done already."),
        "failed": _("This import has failed."),
        "undoing": _("This import is being undone already."),
        "undone": _("This import has been undone already."),
    }
    return sentences[state]


async def _plan(work: Work, kind: str, import_id: UUID) -> None:
    step_id = await plan_step(work, kind, import_id, key=f"{kind}:{import_id}:{uuid4()}")
    await work.run("update lead_imports set step_id = %(step)s where id = %(id)s", step=step_id, id=import_id)
