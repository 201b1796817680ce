"""The demo's campaigns: a call to apply each week, and who opened, clicked, bounced or asked to be left alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.demo.catalogue import Catalogue
from adapters.demo.leads import Lead
from adapters.demo.mailing import Mailing
from adapters.demo.office import Office
from adapters.demo.story import IST, Record, Story
from adapters.demo.words import FAILURES, UNKNOWN

WEEKLY = (54, 47, 40, 33, 26, 19, 12, 5, 2)
AGAIN = (38, 24)  # another try, for the other course
REST = timedelta(days=12)  # before somebody is tried again


@dataclass(frozen=True, slots=True)
class Click:
    """A lead who followed a link: in an e-mail of a campaign, or of the sequence that writes to them."""

    lead: Lead
    at: datetime
    course: Record
    campaign: Record | None = None
    sequence: Record | None = None


def make_campaigns(
    story: Story, mailing: Mailing, catalogue: Catalogue, office: Office, leads: list[Lead]
) -> list[Click]:
    """Add campaigns with their e-mails to these leads; return who clicked, in order."""
    moments = sorted([(days, False) for days in WEEKLY] + [(days, True) for days in AGAIN], reverse=True)
    clicks: list[Click] = []
    for days_ago, again in moments:
        at = story.clock(days_ago, 10, 15)
        course = catalogue.design if again else catalogue.analytics
        chosen = [lead for lead in leads if _is_addressed(lead, at, again, mailing)]
        clicks += _send(story, mailing, office, course, at, chosen, is_last=days_ago == WEEKLY[-1])
    return sorted(clicks, key=lambda click: click.at)


def _is_addressed(lead: Lead, at: datetime, again: bool, mailing: Mailing) -> bool:
    email, before = lead.person["email"], lead.row["emailed_at"]
    if email is None or email in mailing.suppressed or lead.since > at:
        return False
    return before is not None and before < at - REST if again else before is None


def _send(
    story: Story, mailing: Mailing, office: Office, course: Record, at: datetime, leads: list[Lead], *, is_last: bool
) -> list[Click]:
    campaign = _campaign(story, office, course, at, leads)
    clicks = []
    for place, lead in enumerate(leads):
        lead.row["emailed_at"], lead.row["status"] = at, "emailed"
        params = {
            "first_name": lead.person["name"].split()[0],
            "course_title": course["title"],
            "course_summary": course["summary"],
            "apply_path": f"/apply/{course['slug']}",
        }
        delivery = mailing.delivery(
            lead.person, at, "cta", params, campaign_id=campaign["id"], subject_id=lead.row["id"]
        )
        subject = f"{params['first_name']}, your place in {course['title']}"
        trouble = place if is_last else None
        if clicked_at := _outcome(story, mailing, delivery, subject, trouble):
            clicks.append(Click(lead, clicked_at, course, campaign))
    return clicks


def _outcome(story: Story, mailing: Mailing, delivery: Record, subject: str, trouble: int | None) -> datetime | None:
    """Log what became of one e-mail; return when its link was clicked. The newest campaign begins with trouble to look at."""
    if trouble is not None and trouble < 5:
        state = "failed" if trouble < 3 else "unknown"
        reason = story.random.choice(FAILURES) if state == "failed" else UNKNOWN
        mailing.not_sent(delivery, subject, state, reason)
        return None
    if story.chance(0.022):
        mailing.bounced(delivery, subject)
        return None
    sent_at = delivery["sent_at"]
    events = [("processed", sent_at + timedelta(seconds=1), ""), ("delivered", sent_at + timedelta(seconds=3), "")]
    opened = story.after(sent_at, timedelta(minutes=2), timedelta(days=3)) if story.chance(0.48) else None
    clicked = None
    if opened:
        events.append(("open", opened, ""))
        clicked = story.after(opened, timedelta(seconds=20), timedelta(hours=3)) if story.chance(0.42) else None
        if clicked:
            events.append(("click", clicked, ""))
        elif story.chance(0.015):
            events.append(("unsubscribe", opened + timedelta(seconds=50), ""))
            mailing.suppress(delivery, "unsubscribed", events[-1][1], "Unsubscribed by the link in an e-mail.")
    mailing.log(delivery, subject, events)
    return clicked


def _campaign(story: Story, office: Office, course: Record, at: datetime, leads: list[Lead]) -> Record:
    name = f"{course['title']}, {at.astimezone(IST):%-d %b}"
    return story.add(
        "lead_campaigns",
        id=story.id(),
        name=name,
        course_id=course["id"],
        filter={},
        template="cta",
        state="done",
        created_by=office.admin["id"],
        recipient_count=len(leads),
        planned_count=len(leads),
        left_out={},
        is_demo=True,
        created_at=at,
        finished_at=at + timedelta(seconds=20),
    )
