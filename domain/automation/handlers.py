"""Which handler runs which kind of step. A kind that is not here fails and says so."""

from domain.automation.running import Handler

HANDLERS: dict[str, Handler] = {}
