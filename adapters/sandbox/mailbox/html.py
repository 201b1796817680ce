"""An e-mail's HTML as a mail program would show it: its links counted, its pictures in place, nothing of it running."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapters.sandbox.mailbox.links import with_links

if TYPE_CHECKING:
    from adapters.sandbox.mailbox.messages import Message

# The view is a document of its own: it may show pictures and its own styles, and nothing else.
VIEW_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src data: http: https:; style-src 'unsafe-inline' http: https:; "
    "font-src data: http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# Links leave the frame; the page below is white, as e-mails expect, whatever the sandbox's own colours are.
FRAME = '<base target="_blank"><style>:root{color-scheme:light;background:#fff}</style>'
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


def shown_html(message: Message) -> str:
    """Return the HTML to show for a message."""
    html = message.html
    if message.row.click_tracking:
        html = with_links(html, lambda index: f"/click/{message.row.token}/{index}")
    html = _with_pictures(html, message)
    head = _HEAD.search(html)
    return html[: head.end()] + FRAME + html[head.end() :] if head else FRAME + html


def _with_pictures(html: str, message: Message) -> str:
    attachments: list[dict[str, Any]] = message.row.attachments
    for attachment in attachments:
        if attachment["content_id"]:
            address = f"/mailbox/{message.id}/attachments/{attachment['position']}"
            html = html.replace(f"cid:{attachment['content_id']}", address)
    return html
