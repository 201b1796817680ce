"""Undoing an import: what it created and nobody has touched since goes, all else stays."""

from dataclasses import dataclass
from uuid import UUID

from domain.errors import Conflict
from domain.language import ngettext
from domain.leads.imports import begin_undo
from domain.work import Work

AT_ONCE = 5_000

WRITTEN_TO = """
(l.emailed_at is not null or exists (
  select from deliveries d where d.person_id = l.person_id and d.created_at >= l.created_at))
"""
APPLIED = """
(exists (select from cta_submissions a where a.person_id = l.person_id and a.updated_at >= l.created_at)
  or exists (select from enrolments e where e.person_id = l.person_id and e.enrolled_at >= l.created_at)
  or exists (select from profiles f where f.person_id = l.person_id and f.created_at >= l.created_at))
"""
EDITED = "l.touched_at is not null"
IMPORTED_AGAIN = "l.last_import_id is distinct from l.import_id"
UNTOUCHED = f"not ({EDITED} or {IMPORTED_AGAIN} or {WRITTEN_TO} or {APPLIED})"

COUNT = f"""
select count(*) as leads, count(*) filter (where {UNTOUCHED}) as removable,
  count(*) filter (where {WRITTEN_TO}) as written_to, count(*) filter (where {APPLIED}) as applied,
  count(*) filter (where {EDITED}) as edited, count(*) filter (where {IMPORTED_AGAIN}) as imported_again
from imported_leads l where l.import_id = %(id)s
"""
# Of the people, those this import brought and who are nothing else to us.
REMOVE = f"""
with untouched as (
  select l.id from imported_leads l where l.import_id = %(id)s and {UNTOUCHED} limit %(most)s for update
), leads as (
  delete from imported_leads where id in (select id from untouched) returning person_id
), gone as (
  delete from people p using leads l where p.id = l.person_id and p.import_id = %(id)s
     and not exists (select from profiles r where r.person_id = p.id)
     and not exists (select from enrolments e where e.person_id = p.id)
     and not exists (select from payments m where m.person_id = p.id)
     and not exists (select from cta_submissions a where a.person_id = p.id)
)
select count(*) from leads
"""
ADD_UP = "update lead_imports set undone_count = undone_count + %(removed)s where id = %(id)s"
END = """
update lead_imports set state = 'undone', finished_at = %(now)s where id = %(id)s and state = 'undoing'
"""
FORGET_TAGS = "delete from lead_tags t where not exists (select from imported_leads l where l.tags @> array[t.tag])"


@dataclass(frozen=True, slots=True)
class Undoable:
    """What undoing would do now. The reasons why leads stay may overlap."""

    leads: int
    removable: int
    written_to: int
    applied: int
    edited: int
    imported_again: int

    @property
    def touched(self) -> int:
        return self.leads - self.removable


async def find_undoable(work: Work, import_id: UUID) -> Undoable:
    """Return how many of the import's leads undoing would remove, and how many would stay."""
    row = await work.row(COUNT, id=import_id)
    assert row is not None
    return Undoable(row.leads, row.removable, row.written_to, row.applied, row.edited, row.imported_again)


async def undo_import(work: Work, import_id: UUID, expected: int) -> None:
    """Plan the undoing; raise Conflict when it is no longer ``expected`` leads that would go.

    A lead touched between now and then stays all the same.
    """
    work.require_admin()
    removable = (await find_undoable(work, import_id)).removable
    if removable != expected:
        raise Conflict(
            ngettext("By now {count} lead would be removed.", "By now {count} leads would be removed.", removable)
        )
    await begin_undo(work, import_id)


async def remove_some(work: Work, import_id: UUID) -> int:
    """Remove some thousands of leads and return how many; when there is nothing left to remove, the undoing is done."""
    removed: int = await work.value(REMOVE, id=import_id, most=AT_ONCE)
    await work.run(ADD_UP, removed=removed, id=import_id)
    work.signal(f"import:{import_id}")
    if not removed:
        await work.run(FORGET_TAGS)
        await work.run(END, id=import_id, now=work.now)
        for topic in ("imports", "leads", "activity"):
            work.signal(topic)
    return removed
