"""What a person types to say who they are: an e-mail address or a phone number."""

from domain.leads.emails import parse_email
from domain.leads.phones import parse_phone


def normal_login(typed: str) -> str:
    """Return the form that `people` keeps: a lower-case address or an E.164 number; else what was typed, lower-case."""
    text = typed.strip()
    if "@" in text:
        return text.lower()
    return parse_phone(text) or text.lower()


def normal_email(typed: str) -> str | None:
    """Return the address in lower case, or None when it is none."""
    return parse_email(typed.strip())
