"""What a text must fulfil before it is kept or tried out."""

from domain.errors import InvalidInput
from domain.language import _
from domain.messaging.templates.body import buttons_of, is_address
from domain.messaging.templates.text import TemplateText
from domain.messaging.variables import VARIABLE, problem_with, used_in

MOST_SUBJECT = 200
MOST_BODY = 10_000


def check_text(text: TemplateText, subject: str, body: str) -> None:
    """Raise InvalidInput, with a message for `subject` and for `body`, when a text cannot be sent like this."""
    errors = {"subject": _subject_problem(text, subject), "body": _body_problem(text, body)}
    if found := {name: problem for name, problem in errors.items() if problem}:
        raise InvalidInput(found)


def _subject_problem(text: TemplateText, subject: str) -> str | None:
    if not subject.strip():
        return _("Please write a subject.")
    if len(subject) > MOST_SUBJECT:
        return _("Please write at most {count} characters.", count=MOST_SUBJECT)
    if "\n" in subject or "\r" in subject:
        return _("Please write this on one line.")
    # A subject is kept with the message and shown in lists: what lets its recipient in would be read by others.
    private = [one.name for one in text.variables if one.is_address or one.name == "temporary_password"]
    if found := [name for name in used_in(subject) if name in private]:
        return _(
            "{name} is for its recipient alone: put it into the text, not into the subject.", name=f"{{{{{found[0]}}}}}"
        )
    return problem_with(subject, text.names)


def _body_problem(text: TemplateText, body: str) -> str | None:
    if not body.strip():
        return _("Please write the message.")
    if len(body) > MOST_BODY:
        return _("Please write at most {count} characters.", count=MOST_BODY)
    if problem := problem_with(body, text.names):
        return problem
    for name in text.needed:
        if name not in used_in(body):
            return _("{name} is missing: without it this e-mail does not do what it is for.", name=f"{{{{{name}}}}}")
    return _button_problem(text, body)


def _button_problem(text: TemplateText, body: str) -> str | None:
    addresses = {variable.name for variable in text.variables if variable.is_address}
    for label, address in buttons_of(body):
        variable = VARIABLE.fullmatch(address)
        if (variable and variable[1] in addresses) or (not VARIABLE.search(address) and is_address(address)):
            continue
        return _(
            "The button “{label}” leads nowhere: give it one of the addresses, or one that begins with https://.",
            label=label,
        )
    return None
