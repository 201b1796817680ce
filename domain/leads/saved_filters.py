"""Filters of leads that are kept under a name, to be found again in the list and when writing to many."""

from collections.abc import Sequence
from uuid import UUID

from domain import audit
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.leads.filters import LeadFilter, read_filter
from domain.work import Row, Work

MOST = 100
INSERT = """
insert into saved_filters (name, filter, created_by, created_at)
select %(name)s, %(filter)s, %(created_by)s, %(now)s where (select count(*) from saved_filters) < %(most)s
on conflict (name) do nothing returning id
"""
LIST = "select id, name, filter from saved_filters order by lower(name) limit %(most)s"


async def list_saved_filters(work: Work) -> Sequence[Row]:
    """Return the kept filters by name."""
    return await work.rows(LIST, most=MOST)


async def save_filter(work: Work, name: str, wanted: LeadFilter) -> UUID:
    """Keep a filter under a name of its own. Raises InvalidInput when the name is taken or nothing is filtered by."""
    if wanted.is_empty or wanted.ids is not None:
        raise InvalidInput({"name": _("Filter the list first: there is nothing to keep.")})
    values = {"name": name, "filter": wanted.as_values(), "created_by": work.identity.person_id}
    filter_id: UUID | None = await work.value(INSERT, **values, now=work.now, most=MOST)
    if filter_id is None:
        raise InvalidInput({"name": _("There is a filter of this name, or there are {most} already.", most=MOST)})
    await audit.record(work, "filter.saved", "filter", filter_id, name)
    return filter_id


async def find_saved_filter(work: Work, filter_id: UUID) -> LeadFilter:
    """Return a kept filter, or raise NotFound."""
    row = await work.row("select filter from saved_filters where id = %(id)s", id=filter_id)
    if row is None:
        raise NotFound(_("This filter has been deleted."))
    return read_filter(row.filter)


async def delete_filter(work: Work, filter_id: UUID) -> None:
    """Delete a kept filter; what was sent by it stays. Raises Conflict when it is gone already."""
    name = await work.value("delete from saved_filters where id = %(id)s returning name", id=filter_id)
    if name is None:
        raise Conflict(_("This filter has been deleted already."))
    await audit.record(work, "filter.deleted", "filter", filter_id, name)
