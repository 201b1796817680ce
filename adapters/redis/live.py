"""Live signals over a Redis stream: written after a commit, read once a process and handed to its open pages."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from arq.connections import ArqRedis
from redis.exceptions import RedisError

from domain.work import Identity, Signal

log = logging.getLogger(__name__)

STREAM = "gurudesk:live"
KEPT = 5_000
WAITING = 256  # hints a slow page may fall behind before it is told to re-sync instead


@dataclass(frozen=True, slots=True)
class Hint:
    """One topic that changed; ``id`` lets a page that was away ask for what came after it."""

    id: str
    topic: str
    person_id: UUID | None = None

    def concerns(self, identity: Identity) -> bool:
        if self.person_id is not None:
            return self.person_id == identity.person_id
        return identity.is_admin


class RedisLiveSignals:
    """Writes signals to the stream, and wakes workers. A Redis that is away costs a hint, never the caller."""

    def __init__(self, redis: ArqRedis) -> None:
        self.redis = redis

    async def announce(self, signals: Sequence[Signal]) -> None:
        try:
            async with self.redis.pipeline(transaction=False) as pipeline:
                for signal in signals:
                    fields = {"topic": signal.topic, "person": str(signal.person_id or "")}
                    pipeline.xadd(STREAM, fields, maxlen=KEPT, approximate=True)  # type: ignore[arg-type]
                await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("live hint lost: %s", type(error).__name__)

    async def nudge(self) -> None:
        try:
            await self.redis.enqueue_job("sweep", _job_id="nudge")
        except (RedisError, OSError) as error:
            log.warning("nudge lost: %s", type(error).__name__)


@dataclass(eq=False)
class Subscriber:
    """One open page. ``missed`` says that hints were dropped, so it must re-sync."""

    identity: Identity
    queue: asyncio.Queue[Hint] = field(default_factory=lambda: asyncio.Queue(WAITING))
    missed: bool = False


class LiveHub:
    """Reads the stream once for this process and hands each hint to the pages it concerns."""

    def __init__(self, redis: ArqRedis) -> None:
        self.redis = redis
        self.subscribers: set[Subscriber] = set()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._read())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def subscribe(self, identity: Identity) -> Subscriber:
        subscriber = Subscriber(identity)
        self.subscribers.add(subscriber)
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        self.subscribers.discard(subscriber)

    async def replay(self, last_id: str, identity: Identity) -> list[Hint] | None:
        """Return the hints after ``last_id``, or None when they are gone: then the page must re-sync."""
        try:
            oldest = await self.redis.xrange(STREAM, count=1)
            if not oldest or _order(oldest[0][0]) > _order(last_id):
                return None
            entries = await self.redis.xrange(STREAM, min=f"({last_id}", count=WAITING)
        except (RedisError, OSError, ValueError):
            return None
        hints = [_hint(entry_id, fields) for entry_id, fields in entries]
        return None if len(hints) == WAITING else [hint for hint in hints if hint.concerns(identity)]

    async def _read(self) -> None:
        last = "$"
        while True:
            try:
                answer = await self.redis.xread({STREAM: last}, count=500, block=5_000)
                for entry_id, fields in answer[0][1] if answer else ():
                    last = entry_id.decode()
                    self._hand_out(_hint(entry_id, fields))
            except (RedisError, OSError) as error:
                log.warning("live stream interrupted: %s", type(error).__name__)
                last = "$"
                self._hand_out_missed()
                await asyncio.sleep(1)

    def _hand_out(self, hint: Hint) -> None:
        for subscriber in self.subscribers:
            if hint.concerns(subscriber.identity):
                try:
                    subscriber.queue.put_nowait(hint)
                except asyncio.QueueFull:
                    subscriber.missed = True

    def _hand_out_missed(self) -> None:
        for subscriber in self.subscribers:
            subscriber.missed = True


def _hint(entry_id: bytes, fields: dict[bytes, bytes]) -> Hint:
    person = fields.get(b"person", b"").decode()
    return Hint(entry_id.decode(), fields[b"topic"].decode(), UUID(person) if person else None)


def _order(entry_id: bytes | str) -> tuple[int, int]:
    text = entry_id.decode() if isinstance(entry_id, bytes) else entry_id
    milliseconds, _, sequence = text.partition("-")
    return int(milliseconds), int(sequence or 0)
