"""What leads are sent, and students as advertising."""

from domain.messaging.whatsapp.defaults.common import MARKETING, STOP
from domain.messaging.whatsapp.facts import TemplateFacts

LEADS = (
    TemplateFacts(
        campaign="cta_invitation",
        title="Invitation to apply",
        category="marketing",
        body="Hi {{1}}, seats for {{2}} are open. Tell us about yourself, it takes a minute.",
        footer=STOP,
        labels=("First name", "Course"),
        buttons=(("link", "Apply now"), ("reply", "Tell me more"), ("reply", "Stop messages")),
        price_paise=MARKETING,
    ),
    TemplateFacts(
        campaign="lead_reminder",
        title="Reminder to apply",
        category="marketing",
        body="Hi {{1}}, you asked about {{2}}. Places are still open. You can apply behind the button.",
        footer=STOP,
        labels=("First name", "Course title"),
        buttons=(("link", "Apply now"),),
        price_paise=MARKETING,
    ),
    TemplateFacts(
        campaign="course_banner",
        title="Course with a picture",
        category="marketing",
        body="Hi {{1}}, {{2}} starts on {{3}}. Early seats cost {{4}}.",
        footer=STOP,
        labels=("First name", "Course", "First day", "Price"),
        media="image",
        buttons=(("link", "See the course"), ("reply", "Stop messages")),
        price_paise=MARKETING,
    ),
    TemplateFacts(
        campaign="course_video",
        title="Course with a video",
        category="marketing",
        body="Hi {{1}}, meet the people who teach {{2}}.",
        footer=STOP,
        labels=("First name", "Course"),
        media="video",
        price_paise=MARKETING,
    ),
    TemplateFacts(
        campaign="birthday",
        title="Birthday",
        category="marketing",
        body="Hi {{1}}, all of us wish you a happy birthday and a good year.",
        footer=STOP,
        labels=("First name",),
        price_paise=MARKETING,
    ),
)
