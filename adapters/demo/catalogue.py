"""The demo's two courses, their modules, and three batches."""

from dataclasses import dataclass
from datetime import timedelta

from adapters.demo.story import DAYS, Record, Story

ANALYTICS = (
    "Twelve weeks, live in the evening: Excel, SQL, Power BI and Python on real Indian data, with a mentor who reads your work.",
    """Twelve weeks in which you learn to answer questions with data, on the tools that Indian companies ask for: Excel, SQL, \
Power BI and enough Python to be quick.

You meet your batch live on Tuesday and Thursday evenings (19:30 to 21:00 IST). Every week ends with a small project on \
real data: kirana sales, train delays, UPI payments, cricket. A mentor reads your work and answers within a day.

You need a laptop, six hours a week, and school mathematics. You leave with four projects you can show, and a certificate.""",
)
DESIGN = (
    "Eight Saturdays from research to a tested design in Figma, and a case study for your portfolio.",
    """Eight weeks from “it looks nice” to “it works for people”: research, flows, wireframes, interface design in Figma and \
testing with five real users.

Live on Saturdays (10:00 to 13:00 IST), with studio hours on Wednesday evenings. You redesign one product that you use yourself \
and present it to working designers at the end.

No drawing talent needed; curiosity and a laptop are. You leave with a case study for your portfolio and a certificate.""",
)

ANALYTICS_MODULES = [
    ("Questions before charts", "What a business wants to know, and how to turn it into something you can count."),
    ("Excel that does not break", "Clean tables, lookups, pivot tables, and checking your own work."),
    ("SQL: asking the database", "Filtering, grouping, joins and window functions on a shop's real orders."),
    ("Dashboards in Power BI", "A model that holds, measures that mean one thing, pages that people read."),
    ("Python for the boring parts", "pandas for cleaning, joining and repeating what you did by hand."),
    ("The final project", "Your own question, your own data, ten minutes on stage."),
]
DESIGN_MODULES = [
    ("Seeing like a user", "Interviews, observation, and writing down what people really do."),
    ("Flows and wireframes", "From a problem to screens on paper, fast and thrown away often."),
    ("Interface design in Figma", "Grids, type, colour, components, and states nobody thinks of."),
    ("Testing with five people", "Planning, moderating, and deciding what to change."),
    ("The case study", "Telling the story of your work so that others understand the decisions."),
]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is taught. ``analytics`` has an earlier and an open batch, ``design`` one."""

    analytics: Record
    design: Record
    earlier: Record
    next: Record
    studio: Record

    def course_of(self, batch: Record) -> Record:
        return self.design if batch is self.studio else self.analytics


def make_catalogue(story: Story) -> Catalogue:
    """Add courses, modules and batches."""
    analytics = _course(story, "data-analytics", "Data Analytics", ANALYTICS, 24_999_00, ANALYTICS_MODULES)
    design = _course(story, "ux-foundations", "UX Foundations", DESIGN, 18_500_00, DESIGN_MODULES)
    return Catalogue(
        analytics,
        design,
        earlier=_batch(story, analytics, "Batch 6", starts_in=-32, weeks=12, capacity=60, is_open=False),
        next=_batch(story, analytics, "Batch 7", starts_in=13, weeks=12, capacity=120, is_open=True),
        studio=_batch(story, design, "Batch 3", starts_in=6, weeks=8, capacity=90, is_open=True),
    )


def _course(
    story: Story, slug: str, title: str, texts: tuple[str, str], price: int, modules: list[tuple[str, str]]
) -> Record:
    made_at = story.clock(DAYS, 11)
    summary, description = texts
    course = story.add(
        "courses",
        id=story.id(),
        slug=story.free(slug),
        title=title,
        summary=summary,
        description=description,
        price_paise=price,
        is_published=True,
        is_demo=True,
        created_at=made_at,
        updated_at=made_at,
    )
    for position, (name, summary) in enumerate(modules, 1):
        story.add("modules", id=story.id(), course_id=course["id"], position=position, title=name, summary=summary)
    return course


def _batch(
    story: Story, course: Record, name: str, *, starts_in: int, weeks: int, capacity: int, is_open: bool
) -> Record:
    starts_on = (story.now + timedelta(days=starts_in)).date()
    return story.add(
        "batches",
        id=story.id(),
        course_id=course["id"],
        name=name,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(weeks=weeks),
        capacity=capacity,
        is_open=is_open,
        created_at=story.clock(DAYS, 11, 20),
    )
