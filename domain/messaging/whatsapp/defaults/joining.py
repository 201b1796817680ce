"""What follows an application, up to the certificate."""

from domain.messaging.whatsapp.defaults.common import UTILITY
from domain.messaging.whatsapp.facts import TemplateFacts

JOINING = (
    TemplateFacts(
        campaign="application_approved",
        title="Application approved",
        category="utility",
        body="Good news, {{1}}: your application for {{2}} is approved. Your seat is kept until {{3}}.",
        labels=("First name", "Course", "Kept until"),
        buttons=(("link", "Keep my seat"),),
        price_paise=UTILITY,
    ),
    TemplateFacts(
        campaign="welcome",
        title="Welcome to a batch",
        category="utility",
        body="Hi {{1}}, welcome to {{2}}!\n\nYour batch {{3}} begins on {{4}}. We are glad you are with us.",
        labels=("First name", "Course", "Batch", "First day"),
        buttons=(("reply", "Thank you"), ("reply", "I have a question")),
        price_paise=UTILITY,
    ),
    TemplateFacts(
        campaign="approval_welcome",
        title="Welcome to the course",
        category="utility",
        body="Hi {{1}}, welcome to {{2}}. Your place in {{3}} is confirmed. Your sign-in details are in your e-mail.",
        labels=("First name", "Course title", "Batch name"),
        price_paise=UTILITY,
    ),
    TemplateFacts(
        campaign="announcement",
        title="Announcement",
        category="utility",
        body="Hi {{1}}, a word from {{2}}: {{3}}",
        labels=("First name", "From", "Message"),
        price_paise=UTILITY,
    ),
    TemplateFacts(
        campaign="certificate_ready",
        title="Certificate ready",
        category="utility",
        body="Congratulations, {{1}}! You have completed {{2}}. Your certificate is attached.",
        labels=("First name", "Course"),
        media="document",
        buttons=(("link", "Verify it"),),
        price_paise=UTILITY,
    ),
)
