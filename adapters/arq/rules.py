"""Acting on what rules have planned, batch by batch until nothing is due."""

import logging
import secrets

from adapters.postgres.database import PASSING, Database
from adapters.postgres.error_log import ErrorLog
from domain.automation.acting import CannotAct, act_on_due, put_off
from domain.work import SYSTEM, Row

log = logging.getLogger(__name__)


class Rules:
    """Acts on the due steps of rules."""

    def __init__(self, database: Database, errors: ErrorLog) -> None:
        self.database = database
        self.errors = errors

    async def act(self) -> None:
        """Act on what is due, until nothing is. Where several steps go wrong together, each is tried alone."""
        alone = 0
        while True:
            values = {"most": 1} if alone else {}
            alone = max(alone - 1, 0)
            try:
                async with self.database.work(SYSTEM) as work:
                    if not await act_on_due(work, **values):
                        return
            except CannotAct as problem:
                cause = problem.__cause__
                if isinstance(cause, PASSING):
                    log.warning("acting on rules was broken off: %s", type(cause).__name__)
                    return  # the next sweep does it
                if len(problem.steps) > 1:
                    alone = len(problem.steps)
                    continue
                await self._put_off(problem.steps[0], cause or problem)

    async def _put_off(self, step: Row, error: BaseException) -> None:
        reference = secrets.token_hex(4)
        log.error("step %s (%s) failed: %s", step.id, step.rule_key, type(error).__name__, exc_info=error)
        self.errors.remember(reference=reference, component=f"rule: {step.rule_key}", error=error)
        async with self.database.work(SYSTEM) as work:
            await put_off(work, step, f"Went wrong ({type(error).__name__}), reference {reference}.")
