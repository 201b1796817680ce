"""Bolna's list of executions, read to its end, a week at a time as it allows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from adapters.bolna.answers import body_of, cannot_tell, malformed, silence
from adapters.bolna.executions import identity_of
from domain.language import _
from domain.ports import CannotTell

PER_PAGE = 50
MOST_PAGES = 200
WEEK = timedelta(days=7)
# Clocks differ.
SLACK = timedelta(minutes=5)


async def listed(client: httpx.AsyncClient, agent_id: str, since: datetime) -> list[dict[str, Any]] | CannotTell:
    """Return every row since a moment. Only the whole list is an answer: what is missing from a part proves nothing."""
    found: dict[str, dict[str, Any]] = {}
    for start, end in _weeks(since - SLACK, datetime.now(UTC)):
        rows = await _rows(client, agent_id, start, end)
        if isinstance(rows, CannotTell):
            return rows
        found |= rows
    return list(found.values())


def _weeks(start: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    # A day on top: the sandbox's business clock may be ahead of this machine's.
    last = max(start, now) + timedelta(days=1)
    while start < last:
        yield start, min(start + WEEK, last)
        start += WEEK


async def _rows(
    client: httpx.AsyncClient, agent_id: str, start: datetime, end: datetime
) -> dict[str, dict[str, Any]] | CannotTell:
    found: dict[str, dict[str, Any]] = {}
    for number in range(1, MOST_PAGES + 1):
        page = await _page(client, agent_id, number, start, end)
        if isinstance(page, CannotTell):
            return page
        rows, has_more = page
        news = {identity_of(row): row for row in rows if identity_of(row) not in found}
        found |= news
        if not news or not has_more:
            return found
    return CannotTell(_("Bolna's list is too long to be read to its end."))


async def _page(
    client: httpx.AsyncClient, agent_id: str, number: int, start: datetime, end: datetime
) -> tuple[list[dict[str, Any]], bool] | CannotTell:
    parameters = {"page_number": str(number), "page_size": str(PER_PAGE), "from": _instant(start), "to": _instant(end)}
    try:
        answer = await client.get(f"/v2/agent/{agent_id}/executions", params=parameters)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return CannotTell(silence(error).reason)
    body = body_of(answer)
    rows = body.get("data")
    if not answer.is_success:
        return cannot_tell(answer, body)
    if not isinstance(rows, list) or not all(isinstance(row, dict) and identity_of(row) for row in rows):
        return malformed()
    # Without the field, the end is a page without news.
    return rows, body.get("has_more") is not False


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
