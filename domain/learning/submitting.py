"""Handing in: a student's draft, the handing in itself, and replacing it until the deadline."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.learning.deadlines import OPEN_UNTIL
from domain.learning.files import MAX_TOGETHER, MOST_FILES, StoredFile
from domain.work import Row, Work

LONGEST_TEXT, MOST_LINKS, LONGEST_LINK = 20_000, 10, 500

OPEN = f"""
select a.id, a.title, a.accepts_late, {OPEN_UNTIL} as open_until
from assignments a left join assignment_extensions x on x.assignment_id = a.id and x.person_id = %(me)s
where a.id = %(id)s and a.published_at is not null and exists (
  select from enrolments e where e.batch_id = a.batch_id and e.person_id = %(me)s and e.state <> 'withdrawn')
"""
BEGIN = """
insert into submissions (assignment_id, person_id, version, created_at, updated_at)
values (%(id)s, %(me)s, 0, %(now)s, %(now)s) on conflict (assignment_id, person_id) do nothing
"""
MINE = "select * from submissions where assignment_id = %(id)s and person_id = %(me)s for update"
FILES = "select id, name, size, stored_name from submission_files where submission_id = %(id)s"
KEEP_BESIDE = """
update submissions set version = version + 1, updated_at = %(now)s, draft = jsonb_build_object('text', %(text)s::text,
  'links', to_jsonb(%(links)s::text[]), 'added', to_jsonb(%(added)s::uuid[]), 'removed', to_jsonb(%(removed)s::uuid[]))
where id = %(id)s
"""
SAVE = """
update submissions set draft = null, text = %(text)s, links = %(links)s, version = version + 1, updated_at = %(now)s,
  state = case when %(hand_in)s then 'submitted' else state end,
  -- Rework that was asked for is as late as what it replaces.
  is_late = case when %(hand_in)s and graded_at is null then %(is_late)s else is_late end,
  submitted_at = case when %(hand_in)s then %(now)s else submitted_at end
where id = %(id)s
"""
ADD_FILE = """
insert into submission_files (submission_id, name, stored_name, media_type, size, sha256, created_at)
values (%(submission_id)s, %(name)s, %(stored_name)s, %(media_type)s, %(size)s, %(sha256)s, %(now)s)
returning id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What a student sends: all of the text and links, files to add, and ids of files to take away.

    ``version`` is the one they saw, 0 before anything was saved.
    """

    version: int
    text: str = ""
    links: Sequence[str] = ()
    added: Sequence[StoredFile] = field(default=())
    removed: Sequence[UUID] = ()


def is_open(state: str | None, open_until: datetime, accepts_late: bool, now: datetime) -> bool:
    """Say whether a student can still change a submission that stands so; rework that was asked for has no deadline."""
    if state == "graded":
        return False
    if state == "submitted":
        return now <= open_until
    return state == "returned" or accepts_late or now <= open_until


async def save_submission(work: Work, assignment_id: UUID, change: Change, *, hand_in: bool) -> list[str]:
    """Keep what a student sends, and hand it in when asked to; return our names of the files that go.

    A draft is nobody's business but theirs. What is handed in already stays so: a change replaces it, with a new receipt;
    after a return a draft lies beside it until that is handed in. Raises InvalidInput, Conflict when it was changed
    elsewhere or is closed, NotFound.
    """
    mine, files, open_until = await _locked(work, assignment_id, change)
    _check(change, files)
    hand_in = hand_in or mine.state == "submitted"
    removed = [file for file in files if file.id in change.removed]
    kept = len(files) - len(removed) + len(change.added)
    if hand_in and not (change.text or change.links or kept):
        raise InvalidInput({"text": _("There is nothing to hand in yet: write something, or add a file or a link.")})
    is_beside = mine.state == "returned" and not hand_in
    of_draft = {UUID(identity) for identity in (mine.draft or {}).get("added", [])}
    # What was handed in is not taken away by a draft.
    gone = [file for file in removed if not is_beside or file.id in of_draft]
    await work.run("delete from submission_files where id = any(%(ids)s)", ids=[file.id for file in gone])
    added = [await _add(work, mine.id, file) for file in change.added]
    values = {"id": mine.id, "text": change.text, "links": list(change.links), "now": work.now}
    if is_beside:
        added += of_draft.difference(file.id for file in gone)
        await work.run(KEEP_BESIDE, added=added, removed=[file.id for file in removed if file not in gone], **values)
    else:
        await work.run(SAVE, hand_in=hand_in, is_late=work.now > open_until, **values)
    if hand_in:
        await work.rows("select plan_submission_receipt(%(id)s)", id=mine.id)
        work.nudge()
        work.signal("assignments")
        work.signal(f"assignment:{assignment_id}")
        work.signal("assignments", work.identity.person_id)
    return [file.stored_name for file in gone]


async def _add(work: Work, submission_id: UUID, file: StoredFile) -> UUID:
    values = {name: getattr(file, name) for name in StoredFile.__slots__}
    identity: UUID = await work.value(ADD_FILE, submission_id=submission_id, now=work.now, **values)
    return identity


async def _locked(work: Work, assignment_id: UUID, change: Change) -> tuple[Row, Sequence[Row], datetime]:
    me = work.identity.person_id
    found = await work.row(OPEN, id=assignment_id, me=me)
    if found is None:
        raise NotFound(_("There is no such assignment."))
    await work.run(BEGIN, id=assignment_id, me=me, now=work.now)
    mine = await work.row(MINE, id=assignment_id, me=me)
    assert mine is not None
    if not is_open(mine.state, found.open_until, found.accepts_late, work.now):
        raise Conflict(_("The deadline has passed, or it is graded already: it cannot be changed any more."))
    if mine.version != change.version:
        raise Conflict(_("You have changed this in another window. Look at what is kept there, then save again."))
    return mine, await work.rows(FILES, id=mine.id), found.open_until


def _check(change: Change, files: Sequence[Row]) -> None:
    errors = {}
    if len(change.text) > LONGEST_TEXT:
        errors["text"] = _("At most {count} characters, please.", count=LONGEST_TEXT)
    if len(change.links) > MOST_LINKS:
        errors["links"] = _("At most {count} links.", count=MOST_LINKS)
    for link in change.links:
        if not _is_link(link):
            errors["links"] = _("This is not the address of a page: {link}", link=link[:100])
    sizes = [file.size for file in files if file.id not in change.removed] + [file.size for file in change.added]
    if len(sizes) > MOST_FILES:
        errors["files"] = _("At most {count} files.", count=MOST_FILES)
    if sum(sizes) > MAX_TOGETHER:
        errors["files"] = _("At most {limit} MB together.", limit=MAX_TOGETHER // 1024 // 1024)
    if errors:
        raise InvalidInput(errors)


def _is_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and len(link) <= LONGEST_LINK and " " not in link
