"""What the rules of automation write, until somebody writes it anew."""

from domain.messaging.templates.text import TemplateText, Variable
from domain.messaging.templates.words import BATCH, COURSE, FIRST_NAME, SUBJECT_NAME, SUMMARY, url

LEAD = (
    FIRST_NAME,
    SUBJECT_NAME,
    COURSE,
    SUMMARY,
    url("apply_url", "their own way to the application form", "/", is_required=True),
)
CLASS_TITLE = Variable("class_title", "what the class is about", "Joins and sub-queries")
SESSION = (
    FIRST_NAME,
    CLASS_TITLE,
    COURSE,
    BATCH,
    Variable("when", "day, time and zone of the class", "Saturday 9 January 2027, 19:00–20:30 IST"),
    Variable(
        "details",
        "length, place and what else there is to know, as a box of facts; may be empty",
        "Length: 90 minutes\nTaught by: Meera Nair",
        is_facts=True,
    ),
    url("join_url", "their own way into the class", "/student/schedule", is_required=True),
)
ASSIGNMENT = (
    FIRST_NAME,
    Variable("assignment", "the assignment", "Sales report"),
    COURSE,
    Variable("deadline", "by when it is to be handed in, with the zone", "Wednesday 13 January 2027, 23:59 IST"),
    url("submit_url", "where they hand it in", "/student/assignments", is_required=True),
)

PAYMENT = (
    FIRST_NAME,
    Variable("purpose", "what is paid for", "Data Analytics, Batch 7"),
    Variable("amount", "what is to be paid", "₹12,000"),
    Variable("due", "the day by which it is due; may be empty", "10 January 2027"),
    url("pay_url", "their own page to pay at", "/", is_required=True),
)

REMINDERS = (
    TemplateText(
        "lead_day_1",
        "Lead, day 1: the invitation",
        "The first e-mail to a new lead, a day after they came in.",
        "leads",
        "{{subject_name}}your place in {{course_title}}",
        """# {{course_title}}

Hello {{first_name}},

thank you for your interest in {{course_title}}.

{{course_summary}}

Apply in a minute, and we will get back to you.

[Apply now]({{apply_url}})

Questions? Just reply to this e-mail.""",
        LEAD,
        is_marketing=True,
    ),
    TemplateText(
        "lead_day_3",
        "Lead, day 3: the follow-up",
        "To a lead who has not applied three days after they came in.",
        "leads",
        "{{subject_name}}any questions about {{course_title}}?",
        """Hello {{first_name}},

a few days ago you asked about {{course_title}}. Perhaps you are still thinking it over, and that is a good thing to do.

What most people want to know before they join:

- The classes are live, so you can ask whatever you do not understand.
- If you miss one, you watch its recording and lose nothing.
- You do real work, and a teacher looks at it and writes back to you.

[Apply now]({{apply_url}})

Is there something you would like to know first? Reply to this e-mail: a person reads it and answers.""",
        LEAD,
        is_marketing=True,
    ),
    TemplateText(
        "lead_day_7",
        "Lead, day 7: the last reminder",
        "To a lead who has not applied a week after they came in. After that we write no more by ourselves.",
        "leads",
        "{{subject_name}}shall we keep a place for you in {{course_title}}?",
        """Hello {{first_name}},

this is our last e-mail about {{course_title}}, so that we do not crowd your inbox.

If now is a good time for you, apply today: it takes a minute, and we will get back to you.

[Apply now]({{apply_url}})

And if it is not, that is all right. Write to us whenever you are ready. We will be glad to hear from you.""",
        LEAD,
        is_marketing=True,
    ),
    TemplateText(
        "payment_reminder",
        "Payment reminder",
        "To whoever has not paid yet, some days after they were asked.",
        "payments",
        "A reminder: {{amount}} for {{purpose}}",
        """Hello {{first_name}},

your place is kept, and one thing is left to do: the payment for {{purpose}}.

Amount: {{amount}}
Due on: {{due}}

[Pay now]({{pay_url}})

UPI, card and net banking all work. If you have paid in the last few hours, you need not do anything. If something stands in \
the way, reply to this e-mail and we will find a way together.""",
        PAYMENT,
    ),
    TemplateText(
        "payment_ahead",
        "Payment coming up",
        "Some days before a payment, or a part of it, is due.",
        "payments",
        "{{amount}} is due on {{due}}",
        """Hello {{first_name}},

a word in time: your payment for {{purpose}} is due soon.

Amount: {{amount}}
Due on: {{due}}

[Pay now]({{pay_url}})

If you have paid already, you need not do anything.""",
        PAYMENT,
    ),
    TemplateText(
        "unpaid_reminder",
        "Payment after the approval",
        "To a student who has not paid some days after the approval.",
        "payments",
        "Your place in {{course_title}} is waiting",
        """Hello {{first_name}},

your place in {{course_title}}, {{batch_name}}, is kept for you. One thing is left to do:

To be paid: {{amount}}

[Pay now]({{pay_url}})

If something stands in the way, reply to this e-mail and we will find a way together.""",
        (
            FIRST_NAME,
            COURSE,
            BATCH,
            Variable("amount", "what is to be paid", "₹12,000"),
            url("pay_url", "their own page to pay at", "/", is_required=True),
        ),
    ),
    TemplateText(
        "session_reminder_24h",
        "Class tomorrow",
        "To every student of the batch, 24 hours before a class.",
        "classes",
        "Tomorrow: {{class_title}}, {{when}}",
        """# See you tomorrow, {{first_name}}

Class: {{class_title}}
When: {{when}}

{{details}}

[Join the class]({{join_url}})

The button works from a few minutes before the start. Keep this e-mail at hand until then.""",
        SESSION,
    ),
    TemplateText(
        "session_reminder_15m",
        "Class in 15 minutes",
        "To every student of the batch, 15 minutes before a class.",
        "classes",
        "In 15 minutes: {{class_title}}",
        """# We begin in 15 minutes, {{first_name}}

Class: {{class_title}}
When: {{when}}

{{details}}

[Join the class]({{join_url}})

See you in there.""",
        SESSION,
    ),
    TemplateText(
        "session_reminder_now",
        "Class reminder by hand",
        "To students of a class, whenever you press “Remind now” on its page.",
        "classes",
        "A reminder: {{class_title}}, {{when}}",
        """# We look forward to seeing you, {{first_name}}

Class: {{class_title}}
When: {{when}}

{{details}}

[Join the class]({{join_url}})

The button works from a few minutes before the start.""",
        SESSION,
    ),
    TemplateText(
        "recording_ready",
        "Recording ready",
        "After a class, once its recording is there.",
        "after",
        "The recording of {{class_title}} is ready",
        """Hello {{first_name}},

the recording of {{class_title}} is ready, whether you missed the class or want to see something again.

{{summary}}

[Watch the recording]({{recording_url}})""",
        (
            FIRST_NAME,
            CLASS_TITLE,
            COURSE,
            Variable(
                "summary", "what the class was about; may be empty", "Inner and outer joins, and when to use which."
            ),
            url("recording_url", "the recording", "/student/recordings", is_required=True),
        ),
    ),
    TemplateText(
        "assignment_given",
        "New assignment",
        "After a class, when an assignment belongs to it.",
        "assignments",
        "Your assignment: {{assignment}}",
        """Hello {{first_name}},

here is something to try out for yourself what you have learnt.

Assignment: {{assignment}}
Course: {{course_title}}
To be handed in by: {{deadline}}

[Open the assignment]({{submit_url}})

Start early, and ask when you are stuck. That is what we are here for.""",
        ASSIGNMENT,
    ),
    TemplateText(
        "assignment_due",
        "Assignment due soon",
        "Before the deadline, to whoever has not handed it in.",
        "assignments",
        "Due soon: {{assignment}}",
        """Hello {{first_name}},

{{assignment}} is due soon, and we do not have yours yet.

To be handed in by: {{deadline}}

[Hand it in]({{submit_url}})

It need not be perfect: hand in what you have, and you will get an answer that helps you on.""",
        ASSIGNMENT,
    ),
    TemplateText(
        "feedback_request",
        "How was the class?",
        "A day after a class, to whoever was in it.",
        "after",
        "How was {{class_title}}?",
        """Hello {{first_name}},

how was {{class_title}} for you? One tap is enough, and a sentence more makes us happy.

[Tell us]({{feedback_url}})

We read every answer, and the next class gets better by it.""",
        (
            FIRST_NAME,
            CLASS_TITLE,
            COURSE,
            url("feedback_url", "their own form, without signing in", "/", is_required=True),
        ),
    ),
    TemplateText(
        "certificate_ready",
        "Certificate ready",
        "To a student whose certificate is made.",
        "after",
        "Your certificate for {{course}}",
        """# Congratulations, {{first_name}}

You have completed {{course}}, and you have every reason to be proud of it. Your certificate is ready.

[Open your certificate]({{certificate_url}})

Show it to whoever should see it: everybody can check that it is real. It was good to have you with us.""",
        (
            FIRST_NAME,
            Variable("course", "the course they have completed", "Data Analytics"),
            url("certificate_url", "their certificate", "/", is_required=True),
        ),
    ),
    TemplateText(
        "birthday",
        "Birthday wishes",
        "To a student on their birthday, where we know the day.",
        "after",
        "Happy birthday, {{first_name}}!",
        """# Happy birthday, {{first_name}}!

All of us at {{business_name}} wish you a wonderful day and a year in which much that you wish for comes true.

It is good to have you with us.""",
        (FIRST_NAME,),
    ),
)
