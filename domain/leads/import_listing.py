"""What the import pages show: the history, one import, the rows it remarked upon, and the rejects file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO
from uuid import UUID

from domain import audit
from domain.errors import NotFound
from domain.language import _
from domain.leads.rejects import RejectsFile
from domain.work import Row, Work

PER_PAGE = 20
AT_ONCE = 1_000
KINDS = ("rejected", "duplicate", "warning")

LIST = """
select (select count(*) from lead_imports) as total, r.*
from (select) one left join (
  select i.id, i.file_name, i.state, i.created_at, i.finished_at, i.rows_done, i.rows_total, i.created_count,
      i.updated_count, i.duplicate_count, i.rejected_count, i.undone_count, i.error, p.name as made_by,
      row_number() over (order by i.created_at desc, i.id) as at
    from lead_imports i left join people p on p.id = i.created_by
   order by i.created_at desc, i.id limit %(most)s offset %(skip)s
) r on true order by r.at
"""
# The same file before, where it matters: until this one is started.
FIND = """
select i.*, p.name as made_by, s.state as step_state, s.reason as step_reason,
  e.id as earlier_id, e.created_at as earlier_at, e.leads as earlier_leads, e.made_by as earlier_by,
  case when i.state in ('failed', 'undone') then (select count(*) from imported_leads l where l.import_id = i.id) end as leads
from lead_imports i left join people p on p.id = i.created_by left join automation_steps s on s.id = i.step_id
left join lateral (
  select o.id, o.created_at, o.created_count + o.updated_count as leads, q.name as made_by
    from lead_imports o left join people q on q.id = o.created_by
   where o.file_hash = i.file_hash and o.id <> i.id and o.state in ('running', 'stopped', 'done')
   order by o.created_at desc limit 1
) e on i.state in ('uploaded', 'checking', 'checked')
where i.id = %(id)s
"""
ROWS = """
select row_number, reason, cells from lead_import_rows where import_id = %(id)s and kind = %(kind)s
order by row_number limit %(most)s offset %(skip)s
"""
REJECTS = """
select row_number, reason, cells from lead_import_rows where import_id = %(id)s and kind = 'rejected' and row_number > %(after)s
order by row_number limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One page of the history."""

    rows: Sequence[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


async def list_imports(work: Work, page: int = 1, per_page: int = PER_PAGE) -> ImportPage:
    """Return one page of the imports, the newest first, in one round trip."""
    rows = await work.rows(LIST, most=per_page, skip=(page - 1) * per_page)
    return ImportPage([row for row in rows if row.id is not None], rows[0].total, page)


async def find_import(work: Work, import_id: UUID) -> Row:
    """Return an import with its maker, its step, and the same file's earlier import; raise NotFound."""
    row = await work.row(FIND, id=import_id)
    if row is None:
        raise NotFound(_("This import does not exist, or it has been discarded."))
    return row


async def list_remarks(
    work: Work, import_id: UUID, kind: str, page: int = 1, per_page: int = PER_PAGE
) -> Sequence[Row]:
    """Return one page of the rows that were rejected, twice in the file, or kept with a warning."""
    return await work.rows(ROWS, id=import_id, kind=kind, most=per_page, skip=(page - 1) * per_page)


async def write_rejects(work: Work, import_id: UUID, stream: TextIO) -> int:
    """Write the rejected rows as they were with their reasons, and return how many; see ``RejectsFile`` for ``stream``."""
    found = await work.row("select file_name, header from lead_imports where id = %(id)s", id=import_id)
    if found is None:
        raise NotFound(_("This import does not exist, or it has been discarded."))
    file = RejectsFile(stream, found.header)
    count, after = 0, -1
    while rows := await work.rows(REJECTS, id=import_id, after=after, most=AT_ONCE):
        for row in rows:
            file.write(row.cells, row.reason)
        count, after = count + len(rows), rows[-1].row_number
    await audit.record(work, "import.rejects_downloaded", "import", import_id, found.file_name, count=count)
    return count
