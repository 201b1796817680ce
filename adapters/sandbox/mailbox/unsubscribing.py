"""One-click unsubscribing as a mail program does it (RFC 8058): a POST to the address in the header."""

import re

import httpx

from adapters.certificates import certificates
from adapters.sandbox.mailbox.messages import Message

_ADDRESS = re.compile(r"<(https?://[^>]+)>")


def one_click_address(message: Message) -> str | None:
    """Return the address to post to, where the message offers one click."""
    headers = {name.lower(): value for name, value in message.headers.items()}
    found = _ADDRESS.search(headers.get("list-unsubscribe", ""))
    offered = headers.get("list-unsubscribe-post", "").strip().lower() == "list-unsubscribe=one-click"
    return found[1] if found and offered else None


async def unsubscribe(address: str) -> int | None:
    """Post the one click; return the answer's status, or None when nobody answered."""
    try:
        async with httpx.AsyncClient(
            verify=certificates(), timeout=10, follow_redirects=False, trust_env=False
        ) as client:
            return (await client.post(address, data={"List-Unsubscribe": "One-Click"})).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
