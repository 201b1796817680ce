"""What was said and when: WebVTT read and written, and the chapters that Zoom's timeline tells."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape, unescape

from domain.language import _

MOST_CUES = 20_000
MOST_CHAPTERS = 60
LONGEST_TEXT = 1_000
LARGEST = 5 * 1024 * 1024
# A chapter shorter than this is part of the one before; of a short film, a twentieth of it.
SHORTEST_CHAPTER = 60_000

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s+-->\s+{_TIME}")
_TAGS = re.compile(r"<[^<>]{0,200}>")
_MOMENT = re.compile(rf"\s*{_TIME}\s*")


@dataclass(frozen=True, slots=True)
class Cue:
    """A line of a transcript, or a chapter. Moments are milliseconds into the film."""

    starts_ms: int
    ends_ms: int
    text: str


def read_captions(content: bytes) -> list[Cue]:
    """Return the lines of a WebVTT file in their order; what cannot be read is left out."""
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    cues = []
    for block in text.split("\n\n"):
        lines = block.strip("\n").split("\n")
        at = next((number for number, line in enumerate(lines[:2]) if "-->" in line), None)
        found = _TIMES.match(lines[at]) if at is not None else None
        if at is None or found is None:
            continue
        said = unescape(_TAGS.sub("", " ".join(" ".join(lines[at + 1 :]).split())))[:LONGEST_TEXT]
        starts, ends = _milliseconds(*found.groups()[:4]), _milliseconds(*found.groups()[4:])
        if said and ends >= starts:
            cues.append(Cue(starts, ends, said))
    return sorted(cues, key=lambda cue: cue.starts_ms)[:MOST_CUES]


def write_captions(cues: Iterable[Cue]) -> str:
    """Return the lines as WebVTT."""
    blocks = [f"{_clock(cue.starts_ms)} --> {_clock(cue.ends_ms)}\n{escape(cue.text, quote=False)}\n" for cue in cues]
    return "WEBVTT\n\n" + "\n".join(blocks)


def read_timeline(content: bytes, duration: int) -> list[Cue]:
    """Return the chapters of Zoom's timeline file: who speaks from when on. ``duration`` in seconds, 0 for unknown."""
    try:
        told = json.loads(content)
    except ValueError:
        return []
    entries = told.get("timeline") if isinstance(told, dict) else None
    starts = [found for entry in entries if (found := _speaking(entry))] if isinstance(entries, list) else []
    if duration:
        starts = [one for one in starts if one[0] < duration * 1000]
    kept = _spread(sorted(starts), min(SHORTEST_CHAPTER, duration * 50) if duration else SHORTEST_CHAPTER)
    ends = [*(starts_ms for starts_ms, _speaker in kept[1:]), max(duration * 1000, kept[-1][0] if kept else 0)]
    return [
        Cue(at, max(end, at), _("{name} speaks", name=speaker)) for (at, speaker), end in zip(kept, ends, strict=False)
    ]


def _spread(starts: Sequence[tuple[int, str]], shortest: int) -> list[tuple[int, str]]:
    """Return the beginnings that are chapters: another speaker, and not at once after the one before."""
    kept: list[tuple[int, str]] = []
    for at, speaker in starts:
        if not kept or (speaker != kept[-1][1] and at - kept[-1][0] >= shortest):
            kept.append((at, speaker))
    return kept[:MOST_CHAPTERS]


def _speaking(entry: object) -> tuple[int, str] | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("users"), list):
        return None
    at = _MOMENT.fullmatch(str(entry.get("ts", "")))
    names = [str(user.get("username", "")) for user in entry["users"] if isinstance(user, dict)]
    speakers = ", ".join(name.replace("\0", "")[:80] for name in names[:3] if name)
    return (_milliseconds(*at.groups()), speakers) if at and speakers else None


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
