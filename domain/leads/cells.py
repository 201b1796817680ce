"""The text of one cell: cleaned for keeping, and guarded against being run as a formula by a spreadsheet."""

import re
import unicodedata

# Programs run a cell that begins like this as a formula. Leading apostrophes are counted in, so that guarding can be
# undone exactly.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_GUARDED = re.compile(r"'+(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_EXCEL_TEXT = re.compile(r'="([^"]*)"')
_PLAIN = re.compile(r"[!#-&(-<>-~][!-~]*(?: [!-~]+)*").fullmatch
_SPACES = re.compile(r"[^\S\n]+")
_KEPT_CATEGORIES = {"Zs", "Zl", "Zp"}
# Joiners shape Indic letters, so they are kept between letters of such scripts and nowhere else.
_JOINERS = "\u200c\u200d"
NOTHING = frozenset({"-", "--", "n/a", "#n/a", "null", "none", "nan", "nil", "undefined", "#ref!", "#value!", "#name?"})


def guard_formula(text: str) -> str:
    """Return the text so that a spreadsheet shows it instead of running it."""
    return "'" + text if _FORMULA.match(text) else text


def unguard_formula(text: str) -> str:
    """Return what ``guard_formula`` was given."""
    return text[1:] if _GUARDED.match(text) else text


def cell_text(raw: str, limit: int) -> str:
    """Return the cell as one clean line: no invisible characters, single spaces, at most ``limit`` characters."""
    if _PLAIN(raw):
        return raw if len(raw) <= limit else raw[:limit].rstrip()
    return " ".join(visible(unwrap(raw)).split())[:limit].rstrip()


def cell_paragraphs(raw: str, limit: int) -> str:
    """Return the cell cleaned like ``cell_text``, its line breaks kept."""
    if _PLAIN(raw):
        return raw if len(raw) <= limit else raw[:limit].rstrip()
    lines = visible(unwrap(raw)).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip()[:limit].rstrip()


def unwrap(raw: str) -> str:
    """Return the text inside what programs put around a cell to keep it text: ``'+91…`` and ``="0987…"``."""
    text = unguard_formula(raw.strip())
    wrapped = _EXCEL_TEXT.fullmatch(text)
    return wrapped[1] if wrapped else text


def visible(text: str) -> str:
    """Return the text without invisible and control characters, composed, every space an ordinary one."""
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text
    text = unicodedata.normalize("NFC", text)
    return "".join(_seen(text, i, letter) for i, letter in enumerate(text))


def is_nothing(text: str) -> bool:
    """Return whether the cell only says that there is no value, like ``N/A`` or ``null``."""
    return not text or (len(text) < 10 and text.lower() in NOTHING)


def _seen(text: str, at: int, letter: str) -> str:
    if letter in "\n\r":
        return letter
    if letter in _JOINERS:
        return letter if 0 < at < len(text) - 1 and text[at - 1] > "\u08ff" and text[at + 1] > "\u08ff" else ""
    category = unicodedata.category(letter)
    if category in _KEPT_CATEGORIES or letter == "\t":
        return " "
    return "" if category in {"Cc", "Cf", "Cs"} else letter
