"""What the demo's students said of their classes, and what the host wrote of each."""

from datetime import timedelta
from random import Random

from adapters.demo.attendance import held_classes, students_of
from adapters.demo.office import Office
from adapters.demo.story import Story

SUMMARY = (
    "We went through {title} step by step, with the shop's own figures.\n\n"
    "To try at home: do the last exercise once more without looking at the solution."
)
COMMENTS = {
    5: ("The examples from real shops made it click.", "Best class so far!", "Loved the pace, and all questions were answered."),
    4: ("Good. A little more time for the exercise would help.", "Clear, and the notes are useful."),
    3: ("A bit fast in the second half.", "All right, but I had to watch the recording to follow."),
    2: ("The sound broke off several times.",),
}  # fmt: skip
RATINGS = (5, 5, 5, 5, 4, 4, 4, 3, 3, 2)
LAST = 14  # of so many classes


def give_feedback(story: Story, office: Office) -> None:
    """Add summaries of the classes that took place, and what about half of those who were there said a day later."""
    # Of its own, so that the rest of the story stays as it is.
    random = Random("feedback")
    held = held_classes(story)
    for session in story.tables["sessions"]:
        is_held = session in held and session["ends_at"] < story.now
        session["summary"] = SUMMARY.format(title=f"“{session['title']}”") if is_held else ""
    were_there = {(one["session_id"], one["person_id"]) for one in story.tables["attendance"] if one["joined_at"]}
    for session in held[:LAST]:
        for enrolment in students_of(story, session):
            person = enrolment["person_id"]
            given_at = session["ends_at"] + timedelta(hours=24, minutes=random.randrange(3, 900))
            is_said = (session["id"], person) in were_there and random.random() < 0.55
            if not is_said or given_at >= story.now or person == office.student["id"]:
                continue
            rating = random.choice(RATINGS)
            story.add(
                "session_feedback",
                session_id=session["id"],
                person_id=person,
                rating=rating,
                comment=random.choice(COMMENTS[rating]) if random.random() < 0.4 else "",
                given_at=given_at,
                updated_at=given_at,
            )
