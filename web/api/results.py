"""What a send returns, by channel, exactly as logs show it too."""

from typing import Annotated, Any, Literal

from pydantic import Field

from web.api.shapes import Shape


class EmailRecipientResult(Shape):
    to: Annotated[str, Field(examples=["ravi@example.com"])]
    status: Literal["accepted", "rejected", "pending"]
    message_id: str | None


class EmailResult(Shape):
    """What came of sending an e-mail."""

    success: Annotated[bool, Field(description="Whether the provider has taken it.")]
    message_id: str | None
    batch_id: str | None
    accepted: int
    rejected: int
    results: list[EmailRecipientResult]


def email_result(row: Any) -> EmailResult:
    """Return what came of one delivery by e-mail."""
    taken, refused = row.state == "sent", row.state in ("failed", "cancelled")
    status: Literal["accepted", "rejected", "pending"] = "accepted" if taken else "rejected" if refused else "pending"
    one = EmailRecipientResult(to=row.to_address, status=status, message_id=row.message_id)
    return EmailResult(
        success=taken,
        message_id=row.message_id,
        batch_id=None,
        accepted=int(taken),
        rejected=int(refused),
        results=[one],
    )
