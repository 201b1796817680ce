"""The receipt of what was handed in: files with their sizes and checksums, and the moment with its zone."""

from typing import Any

from domain.automation.running import Skip, StepRun
from domain.language import _
from domain.learning.deadlines import told_deadline
from domain.learning.drafts import IS_OF_DRAFT
from domain.messaging.outbox import plan_email
from domain.work import Work

SUBMISSION = f"""
select s.id, s.assignment_id, s.person_id, s.version, s.submitted_at, s.is_late, length(s.text) as characters,
  cardinality(s.links) as links, a.title, c.title as course, b.timezone, h.name, h.email,
  (select coalesce(jsonb_agg(jsonb_build_object('name', f.name, 'size', f.size, 'sha256', f.sha256)
     order by f.place), '[]') from submission_files f where f.submission_id = s.id and not {IS_OF_DRAFT}) as files
from submissions s join assignments a on a.id = s.assignment_id join batches b on b.id = a.batch_id
  join courses c on c.id = b.course_id join people h on h.id = s.person_id
where s.id = %(id)s
"""


async def send_submission_receipt(run: StepRun) -> None:
    """Handle the step `send_submission_receipt`: plan the e-mail for the version that was handed in."""
    async with run.work() as work:
        found = await work.row(SUBMISSION, id=run.step.subject_id)
        if found is None or found.version != run.step.subject_version:
            raise Skip(_("It was handed in anew since, and that has its own receipt."))
        if not found.email:
            raise Skip(_("There is no e-mail address to send it to."))
        await _plan(work, found)


async def _plan(work: Work, found: Any) -> None:
    lines = [f"{file['name']} · {written_size(file['size'])} · SHA-256 {file['sha256']}" for file in found.files]
    if found.characters:
        lines.append(_("Text of {count} characters", count=found.characters))
    if found.links:
        lines.append(_("Links: {count}", count=found.links))
    await plan_email(
        work,
        kind="submission_receipt",
        to=found.email,
        name=found.name,
        key=f"submission_receipt:{found.id}:{found.version}",
        params={
            "first_name": (found.name.split() or [_("there")])[0],
            "title": found.title,
            "course": found.course,
            "when": told_deadline(found.submitted_at, found.timezone),
            "late": "yes" if found.is_late else "",
            "parts": "\n".join(lines),
            "path": f"/student/assignments/{found.assignment_id}",
        },
        person_id=found.person_id,
        subject_id=found.id,
    )


def written_size(size: int) -> str:
    """Write bytes for people: 12 KB, 3.4 MB."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"
