"""What is sent about assignments."""

from domain.messaging.whatsapp.defaults.common import UTILITY
from domain.messaging.whatsapp.facts import TemplateFacts

ASSIGNMENTS = (
    TemplateFacts(
        campaign="assignment_given",
        title="New assignment",
        category="utility",
        body="Hi {{1}}, there is a new assignment for you: {{2}}. Hand it in by {{3}}, behind the button.",
        labels=("First name", "Assignment", "Deadline"),
        buttons=(("link", "Open the assignment"),),
        price_paise=UTILITY,
    ),
    TemplateFacts(
        campaign="assignment_due",
        title="Assignment due",
        category="utility",
        body="Hi {{1}}, {{2}} is due on {{3}}. Hand it in here.",
        labels=("First name", "Assignment", "Deadline"),
        buttons=(("link", "Hand it in"),),
        price_paise=UTILITY,
    ),
)
