"""Stands in for SendGrid where there is none: in production, before it is live, nothing may go to the sandbox's port."""

from uuid import UUID

from domain.language import _
from domain.ports import BatchCancelled, BatchOpened, CannotTell, Email, Outcome, Refused, Unavailable

LATER = 900.0


class NoEmailSender:
    """Sends nothing, and says what to set."""

    async def send(self, _email: Email) -> Outcome:
        return _not_connected()

    async def find(self, _send_id: UUID) -> CannotTell:
        return CannotTell(_("SendGrid is not connected."))

    async def open_batch(self) -> BatchOpened | Refused | Unavailable:
        return _not_connected()

    async def cancel(self, _batch_id: str) -> BatchCancelled | Refused | Unavailable:
        return _not_connected()


def _not_connected() -> Unavailable:
    return Unavailable(_("SendGrid is not connected. Set GURUDESK_SENDGRID_MODE=live and its key."), LATER)
