"""What the traffic control says when it lets nothing out."""

import httpx

from domain.ports import Unavailable


class HeldBack(httpx.ConnectError):
    """Nothing left the house, by our own decision. ``reason`` is fit for an admin, ``retry_after`` is in seconds."""

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


def held_back(error: Exception) -> Unavailable | None:
    """Return what an error means when it is our own holding back: no attempt at all. None for any other."""
    if isinstance(error, HeldBack):
        return Unavailable(error.reason, error.retry_after, is_attempt=False)
    return None
