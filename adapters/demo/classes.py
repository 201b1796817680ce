"""The demo's classes: those that were held, one that was called off, and the next ones, whose meetings the sandbox makes."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from adapters.demo.catalogue import Catalogue
from adapters.demo.office import Office
from adapters.demo.steps import add_step
from adapters.demo.story import IST, Record, Story
from domain.recordings.checking import DAILY_FOR
from domain.sessions.following import AFTER_THE_END

AHEAD = timedelta(days=10)
TUESDAY, THURSDAY, SATURDAY = 1, 3, 5
# What each class of a module is about, in order; a course goes through its modules.
ANALYTICS = [
    ["Questions that can be counted", "From a question to a table", "Metrics that mislead"],
    ["Clean tables", "Lookups that hold", "Pivot tables", "Checking your own work"],
    ["Filtering and sorting", "Grouping and counting", "Inner and outer joins", "Window functions"],
    ["A model that holds", "Measures", "Pages that people read", "Publishing and sharing"],
    ["Reading files with pandas", "Joining and cleaning", "Doing it every week"],
    ["Choosing your question", "Rehearsal", "Ten minutes on stage"],
]
DESIGN = [
    ["Watching people", "Interviews that find out"],
    ["Flows on paper"],
    ["Grids and type", "Components and states"],
    ["Testing with five people"],
    ["Telling the story", "Portfolio evening"],
]
CALLED_OFF = 5  # the number of the class that was not held
REASON = "Diwali week: we meet again on Thursday."
FORGOTTEN = 1  # the number of the class that nobody recorded
NO_RECORDING = "Zoom has had no recording for nine days."
NOT_RECORDED: Record = {
    "zoom_recording_status": "",
    "zoom_recording_reason": "",
    "recordings_told_at": None,
    "recordings_checked_at": None,
}


@dataclass(frozen=True, slots=True)
class Week:
    """When a batch meets: on which days, at what time in India, for how many minutes."""

    days: tuple[int, ...]
    at: time
    minutes: int


class Classes:
    """Adds the sessions of the batches."""

    def __init__(self, story: Story, office: Office) -> None:
        self.story = story
        self.office = office

    def hold(self, catalogue: Catalogue) -> None:
        """Add the classes of all batches: those that were, and those of the next days, at least the first."""
        evening = Week((TUESDAY, THURSDAY), time(19, 30), 90)
        self._of_batch(catalogue.earlier, ANALYTICS, catalogue.analytics, evening)
        self._of_batch(catalogue.next, ANALYTICS, catalogue.analytics, evening)
        self._of_batch(catalogue.studio, DESIGN, catalogue.design, Week((SATURDAY,), time(10), 180))

    def _of_batch(self, batch: Record, plan: list[list[str]], course: Record, week: Week) -> None:
        modules = [module for module in self.story.tables["modules"] if module["course_id"] == course["id"]]
        topics = [(module, title) for module, titles in zip(modules, plan, strict=True) for title in titles]
        day = batch["starts_on"]
        number, has_next = 0, False
        while number < len(topics):
            if day.weekday() in week.days:
                starts_at = datetime.combine(day, week.at, IST)
                is_ahead = starts_at > self.story.now
                if is_ahead and has_next and starts_at > self.story.now + AHEAD:
                    return
                has_next = has_next or is_ahead
                module, title = topics[number]
                number += 1
                self._add(batch, module, title, starts_at, week.minutes, number)
            day += timedelta(days=1)

    def _add(self, batch: Record, module: Record, title: str, starts_at: datetime, minutes: int, number: int) -> None:
        ends_at = starts_at + timedelta(minutes=minutes)
        made_at = max(batch["created_at"] + timedelta(hours=1), min(starts_at - timedelta(days=12), self.story.now))
        made_at = min(made_at, self.story.now - timedelta(hours=2))
        held = ends_at <= self.story.now
        off = number == CALLED_OFF and held
        ended_at = min(
            ends_at + timedelta(minutes=self.story.random.randrange(-4, 12)), self.story.now.replace(microsecond=0)
        )
        recording = self._recording(number, ended_at) if held and not off else NOT_RECORDED
        session = self.story.add(
            "sessions",
            id=self.story.id(),
            batch_id=batch["id"],
            module_id=module["id"],
            title=title,
            description=f"{module['summary']}\n\nBring your laptop." if number % 3 == 0 else module["summary"],
            starts_at=starts_at,
            duration=minutes,
            ends_at=ends_at,
            host="",
            recording="cloud",
            create_zoom_meeting=True,
            place="",
            version=2 if off else 1,
            cancelled_at=starts_at - timedelta(days=1, hours=3) if off else None,
            cancel_reason=REASON if off else "",
            told_version=2 if off else 1,
            told_at=made_at + timedelta(minutes=1),
            zoom_state="deleted" if off else "ready" if held else "creating",
            zoom_version=1 if held and not off else 0,
            zoom_meeting_id=self._number() if held and not off else None,
            started_at=starts_at - timedelta(minutes=self.story.random.randrange(2, 9)) if held and not off else None,
            ended_at=ended_at if held and not off else None,
            **recording,
            created_by=self.office.admin["id"],
            is_demo=True,
            created_at=made_at,
            updated_at=made_at,
        )
        self.office.audit(made_at, self.office.admin, "session.created", "session", session, batch=batch["name"])
        if off:
            at = session["cancelled_at"]
            self.office.audit(at, self.office.admin, "session.cancelled", "session", session, reason=REASON)
        if not held:
            self._plan(session["id"], ends_at)

    def _recording(self, number: int, ended_at: datetime) -> Record:
        """Return where the recording of a class that was held stands; it comes an hour and a half after the end."""
        came_at = ended_at + timedelta(minutes=90)
        if came_at > self.story.now:
            return NOT_RECORDED
        given_up_at = ended_at + DAILY_FOR
        if number == FORGOTTEN and given_up_at <= self.story.now:
            return NOT_RECORDED | {
                "zoom_recording_status": "missing",
                "zoom_recording_reason": NO_RECORDING,
                "recordings_checked_at": given_up_at,
            }
        return NOT_RECORDED | {
            "zoom_recording_status": "synced",
            "recordings_told_at": came_at,
            "recordings_checked_at": came_at,
        }

    def _plan(self, session_id: UUID, ends_at: datetime) -> None:
        """Have the meeting made, by the sandbox, and plan what comes after the class as scheduling it does."""
        add_step(self.story, "sync_meeting", session_id, self.story.now)
        for kind, after in AFTER_THE_END.items():
            add_step(self.story, kind, session_id, ends_at + after)

    def _number(self) -> str:
        return str(self.story.random.randrange(81_000_000_000, 89_999_999_999))
