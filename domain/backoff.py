"""How long to wait before trying again."""

import random

BASE = 1.0
LONGEST = 15 * 60.0


def backoff(attempt: int, at_least: float = 0.0) -> float:
    """Return seconds to wait after the ``attempt``-th failure: full jitter under a doubling ceiling, 15 minutes at most."""
    ceiling = min(BASE * 2.0 ** min(attempt, 20), LONGEST)
    return max(random.uniform(ceiling / 10, ceiling), at_least)
