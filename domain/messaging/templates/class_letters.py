"""The e-mails about classes and assignments that the product sends by itself, as they read until somebody writes them anew."""

from domain.messaging.templates.text import TemplateText, Variable
from domain.messaging.templates.words import BATCH, COURSE, FIRST_NAME, url

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


SEVERAL = (
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
)

CLASS_LETTERS = (
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

In {{course_title}}, {{batch_name}} you have ahead of you: {{count}}.

- {{classes}}

{{more}}

Open the file that is attached to have it all in your calendar.

[See your classes and join them]({{schedule_url}})""",
        SEVERAL,
    ),
    TemplateText(
        "classes_left",
        "Classes left",
        "Goes to whoever leaves a batch: the classes that are no longer theirs, with a file that takes them out of the calendar.",
        "classes",
        "You are not in {{batch_name}} any more",
        """# You have left {{batch_name}}, {{first_name}}

You are not in {{batch_name}} of {{course_title}} any more. Out of your schedule: {{count}}.

- {{classes}}

{{more}}

The file that is attached takes it all out of your calendar.

[See your classes]({{schedule_url}})""",
        SEVERAL,
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
