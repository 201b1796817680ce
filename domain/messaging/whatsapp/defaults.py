"""The WhatsApp templates a business starts with, as migrations have put them there. A real account is given the same."""

from collections.abc import Mapping
from decimal import Decimal

from domain.messaging.whatsapp.facts import TemplateFacts

STOP = "Reply STOP to opt out"
UTILITY, MARKETING = Decimal(13), Decimal(88)

DEFAULTS: Mapping[str, TemplateFacts] = {
    facts.campaign: facts
    for facts in (
        TemplateFacts(
            campaign="welcome",
            title="Welcome to a batch",
            category="utility",
            body="Hi {{1}}, welcome to {{2}}!\n\nYour batch {{3}} begins on {{4}}. We are glad you are with us.",
            labels=(
                "First name",
                "Course",
                "Batch",
                "First day",
            ),
            buttons=(
                ("reply", "Thank you"),
                ("reply", "I have a question"),
            ),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="cta_invitation",
            title="Invitation to apply",
            category="marketing",
            body="Hi {{1}}, seats for {{2}} are open. Tell us about yourself, it takes a minute.",
            footer=STOP,
            labels=(
                "First name",
                "Course",
            ),
            buttons=(
                ("link", "Apply now"),
                ("reply", "Tell me more"),
                ("reply", "Stop messages"),
            ),
            price_paise=MARKETING,
        ),
        TemplateFacts(
            campaign="application_approved",
            title="Application approved",
            category="utility",
            body="Good news, {{1}}: your application for {{2}} is approved. Your seat is kept until {{3}}.",
            labels=(
                "First name",
                "Course",
                "Kept until",
            ),
            buttons=(("link", "Keep my seat"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="payment_link",
            title="Payment link",
            category="utility",
            body="Hi {{1}}, please pay {{2}} for {{3}} by {{4}}. The link below is yours alone.",
            labels=(
                "First name",
                "Amount",
                "What for",
                "Due",
            ),
            buttons=(
                ("link", "Pay now"),
                ("reply", "I need more time"),
            ),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="payment_received",
            title="Payment received",
            category="utility",
            body="Thank you, {{1}}. We have received {{2}} for {{3}}. Your receipt is below.",
            labels=(
                "First name",
                "Amount",
                "What for",
            ),
            buttons=(("link", "See the receipt"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="class_reminder",
            title="Class reminder",
            category="utility",
            body="Hi {{1}}, {{2}} begins on {{3}}. Join from your phone or your computer.",
            labels=(
                "First name",
                "Class",
                "When",
            ),
            buttons=(
                ("link", "Join the class"),
                ("reply", "I will be late"),
            ),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="recording_ready",
            title="Recording ready",
            category="utility",
            body="Hi {{1}}, the recording of {{2}} is ready.",
            labels=(
                "First name",
                "Class title",
            ),
            buttons=(("link", "Watch the recording"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="assignment_due",
            title="Assignment due",
            category="utility",
            body="Hi {{1}}, {{2}} is due on {{3}}. Hand it in here.",
            labels=(
                "First name",
                "Assignment",
                "Deadline",
            ),
            buttons=(("link", "Hand it in"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="certificate_ready",
            title="Certificate ready",
            category="utility",
            body="Congratulations, {{1}}! You have completed {{2}}. Your certificate is attached.",
            labels=(
                "First name",
                "Course",
            ),
            media="document",
            buttons=(("link", "Verify it"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="course_banner",
            title="Course with a picture",
            category="marketing",
            body="Hi {{1}}, {{2}} starts on {{3}}. Early seats cost {{4}}.",
            footer=STOP,
            labels=(
                "First name",
                "Course",
                "First day",
                "Price",
            ),
            media="image",
            buttons=(
                ("link", "See the course"),
                ("reply", "Stop messages"),
            ),
            price_paise=MARKETING,
        ),
        TemplateFacts(
            campaign="course_video",
            title="Course with a video",
            category="marketing",
            body="Hi {{1}}, meet the people who teach {{2}}.",
            footer=STOP,
            labels=(
                "First name",
                "Course",
            ),
            media="video",
            price_paise=MARKETING,
        ),
        TemplateFacts(
            campaign="announcement",
            title="Announcement",
            category="utility",
            body="Hi {{1}}, a word from {{2}}: {{3}}",
            labels=(
                "First name",
                "From",
                "Message",
            ),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="session_reminder_24h",
            title="Class tomorrow",
            category="utility",
            body="Hi {{1}}, a reminder of your class {{2}}: it is on {{3}}. The way in stands behind the button.",
            labels=(
                "First name",
                "Class title",
                "When",
            ),
            buttons=(("link", "Join the class"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="session_reminder_15m",
            title="Class begins soon",
            category="utility",
            body="Hi {{1}}, your class {{2}} begins soon: {{3}}. Come in by the button.",
            labels=(
                "First name",
                "Class title",
                "When",
            ),
            buttons=(("link", "Join the class"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="session_reminder_now",
            title="Class reminder by hand",
            category="utility",
            body="Hi {{1}}, we look forward to seeing you in {{2}}, on {{3}}. The way in stands behind the button.",
            labels=(
                "First name",
                "Class title",
                "When",
            ),
            buttons=(("link", "Join the class"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="assignment_given",
            title="New assignment",
            category="utility",
            body="Hi {{1}}, there is a new assignment for you: {{2}}. Hand it in by {{3}}, behind the button.",
            labels=(
                "First name",
                "Assignment",
                "Deadline",
            ),
            buttons=(("link", "Open the assignment"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="feedback_request",
            title="How was the class?",
            category="utility",
            body="Hi {{1}}, how was {{2}} for you? Tell us with one tap, behind the button. It takes a moment and helps us.",
            labels=(
                "First name",
                "Class title",
            ),
            buttons=(("link", "Tell us"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="class_scheduled",
            title="Class scheduled",
            category="utility",
            body="Hi {{1}}, a class is planned for you: {{2}}, on {{3}}. You find the way in behind the button.",
            labels=(
                "First name",
                "Class",
                "When",
            ),
            buttons=(("link", "See the class"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="class_changed",
            title="Class changed",
            category="utility",
            body="Hi {{1}}, your class {{2}} has changed. It is on {{3}} now. What is new stands behind the button.",
            labels=(
                "First name",
                "Class",
                "When",
            ),
            buttons=(("link", "See the class"),),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="class_cancelled",
            title="Class cancelled",
            category="utility",
            body="Hi {{1}}, your class {{2}} on {{3}} does not take place. We are sorry.",
            labels=(
                "First name",
                "Class",
                "When",
            ),
            price_paise=UTILITY,
        ),
        TemplateFacts(
            campaign="classes_ahead",
            title="Classes ahead",
            category="utility",
            body="Hi {{1}}, your classes in {{2}} are planned. The next is on {{3}}. You find all of them behind the button.",
            labels=(
                "First name",
                "Course",
                "When",
            ),
            buttons=(("link", "See your classes"),),
            price_paise=UTILITY,
        ),
    )
}
