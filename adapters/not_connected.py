"""Stand in for providers that are off, so that nothing goes anywhere: each answers with what has to be set."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.ports import CannotTell, Email, Unavailable
from domain.ports.meetings import DownloadFailed, MeetingPlan, MeetingRecording, Participant
from domain.ports.payments import PaymentRequest
from domain.ports.voice import Call
from domain.ports.whatsapp import WhatsAppMessage, WhatsAppText

# Only a person can connect it, so asking every few seconds helps nobody.
LATER = 900.0


@dataclass(frozen=True, slots=True)
class NotConnected:
    """What all stand-ins share: the reason, in words for an admin."""

    reason: str

    def _unavailable(self) -> Unavailable:
        return Unavailable(self.reason, LATER, is_account=True)

    def _cannot_tell(self) -> CannotTell:
        return CannotTell(self.reason)


class NoEmailSender(NotConnected):
    """An EmailSender that sends nothing."""

    __slots__ = ()

    async def send(self, email: Email) -> Unavailable:
        return self._unavailable()

    async def find(self, send_id: UUID) -> CannotTell:
        return self._cannot_tell()

    async def open_batch(self) -> Unavailable:
        return self._unavailable()

    async def cancel(self, batch_id: str) -> Unavailable:
        return self._unavailable()


class NoWhatsAppSender(NotConnected):
    """A WhatsAppSender that sends nothing."""

    __slots__ = ()

    async def send(self, message: WhatsAppMessage) -> Unavailable:
        return self._unavailable()

    async def send_text(self, text: WhatsAppText) -> Unavailable:
        return self._unavailable()


class NoVoiceCaller(NotConnected):
    """A VoiceCaller that calls nobody."""

    __slots__ = ()

    async def call(self, call: Call) -> Unavailable:
        return self._unavailable()

    async def stop(self, call_id: str) -> Unavailable:
        return self._unavailable()

    async def get(self, call_id: str) -> CannotTell:
        return self._cannot_tell()

    async def find(self, delivery_id: UUID, since: datetime, agent_id: str = "") -> CannotTell:
        return self._cannot_tell()

    async def recent(self, since: datetime, agent_id: str = "") -> CannotTell:
        return self._cannot_tell()

    async def recording(self, call_id: str) -> CannotTell:
        return self._cannot_tell()


class NoPaymentGateway(NotConnected):
    """A PaymentGateway that asks for no money."""

    __slots__ = ()

    async def create(self, request: PaymentRequest) -> Unavailable:
        return self._unavailable()

    async def get(self, request_id: str) -> CannotTell:
        return self._cannot_tell()

    async def find(self, reference: str, since: datetime) -> CannotTell:
        return self._cannot_tell()

    async def recent(self, since: datetime) -> CannotTell:
        return self._cannot_tell()

    async def enable(self, request_id: str) -> Unavailable:
        return self._unavailable()

    async def disable(self, request_id: str) -> Unavailable:
        return self._unavailable()

    async def payment(self, payment_id: str) -> CannotTell:
        return self._cannot_tell()

    async def refund(
        self, payment_id: str, kind: str, body: str, amount_paise: int | None = None, reference: str = ""
    ) -> Unavailable:
        return self._unavailable()

    async def refunds(self) -> CannotTell:
        return self._cannot_tell()


class NoMeetingProvider(NotConnected):
    """A MeetingProvider that holds no meetings."""

    __slots__ = ()

    async def create(self, plan: MeetingPlan) -> Unavailable:
        return self._unavailable()

    async def get(self, meeting_id: str) -> CannotTell:
        return self._cannot_tell()

    async def find(self, plan: MeetingPlan) -> CannotTell:
        return self._cannot_tell()

    async def update(self, meeting_id: str, plan: MeetingPlan) -> Unavailable:
        return self._unavailable()

    async def delete(self, meeting_id: str) -> Unavailable:
        return self._unavailable()

    async def end(self, meeting_id: str) -> Unavailable:
        return self._unavailable()

    async def register(self, meeting_id: str, email: str, first_name: str, last_name: str) -> Unavailable:
        return self._unavailable()

    async def unregister(self, meeting_id: str, registrant_id: str, email: str) -> Unavailable:
        return self._unavailable()

    async def participants(self, meeting_uuid: str) -> Sequence[Participant] | CannotTell:
        return self._cannot_tell()

    async def recordings(
        self, since: datetime, until: datetime, host: str = ""
    ) -> Sequence[MeetingRecording] | CannotTell:
        return self._cannot_tell()

    async def recording(self, meeting: str) -> CannotTell:
        return self._cannot_tell()

    async def download(self, url: str, start: int = 0, token: str = "") -> AsyncIterator[bytes]:
        raise DownloadFailed(self.reason)
        yield b""  # which makes it a generator, as the port has it
