"""Marks: what stands where the recipients of one e-mail differ, and what the provider puts in its place for each."""

from collections.abc import Mapping
from html import escape


def mark(name: str, form: str = "text") -> str:
    """Return the mark of a value; ``form`` is ``html`` where it stands in HTML."""
    return f"[%{name}:{form}%]"


def substitutions(values: Mapping[str, str]) -> dict[str, str]:
    """Return the marks and what replaces them: escaped where the mark stands in HTML, and with its lines kept there."""
    plain = {mark(name): value for name, value in values.items()}
    return plain | {mark(name, "html"): escape(value).replace("\n", "<br>") for name, value in values.items()}
