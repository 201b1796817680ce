"""What may come of asking the outside, in words that every port shares."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider said no, and would again. ``reason`` is fit for an admin.

    ``recipients`` names the indexes of the recipients at fault, where the provider says so; empty means the whole.
    """

    reason: str
    recipients: Sequence[int] = ()
    success: bool = False


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nothing left the house, or the provider asked to come back. ``retry_after`` is in seconds.

    ``is_attempt`` is false where we held it back ourselves, since the provider is paused or does not answer. ``is_account``:
    nothing can leave by this channel until somebody mends our account there, whoever it is for.
    """

    reason: str
    retry_after: float | None = None
    success: bool = False
    is_attempt: bool = True
    is_account: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have left, or not: look it up before sending again."""

    reason: str
    success: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The attempt arrived at the provider, under this message id."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The provider says for certain that no such attempt arrived."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The provider could not be asked, or does not offer the look-up."""

    reason: str
