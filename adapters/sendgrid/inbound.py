"""SendGrid's inbound parse: an e-mail that somebody wrote to our domain, as the form it is posted in.

Each field is in a character set of its own, which ``charsets`` names, so the parts are read as bytes. What an account
that is set to "send raw" posts, the whole MIME message in the field ``email``, is understood as well.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import default as modern
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from hashlib import sha256
from typing import Any

import msgspec
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from adapters.sendgrid.html_text import text_of
from domain.ports import InboundEmail, InboundFile

MAX_PARTS = 200
MAX_TEXT = 200_000
MAX_HTML = 1_000_000
MAX_SUBJECT = 500
MAX_ADDRESSES = 10_000
MAX_ANSWERS = 20
_ID = re.compile(r"<([^<>\s]{1,400})>")
# Python has these for names of hosts; a long text in them takes hours.
_NO_TEXT = {"punycode", "idna"}
_DKIM = re.compile(r"@([\w.-]+)\s*:\s*(\w+)")


class MalformedInbound(ValueError):
    """The body is no form as SendGrid posts it."""


@dataclass(slots=True)
class _Post:
    """The form: fields as the bytes they came in, and files by the names of their parts."""

    fields: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, InboundFile] = field(default_factory=dict)
    charsets: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a field in its own character set; what does not fit it is replaced, and nothing is lost over it."""
        raw = self.fields.get(name, b"")
        try:
            charset = codecs.lookup(str(self.charsets.get(name) or "utf-8")).name
            decoded = raw.decode("utf-8" if charset in _NO_TEXT else charset, errors="replace")
        except (LookupError, ValueError, UnicodeError):
            decoded = raw.decode("utf-8", errors="replace")
        return _clean(decoded)

    def json(self, name: str) -> dict[str, Any]:
        try:
            value = msgspec.json.decode(self.fields.get(name, b"{}"))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}
        return value if isinstance(value, dict) else {}


def parse_inbound(content_type: str, body: bytes) -> InboundEmail:
    """Return the e-mail of one request. Raises MalformedInbound for what nobody could have written to us."""
    post = _read(content_type, body)
    if "email" in post.fields:
        try:
            _unpack_raw(post)
        except RecursionError as error:
            raise MalformedInbound("Its parts are within one another without end.") from error
    if not (post.fields.get("from") or post.fields.get("envelope")):
        raise MalformedInbound("There is no sender.")
    headers = message_from_string(post.text("headers"))
    envelope = post.json("envelope")
    sender, name = _sender(post.text("from"), envelope)
    text = (post.text("text").strip() or text_of(post.text("html")[:MAX_HTML]))[:MAX_TEXT]
    subject = _line(post.text("subject"))[:MAX_SUBJECT]
    return InboundEmail(
        message_id=_message_id(headers, sender, subject, text, post),
        sender=sender,
        sender_name=name,
        recipients=_recipients(envelope, post.text("to")),
        subject=subject,
        text=text,
        answers=_answers(headers),
        sent_at=_date(headers),
        is_automatic=_is_automatic(headers, envelope, sender),
        is_verified=_is_verified(post, sender, str(envelope.get("from") or "")),
        spam_score=_number(post.text("spam_score")),
        files=[_named(file, post.json("attachment-info").get(part)) for part, file in post.files.items()],
    )


def _read(content_type: str, body: bytes) -> _Post:
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise MalformedInbound("The body is no form with parts.")
    post = _Post()
    try:
        # Latin-1 takes any byte in a name; names are read properly from attachment-info.
        with PushMultipartParser(options["boundary"], max_segment_count=MAX_PARTS, header_charset="latin-1") as parser:
            for part, content in _parts(parser, body):
                _take(post, part, content)
    except (MultipartError, ValueError) as error:
        raise MalformedInbound("The form cannot be read.") from error
    post.charsets = post.json("charsets")
    return post


def _parts(parser: PushMultipartParser, body: bytes) -> Iterator[tuple[MultipartSegment, bytes]]:
    part: MultipartSegment | None = None
    chunks: list[bytes] = []
    for event in parser.parse(body):
        if isinstance(event, MultipartSegment):
            part, chunks = event, []
        elif event:
            chunks.append(event)
        elif part is not None:
            yield part, b"".join(chunks)


def _take(post: _Post, part: MultipartSegment, content: bytes) -> None:
    name = part.name or ""
    if part.filename is None:
        post.fields[name] = content
    elif content:
        post.files[name] = InboundFile(part.filename, part.content_type or "application/octet-stream", content)


def _named(file: InboundFile, info: Any) -> InboundFile:
    """Return the file under the name its sender gave it, as far as it can be shown."""
    told = info if isinstance(info, dict) else {}
    name = told.get("filename") or told.get("name") or _as_utf8(file.filename)
    shown = _line(str(name)).replace("\\", "/").rpartition("/")[2][:200]
    return InboundFile(shown or "file", _line(str(told.get("type") or file.media_type))[:100], file.content)


def _as_utf8(name: str) -> str:
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def _unpack_raw(post: _Post) -> None:
    """Take the fields out of a whole MIME message, as SendGrid would have."""
    mail = message_from_bytes(post.fields["email"], policy=modern)
    assert isinstance(mail, EmailMessage)
    raw = post.fields["email"].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    post.fields["headers"] = raw.decode("utf-8", errors="replace").encode()
    for name in ("from", "to", "subject"):
        if name not in post.fields:
            with suppress(Exception):  # the library stumbles over some headers that nobody should have written
                post.fields[name] = str(make_header(decode_header(str(mail.get(name, ""))))).encode()
    for kind, name in (("plain", "text"), ("html", "html")):
        with suppress(Exception):
            if found := mail.get_body((kind,)):
                post.fields[name] = str(found.get_content()).encode()
    for number, part in enumerate(mail.iter_attachments(), start=1):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            name = part.get_filename() or "file"
            post.files[f"attachment{number}"] = InboundFile(name, part.get_content_type(), content)
    post.charsets = {}


def _sender(told: str, envelope: Mapping[str, Any]) -> tuple[str, str]:
    try:
        name, address = parseaddr(told[:MAX_ADDRESSES])
    except RecursionError:  # brackets within brackets
        name, address = "", ""
    return _line(address or str(envelope.get("from") or "")).lower()[:254], _line(name)[:200]


def _recipients(envelope: Mapping[str, Any], to: str) -> list[str]:
    # Where it was really delivered: the header may name anybody, or nobody at all.
    told = envelope.get("to")
    addresses = [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
    with suppress(RecursionError):
        addresses = addresses or [address for _, address in getaddresses([to[:MAX_ADDRESSES]])]
    return [_line(one).lower() for one in addresses if one]


def _message_id(headers: Message, sender: str, subject: str, text: str, post: _Post) -> str:
    if found := _ID.search(_header(headers, "Message-ID")):
        return found[1]
    date = _header(headers, "Date")
    digest = sha256("\0".join((sender, subject, date, text, *sorted(post.files))).encode()).hexdigest()
    return f"sha256-{digest}"


def _answers(headers: Message) -> list[str]:
    ids = _ID.findall(_header(headers, "In-Reply-To")) + _ID.findall(_header(headers, "References"))[::-1]
    return list(dict.fromkeys(ids))[:MAX_ANSWERS]


def _date(headers: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_header(headers, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _is_automatic(headers: Message, envelope: Mapping[str, Any], sender: str) -> bool:
    if _header(headers, "Auto-Submitted").partition(";")[0].strip().lower() not in ("", "no"):
        return True
    if _header(headers, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if any(headers.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-From")):
        return True
    # What has no sender to return to is itself a return: a bounce.
    is_return = "from" in envelope and not str(envelope["from"] or "").strip("<> ")
    is_report = _header(headers, "Content-Type").lower().startswith("multipart/report")
    return is_return or is_report or sender.partition("@")[0] in ("mailer-daemon", "postmaster")


def _is_verified(post: _Post, sender: str, returns_to: str) -> bool | None:
    """Say whether the sender's own domain signed the e-mail, or let its server send it."""
    if "dkim" not in post.fields and "SPF" not in post.fields:
        return None
    domain = sender.rpartition("@")[2]
    signed = {name.lower() for name, result in _DKIM.findall(post.text("dkim")) if result.lower() == "pass"}
    if any(domain == one or domain.endswith(f".{one}") for one in signed):
        return True
    is_own = returns_to.lower().rpartition("@")[2] == domain
    return bool(domain) and is_own and post.text("SPF").strip().lower() == "pass"


def _header(headers: Message, name: str) -> str:
    return str(headers.get(name) or "")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1_000 else None


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _clean(text: str) -> str:
    # Postgres stores no null byte and no half of a pair.
    return text.replace("\x00", "").replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
