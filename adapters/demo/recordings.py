"""The demo's recordings: a film of every class that took place, what was said in it, and who has watched how much."""

from datetime import datetime, timedelta
from uuid import UUID

from adapters.demo.attendance import held_classes, students_of
from adapters.demo.films import SECONDS
from adapters.demo.office import Office
from adapters.demo.story import Record, Story
from domain.recordings.viewing import WATCHED_AT

# How much the demo's student has watched, seconds by the class counted from the last: what they missed, whole or half.
STUDENT = {3: SECONDS, 4: 3, 6: 4}
CHAPTERS = ((0, 2, "Welcome"), (2, 6, "{title}"), (6, SECONDS, "Questions and homework"))
LINES = (
    "{host}: Good evening, everybody. Can you all hear me?",
    "{host}: Tonight: {title}.",
    "{host}: Open last week's file, we go on from there.",
    "{student}: Is this how a shop would do it, too?",
    "{host}: Yes. Try it on your own numbers before Thursday.",
)


def make_recordings(story: Story, office: Office) -> None:
    """Add the recordings that have come, and who has watched them."""
    for number, session in enumerate(held_classes(story), 1):
        if session["zoom_recording_status"] != "synced":
            continue
        recording = _film(story, session)
        _said(story, session, recording, office)
        came = {one["person_id"] for one in story.tables["attendance"] if one["session_id"] == session["id"]}
        for enrolment in students_of(story, session):
            person = enrolment["person_id"]
            seconds = STUDENT.get(number, 0) if person == office.student["id"] else _watched(story, person in came)
            if seconds:
                _view(story, recording, person, seconds)


def _film(story: Story, session: Record) -> Record:
    at: datetime = session["recordings_told_at"]
    return story.add(
        "recordings",
        id=story.id(),
        session_id=session["id"],
        kind="video",
        source="zoom",
        part=1,
        duration=SECONDS,
        media_type="video/mp4",
        state="ready",
        stored_name=None,
        checksum="",
        copy_state="copied",
        copied_bytes=0,
        zoom_file_type="MP4",
        zoom_recording_type="shared_screen_with_speaker_view",
        zoom_file_size=0,
        recording_start=session["started_at"],
        recording_end=session["ended_at"],
        read_at=at,
        created_at=at,
        updated_at=at,
    )


def _said(story: Story, session: Record, recording: Record, office: Office) -> None:
    words = {"title": session["title"], "host": office.admin["name"], "student": office.student["name"]}
    step = SECONDS * 1_000 // len(LINES)
    for number, line in enumerate(LINES, 1):
        _cue(story, recording, "line", number, ((number - 1) * step, number * step), line.format(**words))
    for number, (first, last, title) in enumerate(CHAPTERS, 1):
        _cue(story, recording, "chapter", number, (first * 1_000, last * 1_000), title.format(**words))


def _cue(story: Story, recording: Record, kind: str, number: int, span: tuple[int, int], text: str) -> None:
    story.add(
        "recording_cues",
        recording_id=recording["id"],
        kind=kind,
        number=number,
        starts_ms=span[0],
        ends_ms=span[1],
        text=text,
    )


def _watched(story: Story, was_there: bool) -> int:
    """Return how many seconds somebody has watched: who missed the class mostly all of it, who was there seldom."""
    if not story.chance(0.35 if was_there else 0.8):
        return 0
    return SECONDS if story.chance(0.5) else story.random.randrange(1, SECONDS)


def _view(story: Story, recording: Record, person_id: UUID, seconds: int) -> None:
    latest = story.now - timedelta(minutes=5)
    age = latest - recording["created_at"]
    seen_at = latest - age * min(story.random.random() * 1.4, 1) if age > timedelta() else recording["created_at"]
    is_watched = 100 * seconds >= WATCHED_AT * SECONDS
    story.add(
        "recording_views",
        recording_id=recording["id"],
        person_id=person_id,
        watched=f"{{[0,{seconds})}}",
        duration=SECONDS,
        position=seconds,
        opened_at=seen_at - timedelta(seconds=2 * SECONDS),
        counted_at=seen_at,
        seen_at=seen_at,
        watched_at=seen_at if is_watched else None,
    )
