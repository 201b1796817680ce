"""What can go wrong in the business, in words fit to show a person."""

from collections.abc import Mapping


class DomainError(Exception):
    """Something a person asked for cannot be done; the message says why."""


class NotFound(DomainError):
    """The thing does not exist, or is not visible to who asks."""


class NotAllowed(DomainError):
    """Who asks may not do this."""


class Conflict(DomainError):
    """Someone else was first, or the thing has moved on."""


class TooMany(DomainError):
    """A limit was reached. ``retry_after`` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class InvalidInput(DomainError):
    """Typed values are wrong. ``fields`` maps a field's name to its message."""

    def __init__(self, fields: Mapping[str, str], message: str = "") -> None:
        super().__init__(message or "; ".join(fields.values()))
        self.fields = dict(fields)
