"""Letting deliveries leave: claimed by a lease, handed to their provider, settled; and looked up where it is in doubt."""

import time
from collections.abc import Callable
from functools import partial

from adapters.bootstrap import Services
from adapters.traffic.leaving import leaving_until
from domain.messaging.composing import Composer
from domain.messaging.outbox import Channel
from domain.messaging.sending import (
    FOUND_WITHIN,
    Batch,
    claim_batch,
    claim_doubtful,
    park_doubtful,
    settle,
    settle_doubt,
)
from domain.messaging.sending.batches import Doubtful, Message
from domain.messaging.sending.settling import AnyOutcome
from domain.ports import CannotTell, Email, Found, Missing
from domain.ports.voice import Call, CallReport
from domain.ports.whatsapp import WhatsAppText
from domain.work import SYSTEM, OvertakenByAnother

# How many of a channel leave at once. A request takes a thousand e-mails, but one WhatsApp message, or one call.
SENDERS: dict[Channel, int] = {"email": 4, "whatsapp": 6, "call": 2}
LOOKED_UP: tuple[Channel, ...] = ("email", "call")
SETTLE_ATTEMPTS = 3


class Senders:
    """Sends what is due. ``begin(name, work)`` starts work beside the one that asks, unless it is under way."""

    def __init__(self, services: Services, composer: Composer, begin: Callable[..., None]) -> None:
        self.services = services
        self.database = services.database
        self.lease = services.settings.lease_seconds
        self.composer = composer
        self.begin = begin

    async def send(self, channel: Channel, number: int) -> None:
        """Send what is due. Each sender that finds something calls the next for help, up to as many as there may be."""
        while True:
            started = time.monotonic()
            async with self.database.work(SYSTEM) as work:
                batch = await claim_batch(work, self.composer, lease_seconds=self.lease, channel=channel)
            if batch is False:
                return
            if number + 1 < SENDERS[channel]:
                self.begin(f"{channel} sender {number + 1}", partial(self.send, channel, number + 1))
            if isinstance(batch, Batch):
                await self._settle(batch, await self._leave(batch, started))

    async def settle_doubts(self, channel: Channel) -> None:
        """Ask the provider about what may have left, until nothing is in doubt that is due to be asked about."""
        while True:
            async with self.database.work(SYSTEM) as work:
                doubtful = await claim_doubtful(work, lease_seconds=self.lease, channel=channel)
            if doubtful is None:
                return
            answer = await self._look_up(doubtful)
            async with self.database.work(SYSTEM) as work:
                # The sandbox finds what it has taken at once.
                found_within = FOUND_WITHIN if self.services.settings.is_live("sendgrid") else 0.0
                await settle_doubt(work, doubtful, answer, found_within=found_within)

    async def park_doubts(self) -> None:
        """Leave to a person what no provider can be asked about."""
        async with self.database.work(SYSTEM) as work:
            await park_doubtful(work)

    async def _settle(self, batch: Batch, outcome: AnyOutcome) -> None:
        # Whoever looks it up at this moment may stand in the way; what the provider has said must not be lost for that.
        for attempt in range(SETTLE_ATTEMPTS):
            try:
                async with self.database.work(SYSTEM) as work:
                    await settle(work, batch, outcome, lookup_delay=self.services.settings.lookup_delay_seconds)
                return
            except OvertakenByAnother:
                if attempt + 1 == SETTLE_ATTEMPTS:
                    raise

    async def _leave(self, batch: Batch, started: float) -> AnyOutcome:
        # A process that was frozen past its lease must not send: someone else may have looked the batch up and sent it.
        with leaving_until(started + self.lease / 2):
            return await self._hand_over(batch.message)

    async def _hand_over(self, message: Message) -> AnyOutcome:
        if isinstance(message, Email):
            return await self.services.email.send(message)
        if isinstance(message, Call):
            return await self.services.voice.call(message)
        if isinstance(message, WhatsAppText):
            return await self.services.whatsapp.send_text(message)
        return await self.services.whatsapp.send(message)

    async def _look_up(self, doubtful: Doubtful) -> Found | CallReport | Missing | CannotTell:
        if doubtful.channel == "call":
            return await self.services.voice.find(doubtful.delivery_id, doubtful.since, doubtful.agent_id)
        return await self.services.email.find(doubtful.send_id)
