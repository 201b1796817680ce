"""Webhooks that tell nothing new: answered as the first of their kind, and noted in the log."""

import logging

log = logging.getLogger(__name__)


def note_replay(provider: str, new: int, told: int) -> None:
    """Write to the log when none of the ``told`` events was new: a provider repeats itself, or somebody repeats it."""
    if told and not new:
        log.info("a webhook for %s told nothing new: 0 of %d", provider, told)
