"""Errors nobody foresaw, each under the reference that a person was shown."""

from collections.abc import Sequence
from uuid import UUID

from domain.audit import record
from domain.errors import NotFound
from domain.language import _
from domain.work import Row, Work

PER_PAGE = 20

LIST = """
select id, reference, at, component, kind, message, method, path, count(*) over () as total
from error_logs
where %(needle)s = '' or position(%(needle)s in lower(reference || ' ' || kind || ' ' || message || ' ' || path)) > 0
order by at desc, id limit %(most)s offset %(skip)s
"""
SHOW = """
select e.id, e.reference, e.at, e.component, e.kind, e.message, e.trace, e.method, e.path, h.name as person_name
from error_logs e left join people h on h.id = e.person_id where e.id = %(id)s
"""


async def list_errors(work: Work, needle: str = "", page: int = 1) -> tuple[Sequence[Row], int]:
    """Return one page of the errors, the newest first, and how many match."""
    skip = (page - 1) * PER_PAGE
    rows = await work.rows(LIST, needle=needle.strip().lower(), most=PER_PAGE, skip=skip)
    return rows, rows[0].total if rows else 0


async def show_error(work: Work, error_id: UUID) -> Row:
    """Return one error with its trace; raise NotFound when it was cleared."""
    row = await work.row(SHOW, id=error_id)
    if row is None:
        raise NotFound(_("This error was cleared."))
    return row


async def clear_error(work: Work, error_id: UUID) -> None:
    """Remove one error."""
    row = await show_error(work, error_id)
    await work.run("delete from error_logs where id = %(id)s", id=error_id)
    await record(work, "error.cleared", "error", error_id, row.reference, kind=row.kind)


async def clear_errors(work: Work) -> int:
    """Remove all errors and return how many there were."""
    cleared = await work.run("delete from error_logs")
    if cleared:
        await record(work, "errors.cleared", count=cleared)
    return cleared
