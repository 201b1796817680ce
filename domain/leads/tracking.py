"""The token in a link to the application form: it names the delivery that was clicked, and nobody can make one up."""

from uuid import UUID

from domain.signed_tokens import SignedToken
from domain.work import Work

TOKEN = SignedToken(b"tracking", 12)
# Where the provider follows no clicks, or tells of them late, who came by the link has clicked all the same.
ARRIVED = """
with on_whatsapp as (
  update whatsapp_logs set clicked_at = %(now)s, updated_at = %(now)s where delivery_id = %(id)s and clicked_at is null
)
update email_logs set clicked_at = %(now)s, updated_at = %(now)s where delivery_id = %(id)s and clicked_at is null
"""


def tracking_token(secret: bytes, delivery_id: UUID) -> str:
    """Return the token of a delivery, fit for a link: 38 characters."""
    return TOKEN.of(secret, delivery_id)


def read_token(secret: bytes, token: str) -> UUID | None:
    """Return the delivery the token names, or None for one we did not make."""
    return TOKEN.read(secret, token)


async def note_arrival(work: Work, delivery_id: UUID | None) -> None:
    """Note that somebody came by the link of an e-mail or of a message on WhatsApp, the first time; by none, nothing."""
    if delivery_id is not None:
        await work.run(ARRIVED, id=delivery_id, now=work.now)
