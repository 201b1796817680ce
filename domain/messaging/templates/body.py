"""How a body is read: into headings, paragraphs, lists, boxes of facts and buttons, each with its variables filled.

What is a button or a list is decided by what was written, never by a value: a person's name can become neither.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.messaging.variables import VARIABLE, fill

_BUTTON = re.compile(r"\[([^\[\]]+)\]\(([^()\s]*|\{\{[^{}()]*\}\})\)")
_FACT = re.compile(r"([^:{}\[\]]{1,60}):\s*(\{\{[^{}]*\}\})")
_ADDRESS = re.compile(r"(https?://[^\s]+|mailto:[^\s]+)", re.IGNORECASE)
_MARK = re.compile(r"\[%\w+:\w+%\]")

Kind = Literal["heading", "paragraph", "list", "facts", "button"]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an e-mail. ``facts`` are (label, value); a button whose address leads nowhere has no ``url``."""

    kind: Kind
    lines: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    url: str = ""

    @property
    def text(self) -> str:
        """Return the part as plain text."""
        match self.kind:
            case "list":
                return "\n".join(f"- {line}" for line in self.lines)
            case "facts":
                return "\n".join(f"{label}: {value}" for label, value in self.facts)
            case "button":
                return f"{self.lines[0]}: {self.url}" if self.url else self.lines[0]
            case _:
                return "\n".join(self.lines)


def blocks_of(body: str, values: Mapping[str, str], fact_names: Sequence[str] = ()) -> list[Block]:
    """Return the parts of a body; ``fact_names`` are the variables whose lines are facts."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n[ \t]*\n", body.replace("\r\n", "\n")):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        blocks.extend(_parts(lines, values, fact_names))
    return blocks


def buttons_of(body: str) -> list[tuple[str, str]]:
    """Return (label, address) of each button as it was written."""
    found = (_BUTTON.fullmatch(line.strip()) for line in body.splitlines())
    return [(match[1], match[2]) for match in found if match]


def is_address(text: str) -> bool:
    """Say whether a button may lead there: a web page, an e-mail address, or what the provider fills in for each."""
    return bool(_ADDRESS.fullmatch(text) or _MARK.fullmatch(text))


def _parts(lines: Sequence[str], values: Mapping[str, str], fact_names: Sequence[str]) -> Iterable[Block]:
    if lines and all(_FACT.fullmatch(line) for line in lines):
        facts = [
            (match[1].strip(), fill(match[2], values).strip()) for line in lines if (match := _FACT.fullmatch(line))
        ]
        if kept := [fact for fact in facts if fact[1]]:
            yield Block("facts", facts=kept)
        return
    for kind, run in _runs(lines):
        yield from READERS[kind](run, values, fact_names)


def _runs(lines: Sequence[str]) -> Iterable[tuple[Kind, list[str]]]:
    """Yield neighbouring lines of one kind together; headings and buttons stand alone."""
    held: list[str] = []
    before: Kind | None = None
    for line in lines:
        kind = _kind(line)
        if held and before and (kind != before or kind in ("heading", "button")):
            yield before, held
            held = []
        held.append(line)
        before = kind
    if held and before:
        yield before, held


def _kind(line: str) -> Kind:
    if line.startswith("# "):
        return "heading"
    if line.startswith("- "):
        return "list"
    return "button" if _BUTTON.fullmatch(line) else "paragraph"


def _heading(lines: Sequence[str], values: Mapping[str, str], _facts: Sequence[str]) -> Iterable[Block]:
    if text := fill(lines[0].removeprefix("# "), values).strip():
        yield Block("heading", [text])


def _paragraph(lines: Sequence[str], values: Mapping[str, str], fact_names: Sequence[str]) -> Iterable[Block]:
    if len(lines) == 1 and (match := VARIABLE.fullmatch(lines[0])) and match[1] in fact_names:
        facts = [one.partition(": ")[::2] for one in fill(lines[0], values).splitlines() if ": " in one]
        if facts:
            yield Block("facts", facts=facts)
            return
    if any(kept := _filled(lines, values)):
        yield Block("paragraph", kept)


def _list(lines: Sequence[str], values: Mapping[str, str], _facts: Sequence[str]) -> Iterable[Block]:
    # A value of several lines lists each of them.
    items = [item for line in lines for item in _filled([line.removeprefix("- ")], values) if item]
    if items:
        yield Block("list", items)


def _button(lines: Sequence[str], values: Mapping[str, str], _facts: Sequence[str]) -> Iterable[Block]:
    match = _BUTTON.fullmatch(lines[0])
    assert match is not None
    address = fill(match[2], values).strip()
    if is_address(address):
        yield Block("button", [fill(match[1], values).strip()], url=address)
    elif address:  # shown, so that nobody misses what was meant, but it leads nowhere
        yield Block("paragraph", [f"{fill(match[1], values).strip()}: {address}"])


def _filled(lines: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Return the lines filled. One that holds only variables, all empty, falls away."""
    found: list[str] = []
    for line in lines:
        text = fill(line, values).strip()
        if text or VARIABLE.sub("", line).strip():
            found.extend(one.strip() for one in text.splitlines() or [""])
    return found


Reader = Callable[[Sequence[str], Mapping[str, str], Sequence[str]], Iterable[Block]]
READERS: Mapping[Kind, Reader] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "list": _list,
    "button": _button,
}
