"""Looks at everything Gurudesk needs and says in plain words what is right and what is wrong."""

from adapters.doctor.examination import examine
from adapters.doctor.finding import Finding

__all__ = ["Finding", "examine"]
