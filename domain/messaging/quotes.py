"""The answer and what it quotes: below an answer, mail programs repeat the whole e-mail that is answered.

What we sent may have held a secret of its recipient's, which must not come back to be read by others.
"""

import re

# "On Mon, 5 Jan 2026 at 09:12, Gurudesk <…> wrote:", in one line or two, and Outlook's rule.
_BEGINS = re.compile(
    r"^(?:On\b[^\n]{5,200}(?:\n[^\n]{0,200})?\bwrote:|-{2,} ?Original Message ?-{2,}|_{20,}|From: [^\n]+\nSent: )[ \t]*$",
    re.MULTILINE,
)
# The links of ours that let in whoever opens them.
_SECRET_LINK = re.compile(r"(/(?:set-password|admin-access/verify)/)[\w=-]{8,}")
SECRET_KINDS = ("welcome", "set_password", "verify_admin_request")


def without_secrets(body: str, answered_kind: str | None) -> str:
    """Return the body as it may be kept: without our one-time links, and without what quotes an e-mail that held one."""
    if answered_kind in SECRET_KINDS:
        written, _quoted = split_quote(body)
        body = "\n".join(line for line in written.splitlines() if not line.lstrip().startswith(">")).strip()
    return _SECRET_LINK.sub(r"\1…", body)


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
