"""The e-mails the product sends by itself, as they read until somebody writes them anew."""

from domain.messaging.templates.text import TemplateText, Variable
from domain.messaging.templates.words import (
    BATCH,
    COURSE,
    FIRST_NAME,
    PASSWORD_URL,
    SIGN_IN_URL,
    SUBJECT_NAME,
    SUMMARY,
    url,
)

SIGN_IN_EMAIL = Variable("sign_in_email", "the address they sign in with", "asha@example.com")
BATCH_DATES = Variable(
    "batch_dates", "when the batch runs, as a sentence; empty while it has no days", "It starts on 4 January 2027."
)
AHEAD = (
    SUMMARY,
    Variable(
        "calendar",
        "how many classes are ahead, and that they are in the file that is attached; may be empty",
        "Ahead of you: 12 classes. Open the file that is attached to have it all in your calendar.",
    ),
    Variable(
        "classes",
        "the next classes, a line for each; may be empty",
        "Joins: Saturday 9 January 2027, 19:00 IST\nWindow functions: Saturday 16 January 2027, 19:00 IST",
    ),
    Variable("more", "how many more there are, as a sentence; may be empty", "And 10 more."),
)
PAYMENT = (
    FIRST_NAME,
    Variable("purpose", "what is paid for", "Data Analytics, Batch 7"),
    Variable("number", "the number of the payment", "1042"),
    Variable("amount", "the whole amount", "₹12,000"),
)

LETTERS = (
    TemplateText(
        "cta",
        "Invitation to apply",
        "Goes to the leads of a campaign, with a link of their own that leads to the application form.",
        "leads",
        "{{subject_name}}your place in {{course_title}}",
        """# {{course_title}}

Hello {{first_name}},

thank you for your interest in {{course_title}}.

{{course_summary}}

Apply in a minute, and we will get back to you.

[Apply now]({{apply_url}})

Questions? Just reply to this e-mail.""",
        (
            FIRST_NAME,
            SUBJECT_NAME,
            COURSE,
            SUMMARY,
            url("apply_url", "their own way to the application form", "/", is_required=True),
        ),
        is_marketing=True,
    ),
    TemplateText(
        "welcome",
        "Welcome to a new student",
        "Goes to whoever is approved and has no account yet. It brings the temporary password, and the classes ahead with a file"
        " for their calendar.",
        "joining",
        "Welcome to {{course_title}}: your account",
        """# Welcome, {{first_name}}

You are in: {{course_title}}, {{batch_name}}.

{{course_summary}}

{{batch_dates}}

{{calendar}}

- {{classes}}

{{more}}

Your e-mail: {{sign_in_email}}
Your temporary password: {{temporary_password}}

[Sign in]({{sign_in_url}})

The password works once, within 72 hours. You will choose your own right after signing in.
If it has run out, choose a new one here: {{forgot_password_url}}""",
        (
            FIRST_NAME,
            COURSE,
            BATCH,
            BATCH_DATES,
            *AHEAD,
            SIGN_IN_EMAIL,
            Variable("temporary_password", "the password that works once", "abcd-efgh-ijkl", is_required=True),
            SIGN_IN_URL,
            PASSWORD_URL,
        ),
    ),
    TemplateText(
        "enrolled",
        "Enrolled, with an account already",
        "Goes to whoever is approved or enrolled by hand and can sign in already.",
        "joining",
        "You are in: {{course_title}}",
        """# You are in, {{first_name}}

{{opening}}

{{course_summary}}

{{batch_dates}}

{{calendar}}

- {{classes}}

{{more}}

Sign in with the account you have: {{sign_in_email}}

[Sign in]({{sign_in_url}})

If you do not know your password, choose a new one here: {{forgot_password_url}}""",
        (
            FIRST_NAME,
            Variable(
                "opening",
                "that their application is accepted, or that you have enrolled them, with course and batch",
                "Good news: your application is accepted. You are in: Data Analytics, Batch 7.",
            ),
            COURSE,
            BATCH,
            BATCH_DATES,
            *AHEAD,
            SIGN_IN_EMAIL,
            SIGN_IN_URL,
            PASSWORD_URL,
        ),
    ),
    TemplateText(
        "rejection",
        "Application not accepted",
        "Goes to whoever is rejected, if you choose to write to them. Your reason stays with you.",
        "joining",
        "Your application for {{course_title}}",
        """# Thank you for applying, {{first_name}}

Thank you for applying for {{course_title}}, and for the time you took.

We have read your application carefully, and this time we cannot offer you a place. This says nothing about what you can do: \
places are few, and we look for the fit with this very course.

You are welcome to apply again, for this course or another one.

[See all courses]({{courses_url}})

We wish you all the best.""",
        (FIRST_NAME, COURSE, url("courses_url", "the page of all courses", "/")),
    ),
    TemplateText(
        "payment_link",
        "Please pay",
        "Goes out with the link to pay at, when you ask for a payment and whenever you send its link again.",
        "payments",
        "{{amount}} for {{purpose}}",
        """# Your payment, {{first_name}}

Please pay for {{purpose}}. UPI, card and net banking all work.

Amount: {{amount}}
Divided into: {{parts}}
Due on: {{due_on}}

[Pay now]({{pay_url}})""",
        (
            *PAYMENT,
            Variable("parts", "into how many parts it is divided; empty when it is paid at once", "3 parts"),
            Variable("due_on", "the day by which it, or its next part, is due; may be empty", "10 January 2027"),
            url("pay_url", "their own page to pay at", "/", is_required=True),
        ),
    ),
    TemplateText(
        "payment_received",
        "Payment received",
        "The receipt, for every payment that arrives.",
        "payments",
        "Receipt: {{received}} for {{purpose}}",
        """# Thank you, {{first_name}}

Your payment of {{received}} for {{purpose}} has arrived.

Received: {{received}}
Received on: {{received_on}}
Payment no.: {{number}}
Still to pay: {{left}}

[Open the receipt]({{receipt_url}})

[Pay the rest]({{rest_url}})""",
        (
            *PAYMENT,
            Variable("received", "what has arrived", "₹6,000"),
            Variable("received_on", "the day on which it arrived", "9 January 2027"),
            Variable("left", "what is still to be paid; empty when nothing is", "₹6,000"),
            url("receipt_url", "their receipt", "/", is_required=True),
            url("rest_url", "where they pay the rest; empty when nothing is left to pay", "/"),
        ),
    ),
)
