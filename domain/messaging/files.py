"""Files whose row is gone: none stays in the store that no row names any more.

The database plans the step itself when such a row goes (migrations 0023 and 0026), with whatever it goes. A step without a
subject names files that belonged to one row alone and to no other after it.
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
    """Handle the step: delete the files of what is gone. A second run finds nothing left to do."""
    subject_id, files = run.step.subject_id, run.step.payload.get("files") or ()
    if subject_id is not None:
        async with run.work() as work:
            if await _is_named(work, subject_id):
                raise Skip(_("It is there again."))
        files = files or names_of(subject_id)
    for name in files:
        await run.ports.files.delete(name)


async def _is_named(work: Work, subject_id: UUID) -> bool:
    return bool(await work.value(NAMED, id=subject_id))
