"""The text of an HTML e-mail. Only this is kept: HTML from outside is never shown to anybody.

Anybody may write to us, so the time this takes grows with the length alone, whatever is left open in it: the standard
library's parser begins anew at each tag that never ends, and takes minutes for a few hundred kilobytes of them.
"""

import re
from html import unescape

_SILENT = {"script", "style", "head", "title", "template", "noscript"}
# What is in these is no HTML up to their own end.
_RAW = {"script", "style"}
_LINES = {
    "p",
    "div",
    "br",
    "tr",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "hr",
    "pre",
}
# Elements without an end: they open nothing.
_EMPTY = {"br", "hr"}
_WHITE = re.compile(r"\s+")
_NAME = re.compile(r"(/?)([a-z][a-z0-9]{0,20})", re.IGNORECASE)
_REST = re.compile(r"""[^"'>]*+(?:(?:"[^"]*"|'[^']*')[^"'>]*+)*+>""")
# A tag that is longer than this ends at its first bracket, whatever is quoted in it.
_LONGEST_TAG = 1_000


class _Reader:
    """Collects what is shown, tag by tag."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._silent = 0

    def start(self, name: str) -> None:
        if name in _SILENT:
            self._silent += 1
        elif name == "body":
            self._silent = 0  # a head that was never closed ends here
        elif name in _LINES:
            self.pieces.append("\n")

    def end(self, name: str) -> None:
        if name in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif name in _LINES - _EMPTY:
            self.pieces.append("\n")

    def data(self, raw: str) -> None:
        if self._silent or not raw:
            return
        self.pieces.append(_WHITE.sub(" ", unescape(raw)))


def text_of(html: str) -> str:
    """Return what a person would read, a line for each paragraph."""
    reader, position = _Reader(), 0
    while (bracket := html.find("<", position)) >= 0:
        reader.data(html[position:bracket])
        position = _read_tag(reader, html, bracket)
    reader.data(html[position:])
    lines = [" ".join(line.split()) for line in "".join(reader.pieces).split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def _read_tag(reader: _Reader, html: str, start: int) -> int:
    """Read what begins with the bracket at ``start``; return where the rest begins, which is the end if it never ends."""
    if html.startswith("<!--", start):
        return _after(html, "-->", start + 4)
    if html.startswith(("<!", "<?"), start):
        return _after(html, ">", start)
    found = _NAME.match(html, start + 1)
    if not found:
        reader.data("<")
        return start + 1
    end, name = _tag_end(html, found.end()), found[2].lower()
    if found[1]:
        reader.end(name)
    else:
        reader.start(name)
        if name in _RAW:
            closing = re.compile(f"</{name}", re.IGNORECASE).search(html, end)
            return closing.start() if closing else len(html)
    return end


def _tag_end(html: str, start: int) -> int:
    """Return the place behind the bracket that ends a tag; one within quotes does not."""
    found = _REST.match(html, start, start + _LONGEST_TAG)
    return found.end() if found else _after(html, ">", start)


def _after(html: str, mark: str, start: int) -> int:
    place = html.find(mark, start)
    return place + len(mark) if place >= 0 else len(html)
