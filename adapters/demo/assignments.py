"""The demo's assignments: four weeks of work handed in and graded, one that is open, and one that is still a draft."""

from datetime import datetime, timedelta
from uuid import UUID

from adapters.demo.catalogue import Catalogue
from adapters.demo.office import Office
from adapters.demo.story import Record, Story

# module, title, instructions, points, due in so many days
SET = [
    (
        0,
        "Three questions a shop should ask",
        """Visit a shop near you and watch for half an hour. Write down three questions its owner could answer by counting, \
and for each: what to count, how often, and what would change.

One page is enough.""",
        10,
        -24,
    ),
    (
        1,
        "A pivot table that holds",
        """Take the kirana sales of week 2. Build one pivot table that shows revenue by category and month, and check it \
against the raw rows in two ways.

Hand in the workbook, or a link to it, and say how you checked.""",
        20,
        -11,
    ),
    (
        2,
        "Ten questions in SQL",
        """Answer the ten questions on the shop's orders, one query each. Write above each query, in a comment, what you \
expect before you run it.""",
        20,
        -2,
    ),
    (3, "One dashboard, one page", "Four visuals at most, one page, one message. Hand in a picture and a link.", 25, 6),
]
DRAFT = (
    5,
    "The final project: your question",
    "Your own question in two sentences, and where the data comes from.",
    10,
    30,
)
# What students write to their work, by the assignment.
WORDS = [
    [
        "I chose the vegetable stall on our street. What surprised me: the owner knew the answer to two of my three questions.",
        "A medical shop. The third question is the one I would ask again: how often is something asked for that is not there?",
        "I watched a tea stall for an hour instead of half. It changes at eleven, so I counted before and after.",
    ],
    [
        "Finished. The totals agree with the raw rows; for March I had counted two returns twice and corrected it.",
        "Here is my workbook. It took about three hours, mostly cleaning the dates.",
        "Please look at the second check most. It differs from the first by one row that has no category.",
    ],
    [
        "All ten are answered. I am not sure about number seven: I used a window function where a join might be enough.",
        "Number four gave more rows than I expected: one order has two addresses. I wrote down why.",
        "All ten, with what I expected above each. Three times I was wrong, and once the question was.",
    ],
    ["One page, four visuals. The message is in the title; I moved the map out, since it said nothing new."],
]
COMMENTS = [
    "Clear and well checked. Next time say what you would do with the answer.",
    "Good. Two of your categories overlap, so their sum is more than the total: look at tea and beverages.",
    "Very careful work. I used your second check in class.",
    "The idea is right, the last step is missing: what would change for the owner?",
]
TIME_FOR_IT = timedelta(days=2)
AGAIN = "You answered what was sold, but the question was what was earned. Please do parts 2 and 3 once more."


def make_assignments(story: Story, catalogue: Catalogue, office: Office) -> None:
    """Add the assignments of the batch that runs, and what its students have handed in."""
    modules = [one for one in story.tables["modules"] if one["course_id"] == catalogue.analytics["id"]]
    students = [
        one
        for one in story.tables["enrolments"]
        if one["batch_id"] == catalogue.earlier["id"] and one["state"] == "active"
    ]
    for number, facts in enumerate([*SET, DRAFT]):
        assignment = _set(story, catalogue, office, modules, facts, is_draft=facts is DRAFT)
        if facts is DRAFT:
            continue
        for enrolment in students:
            is_ours = enrolment["person_id"] == office.student["id"]
            _hand_in(story, office, assignment, enrolment, number, is_ours=is_ours)


def _set(
    story: Story,
    catalogue: Catalogue,
    office: Office,
    modules: list[Record],
    facts: tuple[int, str, str, int, int],
    *,
    is_draft: bool,
) -> Record:
    module, title, instructions, points, due_in = facts
    due_at = story.day(-due_in) + timedelta(hours=21)
    made_at = story.clock(max(2, 10 - due_in), 12, 10)
    return story.add(
        "assignments",
        id=story.id(),
        batch_id=catalogue.earlier["id"],
        module_id=modules[module]["id"],
        session_id=_given_in(story, catalogue, modules[module], due_at),
        title=title,
        instructions=instructions,
        due_at=due_at,
        points=points,
        accepts_late=True,
        published_at=None if is_draft else made_at,
        created_by=office.admin["id"],
        is_demo=True,
        created_at=made_at,
        updated_at=made_at,
    )


def _given_in(story: Story, catalogue: Catalogue, module: Record, due_at: datetime) -> UUID | None:
    """Return the last class of a module that leaves time for its work; None while no class of it is planned."""
    classes = [
        one
        for one in story.tables["sessions"]
        if one["batch_id"] == catalogue.earlier["id"]
        and one["module_id"] == module["id"]
        and one["ends_at"] < due_at - TIME_FOR_IT
        and one["cancelled_at"] is None
    ]
    return max(classes, key=lambda one: one["starts_at"])["id"] if classes else None


def _hand_in(
    story: Story, office: Office, assignment: Record, enrolment: Record, number: int, *, is_ours: bool
) -> None:
    share = (0.94, 0.86, 0.7, 0.12)[number]
    if not (story.chance(share) if not is_ours else number < 3):
        return
    late = number < 3 and not is_ours and story.chance(0.15)
    latest = assignment["due_at"] + timedelta(hours=30) if late else assignment["due_at"]
    at = min(
        latest - timedelta(minutes=story.random.randrange(5, TIME_FOR_IT // timedelta(minutes=1))),
        story.now - timedelta(minutes=story.random.randrange(60, 2000)),
    )
    state, graded_at = _standing(story, number, at, is_ours=is_ours)
    points = assignment["points"]
    score = story.random.randrange(points, 2 * points + 1) / 2 if state == "graded" else None
    comment = {"graded": story.random.choice(COMMENTS), "returned": AGAIN}.get(state, "")
    story.add(
        "submissions",
        id=story.id(),
        assignment_id=assignment["id"],
        person_id=enrolment["person_id"],
        state=state,
        text=story.random.choice(WORDS[number]),
        links=["https://example.com/sheets/my-work"] if story.chance(0.4) else [],
        version=2 if graded_at else 1,
        submitted_at=at,
        is_late=at > assignment["due_at"],
        score=score,
        comment=comment,
        graded_by=office.admin["id"] if graded_at else None,
        graded_at=graded_at,
        created_at=at,
        updated_at=graded_at or at,
    )


def _standing(story: Story, number: int, at: datetime, *, is_ours: bool) -> tuple[str, datetime | None]:
    """Return the state of what was handed in and when it got there: older work is graded, the newest waits."""
    graded_at = story.after(at, timedelta(hours=8), timedelta(days=4))
    if is_ours:
        wanted = ("graded", "returned", "submitted")[number]
    else:
        wanted = "submitted" if number > 1 or story.chance(0.06) else "returned" if story.chance(0.05) else "graded"
    if wanted == "submitted" or graded_at is None:
        return "submitted", None
    return wanted, graded_at
