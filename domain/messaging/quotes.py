"""The answer and what it quotes: below an answer, mail programs repeat the whole e-mail that is answered."""

import re

# "On Mon, 5 Jan 2026 at 09:12, Gurudesk <…> wrote:", in one line or two, and Outlook's rule.
_BEGINS = re.compile(
    r"^(?:On\b[^\n]{5,200}(?:\n[^\n]{0,200})?\bwrote:|-{2,} ?Original Message ?-{2,}|_{20,}|From: [^\n]+\nSent: )[ \t]*$",
    re.MULTILINE,
)


def split_quote(body: str) -> tuple[str, str]:
    """Return what was written, and the e-mail quoted below it. One that is nothing but a quote is all written."""
    found = _BEGINS.search(body)
    start = found.start() if found else _quoted_end(body)
    written, quoted = body[:start].rstrip(), body[start:].strip()
    return (written, quoted) if written else (body.strip(), "")


def _quoted_end(body: str) -> int:
    """Return where the lines that begin with ``>`` and reach to the end begin."""
    lines = body.splitlines(keepends=True)
    kept = len(lines)
    while kept and (lines[kept - 1].lstrip().startswith(">") or not lines[kept - 1].strip()):
        kept -= 1
    return len("".join(lines[:kept]))
