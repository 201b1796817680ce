"""The e-mails the product sends by itself, as they read until somebody writes them anew."""

from domain.messaging.templates.text import TemplateText, Variable
from domain.messaging.templates.words import (
    BATCH,
    COURSE,
    FIRST_NAME,
    PASSWORD_URL,
    SIGN_IN_URL,
    url,
)

SIGN_IN_EMAIL = Variable("sign_in_email", "the address they sign in with", "asha@example.com")
BATCH_DATES = Variable(
    "batch_dates", "when the batch runs, as a sentence; empty while it has no days", "It starts on 4 January 2027."
)
CLASS = (
    FIRST_NAME,
    Variable("class_title", "what the class is about", "Joins and sub-queries"),
    COURSE,
    BATCH,
    Variable("when", "day, time and zone of the class", "Saturday 9 January 2027, 19:00–20:30 IST"),
    Variable("duration", "how long it takes", "90 minutes"),
    Variable("place", "where it is held; empty when it is held on Zoom", "Room 4, first floor"),
    Variable("description", "what you wrote about the class; may be empty", "Bring a laptop with you."),
    url("class_url", "the page of the class", "/student/schedule"),
    url("join_url", "the way into the class", "/student/schedule"),
    url("schedule_url", "the page of all their classes", "/student/schedule"),
)
PAYMENT = (
    FIRST_NAME,
    Variable("purpose", "what is paid for", "Data Analytics, Batch 7"),
    Variable("number", "the number of the payment", "1042"),
    Variable("amount", "the whole amount", "₹12,000"),
)
WORK = (
    FIRST_NAME,
    Variable("title", "the assignment", "Sales report"),
    Variable("course", "the course", "Data Analytics"),
)
WORK_URL = url("assignment_url", "the page of the assignment", "/student/assignments")

CLASS_FACTS = """Class: {{class_title}}
When: {{when}}
Length: {{duration}}
Where: {{place}}

{{description}}"""

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
            Variable(
                "subject_name",
                "for the subject: their first name and a comma, or nothing where we do not know it",
                "Asha, ",
            ),
            COURSE,
            Variable(
                "course_summary", "the short text about the course", "Live online classes on two evenings a week."
            ),
            url("apply_url", "their own way to the application form", "/", is_required=True),
        ),
        is_marketing=True,
    ),
    TemplateText(
        "welcome",
        "Welcome to a new student",
        "Goes to whoever is approved and has no account yet. It brings the temporary password.",
        "joining",
        "Welcome to {{course_title}}: your account",
        """# Welcome, {{first_name}}

You are in: {{course_title}}, {{batch_name}}.

{{batch_dates}}

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

{{batch_dates}}

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
    TemplateText(
        "class_scheduled",
        "Class scheduled",
        "Goes to the students of a batch when a class is planned, with the invitation for their calendar.",
        "classes",
        "Class: {{class_title}}, {{when}}",
        f"""# A class is planned, {{{{first_name}}}}

{{{{course_title}}}}, {{{{batch_name}}}}

{CLASS_FACTS}

[See the class and join it]({{{{class_url}}}})

The invitation is attached: open it to have the class in your calendar. You can join a few minutes before the start: \
{{{{join_url}}}}""",
        CLASS,
    ),
    TemplateText(
        "class_changed",
        "Class changed",
        "Goes to the students when a class is moved or something about it changes, with the new invitation.",
        "classes",
        "{{change}}: {{class_title}}, {{when}}",
        f"""# Your class has changed, {{{{first_name}}}}

{{{{course_title}}}}, {{{{batch_name}}}}

{{{{was}}}}

{CLASS_FACTS}

[See the class and join it]({{{{class_url}}}})

The new invitation is attached: it takes the place of the old one in your calendar. You can join a few minutes before the \
start: {{{{join_url}}}}""",
        (
            *CLASS,
            Variable("change", "“Moved” or “Changed”", "Moved"),
            Variable(
                "was",
                "when it was to be, as a sentence; empty when it is not moved",
                "It was to be on Friday 8 January 2027, 19:00 IST.",
            ),
        ),
    ),
    TemplateText(
        "class_cancelled",
        "Class cancelled",
        "Goes to the students when a class does not take place, and takes it out of their calendar.",
        "classes",
        "Cancelled: {{class_title}}, {{when}}",
        """# Your class is cancelled, {{first_name}}

{{class_title}} on {{when}} does not take place. We are sorry.

{{reason}}

The file that is attached takes it out of your calendar.

[See your classes]({{schedule_url}})""",
        (*CLASS, Variable("reason", "why, as you wrote it; may be empty", "Our teacher is ill.")),
    ),
    TemplateText(
        "classes_ahead",
        "Classes ahead",
        "Goes to whoever joins a batch, or when a whole series is planned: all classes, with a file for their calendar.",
        "classes",
        "Your classes in {{course_title}}: {{count}} ahead",
        """# Your classes, {{first_name}}

In {{course_title}}, {{batch_name}} there are {{count}} ahead:

- {{classes}}

{{more}}

All of them are in the file that is attached: open it to have them in your calendar.

[See your classes and join them]({{schedule_url}})""",
        (
            FIRST_NAME,
            COURSE,
            BATCH,
            Variable("count", "how many classes", "12 classes"),
            Variable(
                "classes",
                "the next classes, a line for each",
                "Joins: Saturday 9 January 2027, 19:00 IST\nWindow functions: Saturday 16 January 2027, 19:00 IST",
            ),
            Variable("more", "how many more there are, as a sentence; may be empty", "And 10 more."),
            url("schedule_url", "the page of all their classes", "/student/schedule"),
        ),
    ),
    TemplateText(
        "submission_receipt",
        "Work handed in",
        "The receipt for what a student has handed in, with the checksum of every file.",
        "assignments",
        "Handed in: {{title}}",
        """# We have it, {{first_name}}

You handed in {{title}} ({{course}}).

Handed in: {{when}}
After the deadline: {{late}}

{{parts}}

[Look at it]({{assignment_url}})""",
        (
            *WORK,
            Variable("when", "when it was handed in", "Saturday 9 January 2027, 18:42 IST"),
            Variable("late", "“Marked as late”, or nothing", ""),
            Variable("parts", "what was handed in, a line for each", "report.pdf · 212 KB · SHA-256 9f86d081884c7d65…"),
            WORK_URL,
        ),
    ),
    TemplateText(
        "submission_marked",
        "Work graded, or to be done again",
        "Goes to the student when their work is graded or given back.",
        "assignments",
        "{{outcome}}: {{title}}",
        """# Hello {{first_name}}

{{result}}

Your grade: {{points}}

{{comment}}

[Look at it]({{assignment_url}})""",
        (
            *WORK,
            Variable("outcome", "“Graded” or “To be done again”", "Graded"),
            Variable("result", "what has become of it, as a sentence", "Sales report (Data Analytics) is graded."),
            Variable("points", "the grade; empty when it is to be done again", "8 of 10 points"),
            Variable(
                "comment", "what you wrote to them; may be empty", "A clear report. Look at the last chart once more."
            ),
            WORK_URL,
        ),
    ),
)
