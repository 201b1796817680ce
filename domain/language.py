"""The message catalogue: every text for people goes through here, English sentences being the keys."""

import gettext
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation("gurudesk", LOCALE_DIR, [code], fallback=True)


def _(text: str, **values: object) -> str:
    """Return the text in the current language, its ``{placeholders}`` filled."""
    translated = _catalogue(language.get()).gettext(text)
    return translated.format(**values) if values else translated


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """Return the singular or plural text in the current language; ``{count}`` is filled, too, written as a number."""
    return _catalogue(language.get()).ngettext(one, many, count).format(count=number(count), **values)


def number(value: int) -> str:
    """Write a whole number with Indian grouping: 12,34,567."""
    digits = str(abs(value))
    head, tail = digits[:-3], digits[-3:]
    groups = [head[max(i - 2, 0) : i] for i in range(len(head), 0, -2)][::-1]
    return ("-" if value < 0 else "") + ",".join([*groups, tail])
