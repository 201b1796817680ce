"""What a send returns, by channel, exactly as the providers' adapters and the logs have it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from adapters.bolna.voice_caller import TYPICAL_SECONDS
from web.api.shapes import Shape

Success = Annotated[bool, Field(description="Whether the provider has taken it.")]


class EmailRecipientResult(Shape):
    to: Annotated[str, Field(examples=["ravi@example.com"])]
    status: Literal["accepted", "rejected", "pending"]
    message_id: str | None


class EmailResult(Shape):
    """What came of sending an e-mail."""

    success: Success
    message_id: str | None
    batch_id: str | None
    accepted: int
    rejected: int
    results: list[EmailRecipientResult]


class WhatsAppResult(Shape):
    """What came of sending a WhatsApp message."""

    success: Success
    campaign_id: Annotated[str, Field(description="The template's name; empty for free text.", examples=["welcome"])]
    message_id: str | None
    status: Annotated[str, Field(examples=["submitted"])]
    destination: Annotated[str, Field(examples=["+919876543210"])]
    timestamp: Annotated[datetime | None, Field(description="When the provider took it.")]


class CallResult(Shape):
    """What came of making a call."""

    success: Success
    call_id: str | None
    agent_id: str
    status: Annotated[str, Field(examples=["queued"])]
    to_number: Annotated[str, Field(examples=["+919876543210"])]
    estimated_duration: Annotated[int, Field(description="In seconds, as calls usually take.")]
    recording_url: Annotated[str | None, Field(description="Null until it ends, and where nothing was recorded.")]


Result = EmailResult | WhatsAppResult | CallResult


def result_of(row: Any) -> Result:
    """Return what came of a delivery, in the fields of its channel."""
    return {"email": email_result, "whatsapp": whatsapp_result, "call": call_result}[row.channel](row)


def email_result(row: Any) -> EmailResult:
    taken, refused = row.state == "sent", row.state in ("failed", "cancelled")
    status: Literal["accepted", "rejected", "pending"] = "accepted" if taken else "rejected" if refused else "pending"
    one = EmailRecipientResult(to=row.to_address, status=status, message_id=row.email_id)
    return EmailResult(
        success=taken,
        message_id=row.email_id,
        batch_id=None,  # one e-mail by itself is in no batch at the provider
        accepted=int(taken),
        rejected=int(refused),
        results=[one],
    )


def whatsapp_result(row: Any) -> WhatsAppResult:
    return WhatsAppResult(
        success=row.state == "sent" and row.whatsapp_state != "failed",
        campaign_id=row.campaign if row.campaign is not None else row.template,
        message_id=row.whatsapp_id,
        status=row.whatsapp_state if row.whatsapp_state not in (None, "sending") else row.state,
        destination=row.to_address,
        timestamp=row.submitted_at,
    )


def call_result(row: Any) -> CallResult:
    return CallResult(
        success=row.state == "sent" and row.call_state != "failed",
        call_id=row.call_id,
        agent_id=row.agent_id or row.template,
        status=row.call_status or row.call_state or row.state,
        to_number=row.to_address,
        estimated_duration=TYPICAL_SECONDS,
        recording_url=f"/api/calls/{row.id}/recording" if row.has_recording and row.ended_at else None,
    )
