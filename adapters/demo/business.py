"""The demo business as rows by table: a believable Indian course business and its last 60 days."""

from collections.abc import Collection
from datetime import datetime, timedelta

from adapters.demo.admissions import Admissions
from adapters.demo.approvals import Approvals
from adapters.demo.around_classes import AroundClasses
from adapters.demo.assignments import make_assignments
from adapters.demo.attendance import attend
from adapters.demo.automations import Automations
from adapters.demo.broadcasts import make_broadcasts
from adapters.demo.campaigns import make_campaigns
from adapters.demo.catalogue import Catalogue, make_catalogue
from adapters.demo.classes import Classes
from adapters.demo.feedback import give_feedback
from adapters.demo.leads import make_leads
from adapters.demo.mailing import Mailing
from adapters.demo.messages import make_messages
from adapters.demo.office import Office
from adapters.demo.payments import Payments
from adapters.demo.phones import call_students
from adapters.demo.recordings import make_recordings
from adapters.demo.sequences import Sequences
from adapters.demo.story import Record, Story


def make_business(now: datetime, password_hash: str, taken: Collection[str] = ()) -> dict[str, list[Record]]:
    """Return the rows of the demo, which ends at ``now``, by table."""
    story = Story(now, taken)
    office = Office(story, password_hash)
    catalogue = make_catalogue(story)
    leads = make_leads(story, office.admin["id"])
    mailing = Mailing(story)
    sequences = Sequences(story, catalogue, office)
    clicks = sequences.begin(leads)
    by_campaign = [lead for lead in leads if lead.row["id"] not in sequences.of_lead]
    clicks += make_campaigns(story, mailing, catalogue, office, by_campaign)
    admissions = Admissions(story, mailing, catalogue, office)
    _enrol_the_student(admissions, catalogue, office)
    admissions.take(sorted(clicks, key=lambda click: click.at))
    automations = Automations(story, mailing)
    sequences.write(automations)
    make_messages(story, office)
    Payments(story, office).take()
    call_students(story, mailing)
    make_broadcasts(story, mailing, office)
    Classes(story, office).hold(catalogue)
    make_assignments(story, catalogue, office)
    attend(story, office)
    make_recordings(story, office)
    give_feedback(story, office)
    Approvals(automations, office).follow()
    AroundClasses(automations, catalogue).follow()
    _write_down(story, catalogue, office)
    return story.tables


def _enrol_the_student(admissions: Admissions, catalogue: Catalogue, office: Office) -> None:
    at = admissions.story.clock(38, 15, 12)
    admissions.enrol(office.student, catalogue.earlier, catalogue.analytics, at, None)


def _write_down(story: Story, catalogue: Catalogue, office: Office) -> None:
    for course in (catalogue.analytics, catalogue.design):
        office.audit(course["created_at"], office.owner, "course.created", "course", course)
    for one in story.tables["lead_imports"]:
        office.audit(one["created_at"], office.admin, "import.started", "import", one)
    for one in story.tables["lead_campaigns"]:
        office.audit(one["created_at"], office.admin, "campaign.started", "campaign", one)
    office.notify_of_applications({course["id"]: course["title"] for course in story.tables["courses"]})
    story.add(
        "notifications",
        id=story.id(),
        person_id=office.student["id"],
        kind="enrolment",
        title=f"Welcome to {catalogue.analytics['title']}, {catalogue.earlier['name']}",
        body="Your modules are ready to look at.",
        url="/student",
        created_at=story.clock(38, 15, 12) + timedelta(minutes=1),
        read_at=None,
    )
