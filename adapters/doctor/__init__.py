"""Looks at everything Gurudesk needs and says in plain words what is right and what is wrong."""

from adapters.doctor.examination import examine
from adapters.doctor.finding import Finding
from adapters.doctor.ledger import compare_running as compare

__all__ = ["Finding", "compare", "examine"]
