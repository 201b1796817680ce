"""The list of leads: a page of plain rows, how many there are, and what can be filtered by, in one statement."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.leads.filters import MANY_PAST, NO_SOURCE, LeadFilter
from domain.work import Row, Work

Choice = TypeVar("Choice")
PER_PAGE = 20
SOURCES, TAGS, IMPORTS = 50, 100, 30  # how many of each can be chosen in the list; others are linked to from elsewhere
COUNTED = 10_000  # beyond, a filtered list says "10,000+": counting on would cost more than the page

# `sort` in the address -> how; every order is one that an index has. Only names need the person to order by.
SORTS = {
    "": "l.created_at desc, l.id desc",
    "created": "l.created_at, l.id",
    "status": "l.status, l.created_at, l.id",
    "-status": "l.status desc, l.created_at desc, l.id desc",
    "name": "lower(p.name), p.id",
    "-name": "lower(p.name) desc, p.id desc",
}
FROM = "from imported_leads l join people p on p.id = l.person_id"

# Sources by hopping from one to the next in their index, not by reading every lead.
LIST = f"""
with recursive hop (source) as (
  (select source from imported_leads order by source limit 1)
  union all
  select (select l.source from imported_leads l where l.source > hop.source order by l.source limit 1)
    from hop where hop.source is not null
)
select {{count}} as total, r.*, f.*
from (select) one left join (
  select p.id as person_id, l.id, p.name, p.email, p.phone, p.city, l.status, l.source, l.tags, l.created_at, l.at
    from ({{page}}) l join people p on p.id = l.person_id
) r on true left join lateral (
  -- What can be filtered by comes with the first row alone: one more than are shown, and what is filtered by now.
  select (select array_agg(source) from (select source from hop where source is not null limit {SOURCES + 1}) s) as sources,
    (select array_agg(tag) from (select tag from lead_tags order by tag limit {TAGS + 1}) t) as tag_names,
    (select jsonb_agg(jsonb_build_array(id, file_name)) from (
       select id, file_name from lead_imports where state in ('running', 'stopped', 'done')
        order by created_at desc limit {IMPORTS + 1}) i) as imports,
    (select file_name from lead_imports where id = %(import_id)s) as import_name,
    (select jsonb_build_object('id', id, 'total', total) from lead_deletions where state = 'running'
      order by created_at limit 1) as deletion
) f on r.at is null or r.at = %(offset)s + 1 order by r.at
"""
PAGE = """
select l.*, row_number() over (order by {order}) as at {from_} {where} order by {order} limit %(limit)s offset %(offset)s
"""
COUNT_ALL = "(select coalesce(sum(change), 0)::bigint from lead_counts {where})"
COUNT_FOUND = "(select count(*) from (select from imported_leads l {where} limit %(counted)s) c)"
# Few imports have leads that two later ones came upon, and fewer have many. Of the two ways only that runs which fits.
EITHER_COUNT = f"case when {MANY_PAST} then {{many}} else {{few}} end"
EITHER = f"""
select * from ({{few}}) few where not {MANY_PAST} union all select * from ({{many}}) many where {MANY_PAST}
"""

LEAD = f"""
select l.*, p.name, p.email, p.phone, p.city, p.consent_email, p.consent_whatsapp, i.file_name, s.reason as suppressed,
  exists (select from profiles f where f.person_id = p.id) as has_account
{FROM} left join lead_imports i on i.id = l.import_id left join email_suppressions s on s.email = p.email
where l.id = %(id)s
"""
EMAILS = """
select d.id, d.kind, d.channel, d.state, coalesce(nullif(d.reason, ''), w.reason, c.reason, '') as reason,
  d.created_at, d.sent_at,
  coalesce(g.state, w.state, c.state) as log_state, coalesce(g.subject, left(w.body, 120), left(c.summary, 120)) as subject
  from deliveries d left join email_logs g on g.delivery_id = d.id left join whatsapp_logs w on w.delivery_id = d.id
  left join call_logs c on c.delivery_id = d.id
 where d.person_id = %(person_id)s order by d.created_at desc limit 50
"""
APPLICATIONS = """
select a.id, a.status, a.submitted_at, c.title from cta_submissions a join courses c on c.id = a.course_id
 where a.person_id = %(person_id)s order by a.submitted_at desc
"""


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One page of the list. ``total`` is exact unless ``is_more``: then there are more than that."""

    rows: Sequence[Row]
    total: int
    is_more: bool
    page: int
    sources: Sequence[str] = ()
    tags: Sequence[str] = ()
    imports: Sequence[tuple[str, str]] = field(default=())
    cut: Collection[str] = ()  # of source, tag and import: of which there are more than these, and the one asked for
    deletion: dict[str, Any] | None = None  # the one that is under way

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


async def list_leads(
    work: Work, wanted: LeadFilter, sort: str = "", page: int = 1, per_page: int = PER_PAGE
) -> LeadPage:
    """Return one page of the leads that are asked for, in one round trip."""
    sql, values = list_statement(wanted, sort, page, per_page)
    return as_page(await work.rows(sql, **values), wanted, page)


def list_statement(wanted: LeadFilter, sort: str, page: int, per_page: int = PER_PAGE) -> tuple[str, dict[str, Any]]:
    """Return the statement of a page and its values. A page beyond the end has no rows, but the count."""
    where, values = wanted.conditions()
    count, chosen = _count_and_page(wanted, where, sort)
    if wanted.import_id:
        few_count, few = _count_and_page(wanted, wanted.conditions(few=True)[0], sort)
        count, chosen = EITHER_COUNT.format(few=few_count, many=count), EITHER.format(few=few, many=chosen)
    values |= {"import_id": wanted.import_id, "counted": COUNTED + 1}
    sql = LIST.format(count=count, page=chosen)
    return sql, {**values, "limit": per_page, "offset": (max(page, 1) - 1) * per_page}


def _count_and_page(wanted: LeadFilter, where: str, sort: str) -> tuple[str, str]:
    order = SORTS.get(sort, SORTS[""])
    chosen = PAGE.format(from_=FROM if "p." in order else "from imported_leads l", where=where, order=order)
    if wanted.is_counted:
        return COUNT_ALL.format(where=where.replace("l.status", "status")), chosen
    return COUNT_FOUND.format(where=where), chosen


def as_page(rows: Sequence[Row], wanted: LeadFilter, page: int) -> LeadPage:
    """Return what the statement found as a page of the list."""
    first = rows[0]
    is_more = not wanted.is_counted and first.total > COUNTED
    source = "" if wanted.source == NO_SOURCE else wanted.source
    asked_import = (str(wanted.import_id), first.import_name or _("one file"))
    cut: list[str] = []
    return LeadPage(
        rows=[row for row in rows if row.id is not None],
        total=COUNTED if is_more else first.total,
        is_more=is_more,
        page=max(page, 1),
        sources=_choices("source", first.sources, SOURCES, source if wanted.source else None, cut),
        tags=_choices("tag", first.tag_names, TAGS, wanted.tag or None, cut),
        imports=_choices("import", _pairs(first.imports), IMPORTS, asked_import if wanted.import_id else None, cut),
        cut=cut,
        deletion=first.deletion,
    )


def _pairs(found: Sequence[Sequence[str]] | None) -> list[tuple[str, str]]:
    return [(id_, file_name) for id_, file_name in found or ()]


def _choices(
    name: str, found: Sequence[Choice] | None, most: int, asked: Choice | None, cut: list[str]
) -> list[Choice]:
    """Return at most so many choices and the one that is asked for, without which a form would drop it."""
    found = found or []
    if len(found) > most:
        cut.append(name)
    choices = list(found[:most])
    return choices if asked is None or asked in choices else [*choices, asked]


async def count_leads(work: Work, wanted: LeadFilter) -> int:
    """Return exactly how many leads are meant, however many."""
    where, values = wanted.conditions()
    return int(await work.value(f"select count(*) {FROM} {where}", **values))


async def file_names(work: Work, wanted: LeadFilter) -> dict[str, str]:
    """Return the name of the file whose leads are asked for, by its import's id."""
    if wanted.import_id is None:
        return {}
    rows = await work.rows("select id, file_name from lead_imports where id = %(id)s", id=wanted.import_id)
    return {str(row.id): row.file_name for row in rows}


async def find_lead(work: Work, lead_id: UUID) -> Row:
    """Return a lead with its person, or raise NotFound."""
    row = await work.row(LEAD, id=lead_id)
    if row is None:
        raise NotFound(_("This lead does not exist, or it has been deleted."))
    return row


async def list_emails(work: Work, person_id: UUID) -> Sequence[Row]:
    """Return the last 50 e-mails to a person with what became of them, newest first."""
    return await work.rows(EMAILS, person_id=person_id)


async def list_applications(work: Work, person_id: UUID) -> Sequence[Row]:
    """Return a person's applications, newest first."""
    return await work.rows(APPLICATIONS, person_id=person_id)
