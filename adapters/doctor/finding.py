"""One thing the doctor looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``text`` is a sentence for the owner: what is so and, when wrong, what to do."""

    subject: str
    ok: bool
    text: str


def right(subject: str, text: str) -> Finding:
    return Finding(subject, True, text)


def wrong(subject: str, text: str) -> Finding:
    return Finding(subject, False, text)
