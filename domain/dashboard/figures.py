"""The figures: what came in during the last seven days, against the seven days before.

A day here is 24 hours back from now, so that both weeks are whole and the fourteen points of a line add up to them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

WEEK = 7
DAYS = 2 * WEEK

# [figure, how many days ago, amount]; whole table scans are out of the question: every part reads the end of an index.
# A move to another batch is no new sale.
AGREED = "coalesce(e.agreed_at, e.enrolled_at)"
SQL = f"""
select jsonb_agg(jsonb_build_array(figure, extract(day from %(now)s - day)::int - 1, amount)) from (
  select 'leads' as figure, date_bin('1 day', created_at, %(now)s) as day, count(*) as amount
    from imported_leads where created_at >= %(now)s - interval '14 days' group by 2
  union all
  select 'applications', date_bin('1 day', submitted_at, %(now)s), count(*)
    from cta_submissions where submitted_at >= %(now)s - interval '14 days' group by 2
  union all
  select 'students', date_bin('1 day', {AGREED}, %(now)s), count(*) from enrolments e
   where {AGREED} >= %(now)s - interval '14 days' and state <> 'withdrawn' and not exists (
     select from enrolments b where b.person_id = e.person_id and b.state <> 'withdrawn'
       and (coalesce(b.agreed_at, b.enrolled_at), b.id) < ({AGREED}, e.id)) group by 2
  union all
  select 'agreed', date_bin('1 day', {AGREED}, %(now)s), sum(price_paise)
    from enrolments e where {AGREED} >= %(now)s - interval '14 days' and state <> 'withdrawn' group by 2
  union all
  select 'received', date_bin('1 day', credited_at, %(now)s), sum(amount_paise)
    from gateway_payments where credited_at >= %(now)s - interval '14 days' group by 2
  union all
  select 'received', date_bin('1 day', taken_at, %(now)s), -sum(amount_paise)
    from refunds where taken_at >= %(now)s - interval '14 days' group by 2
  union all
  select 'has_payments', %(now)s, 1 where exists (select from gateway_payments where credited_at is not null)
  union all
  select 'decided', date_bin('1 day', decided_at, %(now)s), count(*)
    from cta_submissions where decided_at >= %(now)s - interval '14 days' group by 2
  union all
  select 'converted', date_bin('1 day', decided_at, %(now)s), count(*) from cta_submissions a
   where decided_at >= %(now)s - interval '14 days' and status = 'approved' and exists (
     select from enrolments e where e.person_id = a.person_id and e.application_id = a.id) group by 2
) counted
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``series`` has a value a day, the oldest first; a share is None where there was nothing to share."""

    value: float | None
    before: float | None
    series: list[float]

    @property
    def trend(self) -> float | None:
        """The change against the week before in percent, None where there is nothing to compare with."""
        if self.value is None or not self.before:
            return None
        return (self.value - self.before) / self.before * 100


@dataclass(frozen=True, slots=True)
class Figures:
    """``revenue`` is in paise, ``conversion`` a share between 0 and 1.

    ``revenue`` is money that came in, less what was given back, once any has ever come in; until then it is what enrolments
    agreed on. ``is_received`` says which.
    """

    leads: Figure
    applications: Figure
    students: Figure
    revenue: Figure
    conversion: Figure
    is_received: bool


def read_figures(counted: Iterable[tuple[str, int, float]] | None) -> Figures:
    """Return the figures of the rows that the statement found."""
    days: dict[str, list[float]] = {}
    for figure, days_ago, amount in counted or ():
        series = days.setdefault(figure, [0] * DAYS)
        series[DAYS - 1 - min(max(days_ago, 0), DAYS - 1)] += amount
    nothing: list[float] = [0] * DAYS
    whole = {name: days.get(name, nothing) for name in ("leads", "applications", "students")}
    is_received = "has_payments" in days
    whole["revenue"] = days.get("received" if is_received else "agreed", nothing)
    conversion = _share(days.get("converted", nothing), days.get("decided", nothing))
    return Figures(
        **{name: _sum(series) for name, series in whole.items()}, conversion=conversion, is_received=is_received
    )


def _sum(series: list[float]) -> Figure:
    return Figure(sum(series[WEEK:]), sum(series[:WEEK]), series)


def _share(parts: list[float], wholes: list[float]) -> Figure:
    line: list[float] = []
    last = 0.0
    for part, whole in zip(parts, wholes, strict=True):
        last = part / whole if whole else last  # a day without a decision goes on where the last one was
        line.append(last)
    return Figure(_ratio(parts[WEEK:], wholes[WEEK:]), _ratio(parts[:WEEK], wholes[:WEEK]), line)


def _ratio(parts: list[float], wholes: list[float]) -> float | None:
    return sum(parts) / sum(wholes) if sum(wholes) else None
