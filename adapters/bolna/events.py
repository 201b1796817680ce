"""What Bolna's webhook says: the execution as it stood at one moment, unsigned. A hint: read the call before acting on it."""

import msgspec

from adapters.bolna.executions import report_of
from domain.ports.voice import CallReport


class MalformedReport(ValueError):
    """The body is not an execution."""


def parse_webhook(body: bytes) -> CallReport:
    """Return what the webhook claims; check the token of its address first. Raises MalformedReport.

    Posts come twice, late and in any order, and an agent's tools may post half an execution to the same address.
    """
    try:
        raw = msgspec.json.decode(body)
        if not isinstance(raw, dict):
            raise MalformedReport("The body is not an execution.")
        return report_of(raw)
    except (ValueError, TypeError, RecursionError) as error:
        raise MalformedReport("The body is not an execution.") from error


def event_id_of(report: CallReport) -> str:
    """Return the same id for every copy of the same news: Bolna numbers no events."""
    return f"{report.call_id}:{report.status}"[:200]
