"""Who came to the demo's classes: most in time, some late, some not at all, as the join link and Zoom's report tell it."""

from datetime import datetime, timedelta

from adapters.demo.office import Office
from adapters.demo.story import Record, Story

# How the demo's student attended, by the class counted from the last: the others they came to in time.
STUDENT = {1: "present", 2: "late", 3: "absent", 6: "absent"}
# What somebody who came in by another way was called, by the class counted from the last.
STRANGERS = {1: ("Galaxy M34", ""), 2: ("Kavya (phone)", "kavya.home@mail.test")}
REPORTED = timedelta(minutes=20)  # after the end, Zoom's report is there


def held_classes(story: Story) -> list[Record]:
    """Return the classes that took place, the last first."""
    held = [session for session in story.tables["sessions"] if session["ended_at"]]
    return sorted(held, key=lambda session: session["starts_at"], reverse=True)


def students_of(story: Story, session: Record) -> list[Record]:
    """Return the enrolments of those who were to come to a class."""
    return [
        enrolment
        for enrolment in story.tables["enrolments"]
        if enrolment["batch_id"] == session["batch_id"]
        and enrolment["state"] != "withdrawn"
        and enrolment["enrolled_at"] < session["ends_at"]
    ]


def attend(story: Story, office: Office) -> None:
    """Add stays and attendance of every class that took place, and what an admin has corrected."""
    # Whoever misses classes misses several: everybody has a share of classes they come to.
    shares = {
        enrolment["person_id"]: story.random.choice((0.98, 0.95, 0.9, 0.8, 0.6))
        for enrolment in story.tables["enrolments"]
    }
    for number, session in enumerate(held_classes(story), 1):
        for enrolment in students_of(story, session):
            person = enrolment["person_id"]
            is_ours = person == office.student["id"]
            state = STUDENT.get(number, "present") if is_ours else _state(story, shares[person])
            if state != "absent":
                _come(story, session, person, state)
        if number in STRANGERS:
            name, email = STRANGERS[number]
            _stay(
                story,
                session,
                None,
                "report",
                session["starts_at"] + timedelta(minutes=4),
                session["ended_at"],
                name,
                email,
            )
    _correct(story, office)


def _state(story: Story, share: float) -> str:
    if not story.chance(share):
        return "absent"
    return "late" if story.chance(0.12) else "present"


def _come(story: Story, session: Record, person_id: object, state: str) -> None:
    """Add what the link and the report say of one student; somebody whose line broke has two stays."""
    seconds = story.random.randrange(5, 14 * 60)
    came_at = min(session["started_at"] + timedelta(seconds=seconds), session["starts_at"] + timedelta(minutes=9))
    if state == "late":
        came_at = session["starts_at"] + timedelta(seconds=story.random.randrange(12 * 60, 35 * 60))
    left_at = session["ended_at"] - timedelta(seconds=story.random.randrange(5, 240))
    if story.chance(0.1):
        left_at -= timedelta(minutes=story.random.randrange(10, 40))
    clicked_at = came_at - timedelta(seconds=story.random.randrange(8, 40))
    _stay(story, session, person_id, "link", clicked_at, None)
    stays = [(came_at, left_at)]
    if story.chance(0.08):
        broke_at = (came_at + (left_at - came_at) / 2).replace(microsecond=0)
        stays = [(came_at, broke_at), (broke_at + timedelta(minutes=3), left_at)]
    for first, last in stays:
        _stay(story, session, person_id, "report", first, last)
    story.add(
        "attendance",
        session_id=session["id"],
        person_id=person_id,
        joined_at=clicked_at,
        seconds=sum(int((last - first).total_seconds()) for first, last in stays),
        marked=None,
        marked_by=None,
        updated_at=_reported_at(story, session),
    )


def _stay(
    story: Story,
    session: Record,
    person_id: object,
    source: str,
    joined_at: datetime,
    left_at: datetime | None,
    name: str = "",
    email: str = "",
) -> None:
    story.add(
        "session_stays",
        id=story.id(),
        session_id=session["id"],
        person_id=person_id,
        source=source,
        stay_key=str(person_id) if source == "link" else str(story.id()),
        name=name,
        email=email,
        joined_at=joined_at,
        left_at=left_at,
        created_at=joined_at if source == "link" else _reported_at(story, session),
    )


def _reported_at(story: Story, session: Record) -> datetime:
    ended_at: datetime = session["ended_at"]
    return min(ended_at + REPORTED, story.now)


def _correct(story: Story, office: Office) -> None:
    """Have the admin mark somebody present who was late: the line in their house was down."""
    sessions = {session["id"]: session for session in held_classes(story)[1:]}
    late = [
        one
        for one in story.tables["attendance"]
        if one["person_id"] != office.student["id"]
        and one["session_id"] in sessions
        and one["joined_at"] > sessions[one["session_id"]]["starts_at"] + timedelta(minutes=10)
    ]
    if not late:
        return
    mended = late[0]  # of the latest class in which somebody was
    session = sessions[mended["session_id"]]
    at = min(session["ended_at"] + timedelta(hours=14), story.now)
    mended |= {"marked": "present", "marked_by": office.admin["id"], "updated_at": at}
    person = next(one for one in story.tables["people"] if one["id"] == mended["person_id"])
    subject = {"id": session["id"], "name": person["name"]}
    office.audit(at, office.admin, "attendance.marked", "session", subject, mark="present")
