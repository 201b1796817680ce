"""``POST /v3/mail/send``: checks a request as SendGrid does, takes it, and lets things happen to it."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency

from adapters.sandbox.database import Connection, SandboxDatabase, one
from adapters.sandbox.faults import Faults
from adapters.sandbox.journal import MAX_BODY
from adapters.sandbox.sendgrid import answers
from adapters.sandbox.sendgrid.mails import enabled, store_mail
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.sandbox.sendgrid.posting import EventPoster
from adapters.sandbox.sendgrid.release import plan_mail
from adapters.sandbox.sendgrid.validation import problems_of
from adapters.sandbox.sendgrid.validation.problems import HELP, Problems

BATCH_USABLE = timedelta(days=10)
UNVERIFIED = (
    "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved. "
    "Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender Identity requirements"
)
# Ours: whoever sends from here has not been verified.
UNVERIFIED_DOMAIN = "unverified.test"
TOO_LARGE = "<html><head><title>413 Request Entity Too Large</title></head></html>"


_MOMENT = """
select app_now() as now, b.created_at, b.status from (values (1)) as always left join batches b on b.id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """The business time, and whether the batch a request names may be used and holds its messages back."""

    now: datetime
    batch_usable: bool
    held: bool


class MailSendController(Controller):
    path = "/mail/send"

    @post()
    async def create(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        chance: NamedDependency[Chance],
        poster: NamedDependency[EventPoster],
        faults: NamedDependency[Faults],
    ) -> Response[bytes]:
        if request.scope["state"]["body_size"] > MAX_BODY:
            return Response(TOO_LARGE.encode(), status_code=413, media_type="text/html")
        if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
            return answers.error(415, "Content-Type should be application/json.")
        body = _decoded(await request.body())
        async with database.connection() as connection:
            moment = await _moment(connection, body)
            if refusal := _refusal(body, moment):
                return refusal
            if enabled(body, "mail_settings", "sandbox_mode", False):
                return answers.nothing(200)
            message_id = new_message_id()
            async with connection.transaction():
                mail_id = await store_mail(connection, body, message_id, moment.now, held=moment.held)
                await plan_mail(connection, mail_id, moment.now, chance, faults)
        poster.wake()
        return answers.accepted(message_id)


def new_message_id() -> str:
    """Return 16 random bytes in base64url without padding: 22 characters."""
    return urlsafe_b64encode(token_bytes(16)).decode().rstrip("=")


def _decoded(raw: bytes) -> Any:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    # Postgres stores no null byte.
    return _without_nulls(body) if b"\\u0000" in raw else body


def _without_nulls(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {_without_nulls(key): _without_nulls(item) for key, item in value.items()}
    return value


async def _moment(connection: Connection, body: Any) -> Moment:
    batch_id = body.get("batch_id") if isinstance(body, dict) else None
    row = await one(connection, _MOMENT, id=batch_id if isinstance(batch_id, str) else None)
    usable = batch_id is None or (row.created_at is not None and row.created_at > row.now - BATCH_USABLE)
    return Moment(row.now, usable, row.status is not None)


def _refusal(body: Any, moment: Moment) -> Response[bytes] | None:
    problems: Problems = problems_of(body, moment.now)
    if not moment.batch_usable:
        problems.add("batch_id", "The batch_id is not valid.")
    if problems.errors:
        return answers.errors(400, problems.errors)
    if body["from"]["email"].lower().endswith(f"@{UNVERIFIED_DOMAIN}"):
        return answers.errors(403, [{"message": UNVERIFIED, "field": "from", "help": f"{HELP}#message.from"}])
    return None
