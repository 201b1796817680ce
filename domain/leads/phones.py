"""Phone numbers as people type and programs export them, turned into E.164 with India as the default country."""

import re
import unicodedata

import phonenumbers

from domain.language import _
from domain.leads.cells import is_nothing, unwrap, visible

# Every Indian mobile number matches, and every match is valid to phonenumbers: a test holds the two together.
_INDIAN_MOBILE = re.compile(r"(?:p:)?(?:\+?91[ -]?|0)?([6-9][0-9]{4})[ -]?([0-9]{5})").fullmatch
_INDIAN_MOBILES = re.compile(r"(?<![0-9])(?:\+?91[ -]?|0)?([6-9][0-9]{4})[ -]?([0-9]{5})(?![0-9])")
_DESTROYED = re.compile(r"\+?([0-9](?:[.,][0-9]+)?)E\+?([0-9]{1,2})", re.IGNORECASE)
_SEPARATORS = re.compile(r"[/,;|&\n]|\bor\b|\band\b", re.IGNORECASE)
_DECIMAL_ZEROS = re.compile(r"(?<=[0-9]{7})\.0+$")
_DIGITS_TOGETHER = re.compile(r"\+?\(?[0-9][0-9 ().\-]*")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_NOT_NEEDED = {"na", "not provided", "not available", "no", "."}


def fast_phone(text: str) -> str | None:
    """Return the E.164 form of a plainly written Indian mobile number, else None: then read it thoroughly."""
    match = _INDIAN_MOBILE(text)
    return f"+91{match[1]}{match[2]}" if match else None


def read_phones(cell: str) -> tuple[list[str], list[str]]:
    """Return the good numbers of a cell in E.164, in order, and a sentence for each part that is none."""
    text = _plain_digits(cell)
    if is_nothing(text) or text.lower() in _NOT_NEEDED:
        return [], []
    good: list[str] = []
    problems: list[str] = []
    for part in [text] if _DESTROYED.fullmatch(text) else _SEPARATORS.split(text):
        part = part.strip()
        numbers = _numbers_in(part)
        good += (number for number in numbers if number not in good)
        if part and not numbers:
            problems.append(_problem(part))
    return good, problems


def parse_phone(text: str) -> str | None:
    """Return the E.164 form of one number as the phonenumbers library understands it, else None."""
    try:
        number = phonenumbers.parse(text, "IN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _numbers_in(part: str) -> list[str]:
    part = _restored(part) or _DECIMAL_ZEROS.sub("", part)
    if _DESTROYED.fullmatch(part):
        return []
    found = _DIGITS_TOGETHER.findall(part)
    candidate = max(found, key=_digit_count, default="")
    if (number := _one_number(candidate.strip())) is not None:
        return [number]
    return [f"+91{first}{rest}" for first, rest in _INDIAN_MOBILES.findall(part)]


def _one_number(text: str) -> str | None:
    if (plain := fast_phone(text)) is not None:
        return plain
    if not 7 <= _digit_count(text) <= 17:
        return None
    number = parse_phone(text)
    if number is None and _digit_count(text) >= 11 and text[0] in "12345":
        # Spreadsheets drop the plus. A first digit of 6 to 9 is rather an Indian mobile with a digit too many.
        number = parse_phone("+" + text)
    return number


def _restored(part: str) -> str | None:
    match = _DESTROYED.fullmatch(part)
    digits = re.sub(r"\D", "", match[1]) if match else ""
    return digits if match and len(digits) == int(match[2]) + 1 else None


def _problem(part: str) -> str:
    if _DESTROYED.fullmatch(part):
        return _("The phone {value} was destroyed by Excel: the digits are lost.", value=part)
    return _("The phone {value} is not a valid number.", value=part[:60])


def _plain_digits(cell: str) -> str:
    text = unicodedata.normalize("NFKC", visible(unwrap(cell))).translate(_DASHES)
    text = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text).strip()
    return text[2:].strip() if text[:2].lower() == "p:" else text


def _digit_count(text: str) -> int:
    return sum(c.isdigit() for c in text)
