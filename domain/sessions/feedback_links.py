"""The token in a link to say how a class was: it names the step that asked, which knows whom and about what."""

from uuid import UUID

from domain.signed_tokens import SignedToken

TOKEN = SignedToken(b"feedback", 16)


def feedback_path(secret: bytes, step_id: UUID) -> str:
    """Return the path of one person's form about one class."""
    return f"/feedback/{TOKEN.of(secret, step_id)}"


def read_feedback_token(secret: bytes, token: str) -> UUID | None:
    """Return the step a token of ours names, else None."""
    return TOKEN.read(secret, token)
