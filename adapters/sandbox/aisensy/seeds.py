"""The templates and campaigns the account starts with: those a course business sends. A campaign is named like its template."""

from typing import Any

# Stands for the product's own address: a template's link has a fixed host, and only its end varies.
HOST = "https://product.invalid"
STOP = "Reply STOP to opt out"

Component = dict[str, Any]


def _body(text: str) -> Component:
    return {"type": "BODY", "text": text}


def _header(kind: str) -> Component:
    return {"type": "HEADER", "format": kind}


def _footer(text: str) -> Component:
    return {"type": "FOOTER", "text": text}


def _link(text: str) -> Component:
    return {"type": "URL", "text": text, "url": f"{HOST}/{{{{1}}}}"}


def _reply(text: str) -> Component:
    return {"type": "QUICK_REPLY", "text": text}


def _buttons(*buttons: Component) -> Component:
    return {"type": "BUTTONS", "buttons": list(buttons)}


# name: (category, components)
TEMPLATES: dict[str, tuple[str, list[Component]]] = {
    "welcome": (
        "UTILITY",
        [
            _body("Hi {{1}}, welcome to {{2}}!\n\nYour batch {{3}} begins on {{4}}. We are glad you are with us."),
            _buttons(_reply("Thank you"), _reply("I have a question")),
        ],
    ),
    "cta_invitation": (
        "MARKETING",
        [
            _body("Hi {{1}}, seats for {{2}} are open. Tell us about yourself, it takes a minute."),
            _footer(STOP),
            _buttons(_link("Apply now"), _reply("Tell me more"), _reply("Stop messages")),
        ],
    ),
    "application_approved": (
        "UTILITY",
        [
            _body("Good news, {{1}}: your application for {{2}} is approved. Your seat is kept until {{3}}."),
            _buttons(_link("Keep my seat")),
        ],
    ),
    "payment_link": (
        "UTILITY",
        [
            _body("Hi {{1}}, please pay {{2}} for {{3}} by {{4}}. The link below is yours alone."),
            _buttons(_link("Pay now"), _reply("I need more time")),
        ],
    ),
    "payment_received": (
        "UTILITY",
        [
            _body("Thank you, {{1}}. We have received {{2}} for {{3}}. Your receipt is below."),
            _buttons(_link("See the receipt")),
        ],
    ),
    "class_reminder": (
        "UTILITY",
        [
            _body("Hi {{1}}, {{2}} begins on {{3}}. Join from your phone or your computer."),
            _buttons(_link("Join the class"), _reply("I will be late")),
        ],
    ),
    "recording_ready": (
        "UTILITY",
        [_body("Hi {{1}}, the recording of {{2}} is ready."), _buttons(_link("Watch the recording"))],
    ),
    "assignment_due": (
        "UTILITY",
        [_body("Hi {{1}}, {{2}} is due on {{3}}. Hand it in here."), _buttons(_link("Hand it in"))],
    ),
    "certificate_ready": (
        "UTILITY",
        [
            _header("DOCUMENT"),
            _body("Congratulations, {{1}}! You have completed {{2}}. Your certificate is attached."),
            _buttons(_link("Verify it")),
        ],
    ),
    "course_banner": (
        "MARKETING",
        [
            _header("IMAGE"),
            _body("Hi {{1}}, {{2}} starts on {{3}}. Early seats cost {{4}}."),
            _footer(STOP),
            _buttons(_link("See the course"), _reply("Stop messages")),
        ],
    ),
    "course_video": (
        "MARKETING",
        [_header("VIDEO"), _body("Hi {{1}}, meet the people who teach {{2}}."), _footer(STOP)],
    ),
    "session_reminder_24h": (
        "UTILITY",
        [
            _body("Hi {{1}}, a reminder of your class {{2}}: it is on {{3}}. The way in stands behind the button."),
            _buttons(_link("Join the class")),
        ],
    ),
    "session_reminder_15m": (
        "UTILITY",
        [
            _body("Hi {{1}}, your class {{2}} begins soon: {{3}}. Come in by the button."),
            _buttons(_link("Join the class")),
        ],
    ),
    "session_reminder_now": (
        "UTILITY",
        [
            _body("Hi {{1}}, we look forward to seeing you in {{2}}, on {{3}}. The way in stands behind the button."),
            _buttons(_link("Join the class")),
        ],
    ),
    "assignment_given": (
        "UTILITY",
        [
            _body("Hi {{1}}, there is a new assignment for you: {{2}}. Hand it in by {{3}}, behind the button."),
            _buttons(_link("Open the assignment")),
        ],
    ),
    "feedback_request": (
        "UTILITY",
        [
            _body(
                "Hi {{1}}, how was {{2}} for you? Tell us with one tap, behind the button. It takes a moment and helps us."
            ),
            _buttons(_link("Tell us")),
        ],
    ),
    "class_scheduled": (
        "UTILITY",
        [
            _body("Hi {{1}}, a class is planned for you: {{2}}, on {{3}}. You find the way in behind the button."),
            _buttons(_link("See the class")),
        ],
    ),
    "class_changed": (
        "UTILITY",
        [
            _body("Hi {{1}}, your class {{2}} has changed. It is on {{3}} now. What is new stands behind the button."),
            _buttons(_link("See the class")),
        ],
    ),
    "class_cancelled": (
        "UTILITY",
        [_body("Hi {{1}}, your class {{2}} on {{3}} does not take place. We are sorry.")],
    ),
    "classes_ahead": (
        "UTILITY",
        [
            _body(
                "Hi {{1}}, your classes in {{2}} are planned. The next is on {{3}}. You find all of them behind the button."
            ),
            _buttons(_link("See your classes")),
        ],
    ),
    "approval_welcome": (
        "UTILITY",
        [
            _body(
                "Hi {{1}}, welcome to {{2}}. Your place in {{3}} is confirmed. Your sign-in details are in your e-mail."
            )
        ],
    ),
    "unpaid_reminder": (
        "UTILITY",
        [
            _body(
                "Hi {{1}}, your place in {{2}} is kept for you. {{3}} is still to be paid. You can pay behind the button."
            ),
            _buttons(_link("Pay now")),
        ],
    ),
    "payment_reminder": (
        "UTILITY",
        [
            _body("Hi {{1}}, your payment of {{2}} for {{3}} was due on {{4}}. You can pay behind the button."),
            _buttons(_link("Pay now")),
        ],
    ),
    "payment_ahead": (
        "UTILITY",
        [
            _body("Hi {{1}}, your payment of {{2}} for {{3}} is due on {{4}}. You can pay behind the button."),
            _buttons(_link("Pay now")),
        ],
    ),
    "lead_reminder": (
        "MARKETING",
        [
            _body("Hi {{1}}, you asked about {{2}}. Places are still open. You can apply behind the button."),
            _footer(STOP),
            _buttons(_link("Apply now")),
        ],
    ),
    "birthday": (
        "MARKETING",
        [_body("Hi {{1}}, all of us wish you a happy birthday and a good year."), _footer(STOP)],
    ),
    "classes_left": (
        "UTILITY",
        [_body("Hi {{1}}, you are not in {{2}} any more. The classes of {{3}} are no longer in your schedule.")],
    ),
    "sign_in_code": (
        "AUTHENTICATION",
        [
            _body("{{1}} is your code. For your security, do not share it."),
            _buttons({"type": "URL", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?code={{1}}"}),
        ],
    ),
    "announcement": ("UTILITY", [_body("Hi {{1}}, a word from {{2}}: {{3}}")]),
    "paused_offer": ("MARKETING", [_body("Hi {{1}}, this offer ends today."), _footer(STOP)]),
}
STATUSES = {"paused_offer": "PAUSED"}
# campaign: (template, live)
CAMPAIGNS = {name: (name, True) for name in TEMPLATES} | {"unfinished_campaign": ("announcement", False)}
