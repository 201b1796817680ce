"""Replying from the mailbox: SendGrid's inbound parse takes the mail apart and posts its parts as a form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, formataddr
from html import escape
from secrets import token_hex

import msgspec

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.mailbox.messages import Message

USER_AGENT = "Sendlib/1.0 server.sendgrid.net"
# Answered 5xx or not at all, a reply is queued and posted again for three days; 4xx is final.
GAPS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720, 1440, 1440))
MOST_FILES, MOST_BYTES = 10, 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """A file that is attached to a reply."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What its recipient answers to a message. ``is_automatic``: their program did, as out of office."""

    text: str
    files: Sequence[File] = ()
    is_automatic: bool = False


async def reply(callbacks: Callbacks, url: str, message: Message, answer: Reply, now: datetime) -> None:
    """Send a reply on its way to us; it arrives a moment later."""
    boundary = f"xYzZY{token_hex(8)}"
    await callbacks.plan(
        "sendgrid",
        url=url,
        body=as_form(parts_of(message, answer, now), boundary),
        subject=subject_of(message),
        kind="inbound parse",
        media_type=f"multipart/form-data; boundary={boundary}",
        after=timedelta(seconds=1.5),
    )


def subject_of(message: Message) -> str:
    """Return what the log of callbacks calls the replies to a message."""
    return f"reply:{message.id}"


def address_of(message: Message) -> str:
    """Return where a reply goes to: the address asked for, or the sender's."""
    replies = message.row.reply_to
    return str(replies[0]["email"] if replies else message.sender["email"])


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the form. A file has a name and a type."""

    name: str
    content: bytes
    filename: str = ""
    media_type: str = ""


def parts_of(message: Message, answer: Reply, now: datetime) -> Iterator[Part]:
    """Yield the parts of the form in the order SendGrid posts them."""
    to, sender = address_of(message), _named(message.row.name, message.row.email)
    subject = message.subject if message.subject[:3].lower() == "re:" else f"Re: {message.subject}"
    texts = {
        "headers": _headers(message, answer, now, subject),
        "dkim": f"{{@{message.row.email.rpartition('@')[2]} : pass}}",
        "content-ids": "{}",
        "to": to,
        "from": sender,
        "html": _html(message, answer),
        "text": _text(message, answer),
        "sender_ip": "203.0.113.9",
        "SPF": "pass",
        "envelope": _json({"to": [to], "from": "" if answer.is_automatic else message.row.email}),
        "attachments": str(len(answer.files)),
        "subject": subject,
        "charsets": _json(dict.fromkeys(("to", "from", "subject", "text", "html"), "UTF-8")),
    }
    if answer.files:
        texts["attachment-info"] = _json(_info(answer.files))
    for name, text in texts.items():
        yield Part(name, text.encode())
    for number, file in enumerate(answer.files, 1):
        yield Part(f"attachment{number}", file.content, file.name, file.media_type)


def as_form(parts: Iterator[Part], boundary: str) -> bytes:
    """Write the parts as multipart/form-data."""
    lines: list[bytes] = []
    for part in parts:
        named = f'; filename="{_quoted(part.filename)}"' if part.filename else ""
        lines.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{part.name}"{named}\r\n'.encode())
        lines.append(f"Content-Type: {_quoted(part.media_type)}\r\n".encode() if part.media_type else b"")
        lines += [b"\r\n", part.content, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])


def _headers(message: Message, answer: Reply, now: datetime, subject: str) -> str:
    answered = f"<{message.row.message_id}@geopod-ismtpd-4>"
    headers = {
        "Received": "from mail.example.com (mail.example.com [203.0.113.9]) by mx0047p1mdw1.sendgrid.net with ESMTPS",
        "From": _named(message.row.name, message.row.email),
        "To": address_of(message),
        "Subject": subject,
        "Date": format_datetime(now),
        "Message-ID": f"<{token_hex(12)}@mail.example.com>",
        "In-Reply-To": answered,
        "References": answered,
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/mixed; boundary="reply"',
    }
    if answer.is_automatic:
        headers |= {"Auto-Submitted": "auto-replied", "Precedence": "bulk"}
    return "".join(f"{name}: {_one_line(value)}\n" for name, value in headers.items())


def _text(message: Message, answer: Reply) -> str:
    if answer.is_automatic:
        return f"{answer.text}\n"
    quoted = "\n".join(f"> {line}" for line in message.text.splitlines()[:40])
    return f"{answer.text}\n\n{message.sender['email']} wrote:\n{quoted}\n" if quoted else f"{answer.text}\n"


def _html(message: Message, answer: Reply) -> str:
    said = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in answer.text.splitlines())
    quoted = "<br>".join(escape(line) for line in message.text.splitlines()[:40])
    below = "" if answer.is_automatic else f'<div class="gmail_quote"><blockquote>{quoted}</blockquote></div>'
    return f'<div dir="ltr">{said}</div>{below}\n'


def _info(files: Sequence[File]) -> Mapping[str, Mapping[str, str]]:
    return {
        f"attachment{number}": {"filename": file.name, "name": file.name, "type": file.media_type}
        for number, file in enumerate(files, 1)
    }


def _named(name: str, email: str) -> str:
    return formataddr((_one_line(name), email), charset="utf-8") if name.isascii() else f"{_one_line(name)} <{email}>"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace('"', "%22")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
