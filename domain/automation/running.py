"""Running steps: claim what is due, run its handler, and finish it, fenced by the lease so that only its holder may."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.backoff import backoff
from domain.ports import (
    EmailSender,
    FileStore,
    MeetingProvider,
    MessageRenderer,
    PasswordHasher,
    PaymentGateway,
    VoiceCaller,
    WhatsAppSender,
)
from domain.work import Work

MOST_ATTEMPTS = 10

CLAIM = """
with due as (
  select id from automation_steps
   where state = 'planned' and rule_key is null and due_at <= %(now)s and (retry_at is null or retry_at <= now())
   order by due_at limit %(most)s for update skip locked
), lapsed as (
  select id from automation_steps where state = 'running' and leased_until < now()
   order by leased_until limit %(most)s for update skip locked
)
update automation_steps set state = 'running', attempt = attempt + 1, lease_token = gen_random_uuid(), retry_at = null,
       leased_until = now() + make_interval(secs => %(lease)s)
 where id in (select id from due union all select id from lapsed limit %(most)s)
returning id, kind, person_id, subject_id, subject_version, payload, attempt, lease_token
"""
RENEW = """
update automation_steps set leased_until = now() + make_interval(secs => %(lease)s)
where id = %(id)s and lease_token = %(token)s and state = 'running'
"""
FINISH = """
update automation_steps set state = %(state)s, reason = %(reason)s, finished_at = %(now)s, lease_token = null,
       leased_until = null
where id = %(id)s and lease_token = %(token)s and state = 'running'
"""
AGAIN = """
update automation_steps set state = 'planned', reason = %(reason)s, lease_token = null, leased_until = null,
       attempt = attempt - %(uncounted)s, retry_at = now() + make_interval(secs => %(wait)s)
where id = %(id)s and lease_token = %(token)s and state = 'running'
"""


class Skip(Exception):
    """The step has become pointless; the message says why, to people."""


class Failed(Exception):
    """The step cannot be done and trying again will not help; the message says why, to people."""


class Later(Exception):
    """The outside is not ready: do the step again, however often that takes. The message says why, to people.

    ``wait`` are the seconds to wait at least. A step that ``got_further`` is not stuck: its attempts count anew.
    """

    def __init__(self, reason: str, wait: float = 0.0, *, got_further: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.got_further = got_further


class LeaseLost(Exception):
    """Another worker has taken the step over: stop at once and change nothing more."""


@dataclass(frozen=True, slots=True)
class Step:
    """A claimed step."""

    id: UUID
    kind: str
    person_id: UUID | None
    subject_id: UUID | None
    subject_version: int
    payload: dict[str, Any]
    attempt: int
    lease_token: UUID


@dataclass(frozen=True, slots=True)
class Ports:
    """What step handlers may reach outside the database."""

    files: FileStore
    renderer: MessageRenderer
    hasher: PasswordHasher
    secret: bytes
    base_url: str
    mail_from: str
    mail_from_name: str
    email: EmailSender
    whatsapp: WhatsAppSender
    voice: VoiceCaller
    payments: PaymentGateway
    meetings: MeetingProvider
    email_is_live: bool = False
    whatsapp_is_live: bool = False
    voice_is_live: bool = False
    payments_are_live: bool = False
    meetings_are_live: bool = False
    reply_domain: str = ""
    copies_recordings: bool = False
    largest_copy: int = 10 * 1024**3  # bytes of one file
    lookup_delay: float = 15.0  # seconds until what may have left is looked up

    def is_live(self, channel: str) -> bool:
        """Say whether what leaves by this channel reaches real people."""
        live = {"email": self.email_is_live, "whatsapp": self.whatsapp_is_live, "call": self.voice_is_live}
        return live[channel]


OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


@dataclass(frozen=True, slots=True)
class StepRun:
    """One attempt at a step. It may be the second: a handler begins by looking at what is already done."""

    step: Step
    ports: Ports
    work: OpenWork
    lease_seconds: float

    async def still_mine(self) -> None:
        """Renew the lease; raise LeaseLost when another worker holds it."""
        async with self.work() as work:
            await hold(work, self.step, self.lease_seconds)


Handler = Callable[[StepRun], Awaitable[None]]


async def claim_steps(work: Work, *, most: int, lease_seconds: float) -> list[Step]:
    """Lease due steps, and those whose holder has vanished. Rows another worker is claiming are passed over."""
    rows = await work.rows(CLAIM, now=work.now, most=most, lease=lease_seconds)
    return [
        Step(
            row.id,
            row.kind,
            row.person_id,
            row.subject_id,
            row.subject_version,
            row.payload,
            row.attempt,
            row.lease_token,
        )
        for row in rows
    ]


async def hold(work: Work, step: Step, lease_seconds: float) -> None:
    """Renew the lease within the caller's transaction, which thereby commits only while the step is still its own."""
    if not await work.run(RENEW, id=step.id, token=step.lease_token, lease=lease_seconds):
        raise LeaseLost


async def finish_step(work: Work, step: Step, state: str, reason: str = "") -> None:
    """End the step as done, skipped or failed."""
    values = {"id": step.id, "token": step.lease_token, "state": state, "reason": reason, "now": work.now}
    if not await work.run(FINISH, **values):
        raise LeaseLost


async def do_later(work: Work, step: Step, later: Later) -> None:
    """Plan the step again after a growing wait, without an end to it."""
    uncounted = step.attempt - 1 if later.got_further else 0
    values = {"id": step.id, "token": step.lease_token, "reason": str(later), "uncounted": uncounted}
    if not await work.run(AGAIN, **values, wait=backoff(step.attempt - uncounted, later.wait)):
        raise LeaseLost


async def try_again(work: Work, step: Step, reason: str, *, counted: bool = True) -> None:
    """Plan another attempt; the last one ends as failed. An attempt that a stopping worker gave up does not count."""
    if counted and step.attempt >= MOST_ATTEMPTS:
        return await finish_step(work, step, "failed", reason)
    values = {"id": step.id, "token": step.lease_token, "reason": reason, "uncounted": 0 if counted else 1}
    if not await work.run(AGAIN, **values, wait=backoff(step.attempt) if counted else 0):
        raise LeaseLost
    return None
