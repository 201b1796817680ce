"""The steps of lead imports: the dry run, the import, and its undoing."""

from uuid import UUID

from domain.automation.running import StepRun, hold
from domain.leads.importing import ImportRun
from domain.leads.imports import LeadImport
from domain.work import Work

UNDONE_AT_ONCE = 5_000

# Only what nobody has touched since: still new, never written to, not edited, and its person nothing else to us.
UNDO = """
with untouched as (
  select l.id, l.person_id from imported_leads l
   where l.import_id = %(id)s and l.status = 'new' and l.touched_at is null and l.last_import_id = %(id)s
     and not exists (select from deliveries d where d.person_id = l.person_id)
     and not exists (select from cta_submissions s where s.person_id = l.person_id)
   limit %(most)s
), leads as (
  delete from imported_leads where id in (select id from untouched) returning person_id
), gone as (
  delete from people p using leads l where p.id = l.person_id and p.import_id = %(id)s
     and not exists (select from profiles r where r.person_id = p.id)
     and not exists (select from enrolments e where e.person_id = p.id)
)
select count(*) from leads
"""


async def check_import(run: StepRun) -> None:
    """Do the dry run of the step's import."""
    await (await _import_run(run)).check()


async def run_import(run: StepRun) -> None:
    """Store the leads of the step's import."""
    await (await _import_run(run)).store()


async def undo_import(run: StepRun) -> None:
    """Remove what the step's import created, some thousands at a time."""
    import_id = _subject(run)
    while True:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            removed = await _undo_some(work, import_id)
            if not removed:
                await work.run(
                    "update lead_imports set state = 'undone', finished_at = %(now)s where id = %(id)s and state = 'undoing'",
                    id=import_id,
                    now=work.now,
                )
                work.signal("imports")
                work.signal("leads")
                return


async def _undo_some(work: Work, import_id: UUID) -> int:
    removed: int = await work.value(UNDO, id=import_id, most=UNDONE_AT_ONCE)
    await work.run(
        "update lead_imports set undone_count = undone_count + %(removed)s where id = %(id)s",
        removed=removed,
        id=import_id,
    )
    work.signal(f"import:{import_id}")
    return removed


async def _import_run(run: StepRun) -> ImportRun:
    import_id = _subject(run)
    async with run.work() as work:
        stored_name = (await work.get(LeadImport, import_id)).stored_name

    async def guard(work: Work) -> None:
        await hold(work, run.step, run.lease_seconds)

    return ImportRun(import_id, run.ports.files.path(stored_name), run.work, guard)


def _subject(run: StepRun) -> UUID:
    assert run.step.subject_id is not None
    return run.step.subject_id
