"""The files of messages and calls: none stays on disk that no row names any more.

The database plans the step itself when such a row goes (migration 0023), with whatever it goes.
"""

from uuid import UUID

from domain.automation.running import Skip, StepRun
from domain.language import _
from domain.messaging.calls.recordings import names_of
from domain.work import Work

NAMED = """
select exists (select from crm_messages where id = %(id)s) or exists (select from call_logs where delivery_id = %(id)s)
"""


async def delete_files(run: StepRun) -> None:
    """Handle the step: delete the files of a message or a call that is gone. A second run finds nothing left to do."""
    subject_id = run.step.subject_id
    assert subject_id is not None
    async with run.work() as work:
        if await _is_named(work, subject_id):
            raise Skip(_("It is there again."))
    for name in run.step.payload.get("files") or names_of(subject_id):
        await run.ports.files.delete(name)


async def _is_named(work: Work, subject_id: UUID) -> bool:
    return bool(await work.value(NAMED, id=subject_id))
