"""Answering an e-mail: SendGrid's inbound parse of what its recipient writes, posted to the product as the form it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, formataddr
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import msgspec

from adapters.sandbox.callbacks import Callbacks, Caller
from adapters.sandbox.mailbox.messages import Message
from adapters.sendgrid.inbound_token import inbound_path
from adapters.settings import Settings

MAX_TEXT = 100_000
# SendGrid posts again for three days, and only after an error of the server's.
GAPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1800))
BOUNDARY = "xYzZY"


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody writes back. ``is_automatic``: their mail program does, while they are away."""

    text: str
    files: Sequence[tuple[str, str, bytes]] = ()
    is_automatic: bool = False


def sendgrid_caller() -> Caller:
    """Return how inbound parse calls: unsigned, to an address that is the secret."""
    return Caller(
        gaps=GAPS,
        timeout=30.0,
        user_agent="Sendlib/1.0",
        misdirect=lambda url: f"{url}-forged",
        tries_again=lambda status: status is None or status >= 500,
    )


async def reply(callbacks: Callbacks, settings: Settings, message: Message, written: Reply, now: datetime) -> None:
    """Let the recipient of a message answer it. The request is kept until the product has taken it."""
    boundary = BOUNDARY + token_hex(12)
    await callbacks.plan(
        "sendgrid",
        url=settings.base_url + inbound_path(settings),
        body=_form(_parts(message, written, now), boundary),
        subject=subject_of(message),
        kind="inbound",
        after=timedelta(seconds=1),
        media_type=f"multipart/form-data; boundary={boundary}",
    )


def subject_of(message: Message) -> str:
    """Return what the callbacks about answers to a message are filed under."""
    return f"reply-{message.id}"


def _parts(message: Message, written: Reply, now: datetime) -> list[tuple[str, str | None, str, bytes]]:
    to = _answered_address(message)
    sender = formataddr((message.row.name, message.row.email))
    domain = message.row.email.rpartition("@")[2]
    subject = message.subject if message.subject.lower().startswith("re:") else f"Re: {message.subject}"
    names = ("to", "from", "subject", "text")
    fields = {
        "headers": _headers(message, written, sender, to, subject, now),
        "dkim": f"{{@{domain} : pass}}",
        "to": to,
        "from": sender,
        "text": _with_quote(message, written.text, now),
        "sender_ip": "198.51.100.23",
        "envelope": _json({"to": [to], "from": "" if written.is_automatic else message.row.email}),
        "attachments": str(len(written.files)),
        "subject": subject,
        "spam_score": "0.1",
        "charsets": _json(dict.fromkeys(names, "UTF-8")),
        "SPF": "pass",
    }
    files = [(f"attachment{number}", *file) for number, file in enumerate(written.files, start=1)]
    if files:
        told = {part: {"filename": name, "name": name, "type": kind} for part, name, kind, _content in files}
        fields["attachment-info"] = _json(told)
    plain = [(name, None, "", value.encode()) for name, value in fields.items()]
    return plain + [(part, name, kind, content) for part, name, kind, content in files]


def _answered_address(message: Message) -> str:
    replies: list[dict[str, str]] = message.row.reply_to
    return replies[0]["email"] if replies else message.sender["email"]


def _headers(message: Message, written: Reply, sender: str, to: str, subject: str, now: datetime) -> str:
    answered = f"<{message.row.message_id}@geopod-ismtpd-4>"
    lines = {
        "Received": "by mx0047p1mdw1.sendgrid.net with SMTP",
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": format_datetime(now),
        "Message-ID": f"<{token_hex(12)}@mail.{message.row.email.rpartition('@')[2]}>",
        "In-Reply-To": answered,
        "References": answered,
    }
    if written.is_automatic:
        lines |= {"Auto-Submitted": "auto-replied", "Precedence": "bulk"}
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in lines.items())


def _with_quote(message: Message, text: str, now: datetime) -> str:
    quoted = "\n".join(f"> {line}" for line in (message.text or message.subject).splitlines()[:40])
    name = message.sender["name"] or message.sender["email"]
    return f"{text}\n\nOn {now:%a, %d %b %Y at %H:%M}, {name} <{message.sender['email']}> wrote:\n{quoted}\n"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _form(parts: Sequence[tuple[str, str | None, str, bytes]], boundary: str) -> bytes:
    pieces: list[bytes] = []
    for name, filename, media_type, content in parts:
        disposition = f'form-data; name="{name}"'
        if filename is not None:
            disposition += f'; filename="{quote(filename, safe=" .()-_")}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n"
        head += f"Content-Type: {media_type}\r\n\r\n" if filename is not None else "\r\n"
        pieces.append(head.encode() + content + b"\r\n")
    return b"".join(pieces) + f"--{boundary}--\r\n".encode()
