"""E-mail addresses as people type and programs export them, checked without asking the network."""

import re
import unicodedata

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from domain.language import _
from domain.leads.cells import is_nothing, unwrap, visible

_RESERVED = "|".join(sorted(re.escape(name) for name in SPECIAL_USE_DOMAIN_NAMES if name != "test"))
# The common forms only, each of them valid to email-validator: a test holds the two together.
_COMMON = re.compile(
    r"(?=[^@]{1,64}@.{4,120}$)"
    r"[A-Za-z0-9_+]+(?:[.-][A-Za-z0-9_+]+)*@"
    rf"(?!(?:.*\.)?(?:{_RESERVED})$)"
    r"(?:[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30})?\.){1,4}[A-Za-z]{2,24}",
    re.IGNORECASE,
).fullmatch
_ANGLE = re.compile(r"<([^<>@\s]+@[^<>\s]+)>")
_SEPARATORS = re.compile(r"[,;/|\s<>()\[\]]+")
_NOT_NEEDED = {"na", "not provided", "not available", "no", "."}


def fast_email(text: str) -> str | None:
    """Return a plainly written address in lower case, else None: then read it thoroughly."""
    return text.lower() if _COMMON(text) else None


def read_emails(cell: str) -> tuple[list[str], list[str]]:
    """Return the good addresses of a cell in lower case, in order, and a sentence for each part that is none."""
    text = unicodedata.normalize("NFKC", visible(unwrap(cell))).strip()
    if is_nothing(text) or text.lower() in _NOT_NEEDED:
        return [], []
    good: list[str] = []
    problems: list[str] = []
    for part in _parts(text):
        address = _address(_bare(part))
        if address is None:
            problems.append(_("The e-mail {value} is not a valid address.", value=part[:80]))
        elif address not in good:
            good.append(address)
    return good, problems


def parse_email(text: str) -> str | None:
    """Return the address in lower case as the email-validator library understands it, else None."""
    try:
        # A test environment accepts .test, so that a rehearsal can use addresses that belong to nobody.
        address = validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None
    return address.lower()


def _address(text: str) -> str | None:
    return fast_email(text) or parse_email(text)


def _parts(text: str) -> list[str]:
    if angled := _ANGLE.findall(text):
        return [str(address) for address in angled]
    if text.count("@") < 2:
        together = "".join(text.split())
        if _address(_bare(together)) is not None:
            return [together]
    return [part for part in _SEPARATORS.split(text) if "@" in part] or [text]


def _bare(part: str) -> str:
    text = part.strip(" \t\n.,;:'\"<>()[]")
    return text[7:] if text[:7].lower() == "mailto:" else text
