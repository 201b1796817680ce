"""Telephone numbers as AiSensy takes them: with country code, or bare and then Indian."""

import re

_NOISE = re.compile(r"[\s().-]+")
_INDIAN = re.compile(r"91[6-9]\d{9}")


def digits_of(destination: object) -> str | None:
    """Return the number's digits with country code and without plus, or None where it is no number."""
    if not isinstance(destination, str | int) or isinstance(destination, bool):
        return None
    bare = _NOISE.sub("", str(destination))
    has_country = bare.startswith(("+", "00"))
    digits = bare.removeprefix("+").removeprefix("00") if has_country else bare
    if not (digits.isascii() and digits.isdigit()):
        return None
    if not has_country:
        digits = _with_country(digits)
    if digits.startswith("91"):
        return digits if _INDIAN.fullmatch(digits) else None
    return digits if 8 <= len(digits) <= 15 and digits[0] != "0" else None


def _with_country(digits: str) -> str:
    if len(digits) == 11 and digits[0] == "0":
        digits = digits[1:]
    return f"91{digits}" if len(digits) == 10 and digits[0] in "6789" else digits
