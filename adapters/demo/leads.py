"""The demo's leads and the imports that brought them, one a source and week."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from adapters.demo.story import IST, Record, Story
from adapters.demo.words import OCCUPATIONS

HOW_MANY = 2_000


@dataclass(frozen=True, slots=True)
class Source:
    """Where leads come from: how often, and how many days ago its files were imported."""

    name: str
    campaign: str
    tag: str
    share: float
    file: str
    imported: Sequence[int]


SOURCES = (
    Source("Meta", "Analytics carousel", "meta", 0.5, "meta-leads-{day}.csv", (55, 48, 41, 34, 27, 20, 13, 6, 0)),
    Source("Google Form", "Career quiz", "quiz", 0.22, "career-quiz-{day}.csv", (51, 37, 23, 9, 0)),
    Source("Webinar", "Free SQL webinar", "webinar", 0.17, "webinar-{day}.xlsx", (52, 38, 24, 10, 1)),
    Source("Referral", "Bring a friend", "referral", 0.11, "referrals-{day}.csv", (45, 30, 15, 2)),
)


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead with its person."""

    row: Record
    person: Record
    since: datetime


def make_leads(story: Story, admin: UUID) -> list[Lead]:
    """Add imports with their leads, oldest first."""
    imports = {source.name: _imports(story, source, admin) for source in SOURCES}
    shares = [source.share for source in SOURCES]
    leads = []
    for since in sorted(story.some_moment() for _ in range(HOW_MANY)):
        (source,) = story.random.choices(SOURCES, shares)
        done = next((one for one in imports[source.name] if one["created_at"] >= since), None)
        if done is None:
            # Later than this source's last file: everything of the last hours came in with Meta's.
            source, done = SOURCES[0], imports["Meta"][-1]
        leads.append(_lead(story, source, done, min(since, done["created_at"] - timedelta(minutes=1))))
    for one in story.tables["lead_imports"]:
        _reject_some(story, one)
    return leads


def _imports(story: Story, source: Source, admin: UUID) -> list[Record]:
    found = []
    for days_ago in source.imported:
        at = story.clock(days_ago, story.random.randrange(9, 12), story.random.randrange(60))
        name = source.file.format(day=at.astimezone(IST).strftime("%d-%b").lower())
        found.append(_import(story, admin, name, at))
    return found


def _import(story: Story, admin: UUID, name: str, at: datetime) -> Record:
    identity = story.id()
    return story.add(
        "lead_imports",
        id=identity,
        created_by=admin,
        file_name=name,
        stored_name=f"demo/{identity}",
        file_size=0,
        file_hash=hashlib.sha256(f"demo {identity}".encode()).hexdigest(),
        header=["created_time", "full_name", "email", "phone_number", "city", "occupation"],
        mapping={"0": "created_at", "1": "name", "2": "email", "3": "phone", "4": "city", "5": ""},
        options={},
        state="done",
        rows_total=0,
        rows_done=0,
        created_count=0,
        duplicate_count=0,
        rejected_count=0,
        is_demo=True,
        created_at=at,
        started_at=at + timedelta(seconds=40),
        finished_at=at + timedelta(seconds=42),
    )


def _lead(story: Story, source: Source, done: Record, since: datetime) -> Lead:
    with_email = story.chance(0.93)
    person = story.person(since, email=with_email, phone=not with_email or story.chance(0.95))
    person["import_id"] = done["id"]
    _count(done, "created_count", bytes_each=96)
    tags = [source.tag, *(["hot"] if story.chance(0.06) else [])]
    row = story.add(
        "imported_leads",
        id=story.id(),
        person_id=person["id"],
        import_id=done["id"],
        last_import_id=done["id"],
        row_number=done["rows_total"] + 1,
        status="new",
        source=source.name,
        campaign=source.campaign,
        tags=tags,
        attributes={"Occupation": story.random.choice(OCCUPATIONS)},
        emailed_at=None,
        touched_at=None,
        created_at=since,
    )
    return Lead(row, person, since)


def _reject_some(story: Story, done: Record) -> None:
    for _ in range(story.random.randrange(2 + done["created_count"] // 25)):
        is_double = story.chance(0.6)
        _count(done, "duplicate_count" if is_double else "rejected_count", bytes_each=70)
        number = done["rows_total"] + 1
        name = story.random.choice(story.tables["people"])["name"]
        story.add(
            "lead_import_rows",
            import_id=done["id"],
            row_number=number,
            kind="duplicate" if is_double else "rejected",
            reason=f"The same person as row {story.random.randrange(2, number)}."
            if is_double
            else "Neither a valid e-mail nor a valid phone number.",
            cells=["", name, "" if is_double else name.split()[0].lower() + "@gmial", "", "", ""],
        )


def _count(done: Record, counter: str, bytes_each: int) -> None:
    done[counter] += 1
    done["rows_total"] += 1
    done["rows_done"] += 1
    done["file_size"] += bytes_each
