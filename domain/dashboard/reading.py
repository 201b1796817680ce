"""The whole dashboard in one round trip: each part is a sub-select of its own that returns JSON."""

from dataclasses import dataclass
from datetime import datetime

from domain.dashboard import activity, attention, due, figures, first_steps, waiting
from domain.work import Work

SQL = f"""
select ({figures.SQL}) as figures, ({waiting.SQL}) as waiting, ({activity.SQL}) as activity, ({attention.SQL}) as attention,
  ({due.SQL}) as due, ({first_steps.SQL}) as first_steps
"""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything on the page, as of ``now``."""

    now: datetime
    figures: figures.Figures
    waiting: list[waiting.Waiting]
    activity: list[activity.Event]
    attention: list[attention.Concern]
    due: list[due.Due]
    first_steps: first_steps.FirstSteps

    @property
    def problems(self) -> int:
        """How many things are to be mended in all."""
        return attention.total_of(self.attention)


async def read_dashboard(work: Work, worker_age: float | None) -> Dashboard:
    """Return the dashboard. ``worker_age``: seconds since a worker was seen, None for never."""
    work.require_admin()
    found = await work.row(SQL, now=work.now, **activity.activity_values(work.now))
    assert found is not None
    return Dashboard(
        now=work.now,
        figures=figures.read_figures(found.figures),
        waiting=waiting.read_waiting(found.waiting),
        activity=activity.read_activity(found.activity),
        attention=attention.read_attention(found.attention, work.now, worker_age),
        due=due.read_due(found.due),
        first_steps=first_steps.read_first_steps(found.first_steps),
    )
