"""The steps of lead imports: the dry run, the import, and its undoing."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

from domain.automation.running import Skip, StepRun, hold
from domain.language import _
from domain.leads.importing import ImportRun
from domain.leads.sequences import begin_some_of_import, stop_some_of_import
from domain.leads.undoing import remove_some
from domain.work import Row, Work

OURS = "select state, stored_name from lead_imports where id = %(id)s and step_id = %(step)s"


async def check_import(run: StepRun) -> None:
    """Do the dry run of the step's import."""
    async with _import_run(run) as lead_import:
        await lead_import.check()


async def run_import(run: StepRun) -> None:
    """Store the leads of the step's import, sort its people into the index that searches read, and begin its sequences."""
    async with _import_run(run) as lead_import:
        await lead_import.store()
    async with run.work() as work:
        await work.run("select sort_in_people()")
    more = 1
    while more:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            more = await begin_some_of_import(work, _subject(run), run.step.id)


async def undo_import(run: StepRun) -> None:
    """Remove what the step's import created, some thousands at a time."""
    while True:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            if (await _ours(work, run)).state != "undoing":
                return
            if await stop_some_of_import(work, _subject(run), _("The import was undone.")):
                continue
            if not await remove_some(work, _subject(run)):
                return


@asynccontextmanager
async def _import_run(run: StepRun) -> AsyncIterator[ImportRun]:
    async with run.work() as work:
        stored_name = (await _ours(work, run)).stored_name

    async def guard(work: Work) -> None:
        await hold(work, run.step, run.lease_seconds)

    async with AsyncExitStack() as lent:
        try:
            path = await lent.enter_async_context(run.ports.files.local(stored_name))
        except FileNotFoundError:
            path = None
        yield ImportRun(_subject(run), path, run.work, guard, run.step.id)


async def _ours(work: Work, run: StepRun) -> Row:
    """Return the import; raise Skip when it is gone, or belongs to a later step."""
    row = await work.row(OURS, id=_subject(run), step=run.step.id)
    if row is None:
        raise Skip(_("The import was discarded, or started again since."))
    return row


def _subject(run: StepRun) -> UUID:
    assert run.step.subject_id is not None
    return run.step.subject_id
