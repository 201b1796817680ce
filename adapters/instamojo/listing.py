"""Instamojo's lists, read to their end."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import httpx

from adapters.instamojo.answers import body_of, cannot_tell, malformed, silence, succeeded
from domain.language import _
from domain.ports import CannotTell

Thing = TypeVar("Thing")
PER_PAGE = 100
MOST_PAGES = 200


async def listed(client: httpx.AsyncClient, path: str, key: str, **filters: str) -> list[dict[str, Any]] | CannotTell:
    """Return every entry of a list. Only the whole list is an answer: what is missing from a part proves nothing.

    The largest page is not documented, and a page may come shorter than asked for: the end is a page without news.
    """
    found: dict[str, dict[str, Any]] = {}
    for number in range(1, MOST_PAGES + 1):
        entries = await _page(client, path, key, {**filters, "limit": str(PER_PAGE), "page": str(number)})
        if isinstance(entries, CannotTell):
            return entries
        news = {str(entry.get("id")): entry for entry in entries if str(entry.get("id")) not in found}
        if not news:
            return list(found.values())
        found |= news
    return CannotTell(_("Instamojo's list is too long to be read to its end."))


async def _page(
    client: httpx.AsyncClient, path: str, key: str, parameters: dict[str, str]
) -> Sequence[dict[str, Any]] | CannotTell:
    try:
        answer = await client.get(path, params=parameters)
    except httpx.HTTPError as error:
        return CannotTell(silence(error).reason)
    body = body_of(answer)
    if answer.status_code == 404 and body and parameters["page"] != "1":
        # Some lists answer so behind their last page.
        return []
    if not succeeded(answer, body):
        return cannot_tell(answer, body)
    entries = body.get(key)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return malformed()
    return entries


def all_read(things: Iterable[Thing | None]) -> list[Thing] | CannotTell:
    """Return the entries, or that they could not be read where one could not."""
    read = list(things)
    whole = [thing for thing in read if thing is not None]
    return whole if len(whole) == len(read) else malformed()
