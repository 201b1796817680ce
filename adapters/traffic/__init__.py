"""Traffic control over everything that leaves for a provider: its rate, its breaker, and the log of what was said."""

from adapters.traffic.held_back import HeldBack, held_back
from adapters.traffic.traffic import Traffic

__all__ = ["HeldBack", "Traffic", "held_back"]
