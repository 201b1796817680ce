"""What was said to providers and what they answered, the newest of it: read, filtered, and forgotten in time."""

from collections.abc import Sequence
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.work import Row, Work

PER_PAGE = 20
# Of each provider.
MOST_KEPT = 2_000
OUTCOMES = ("answered", "refused", "throttled", "failed", "unreachable", "silent")

LIST = """
select id, at, method, path, outcome, status, error, duration_ms, count(*) over () as total
  from provider_requests
 where provider = %(provider)s and (%(outcome)s = '' or outcome = %(outcome)s)
   and (%(needle)s = '' or position(%(needle)s in lower(method || ' ' || path)) > 0)
 order by at desc, id limit %(most)s offset %(skip)s
"""
SHOW = "select * from provider_requests where id = %(id)s and provider = %(provider)s"
FORGET = """
delete from provider_requests r using (
  select t.provider, last.at from provider_traffic t cross join lateral (
    select at from provider_requests where provider = t.provider order by at desc offset %(most)s limit 1) last) old
 where r.provider = old.provider and r.at <= old.at
"""


async def list_requests(
    work: Work, provider: str, outcome: str = "", needle: str = "", page: int = 1
) -> tuple[Sequence[Row], int]:
    """Return one page of the requests to a provider, the newest first, and how many match."""
    values = {"provider": provider, "outcome": outcome, "needle": needle.strip().lower()}
    rows = await work.rows(LIST, **values, most=PER_PAGE, skip=(page - 1) * PER_PAGE)
    return rows, rows[0].total if rows else 0


async def show_request(work: Work, provider: str, request_id: UUID) -> Row:
    """Return one request with its answer; raise NotFound when it was too old to be kept."""
    row = await work.row(SHOW, provider=provider, id=request_id)
    if row is None:
        raise NotFound(_("This request is no longer kept: only the newest of each provider are."))
    return row


async def forget_requests(work: Work) -> int:
    """Remove all but the newest requests of each provider and return how many went."""
    return await work.run(FORGET, most=MOST_KEPT)
