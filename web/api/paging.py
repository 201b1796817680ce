"""Which page of a list is asked for, and the address of the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from litestar.datastructures import URL
from litestar.params import QueryParameter

# Parameters of the handlers and no dependency: what fails to be resolved beside the transaction would tear it off half-way.
PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000, description="Which page, from 1.")]
PerPage = Annotated[int, QueryParameter(ge=1, le=100, description="How many a page, at most 100.")]


@dataclass(frozen=True, slots=True)
class Paging:
    """The page that is asked for, from 1."""

    page: int
    per_page: int
    url: URL

    def of(self, rows: Sequence[Any], total: int, is_more: bool = False) -> dict[str, Any]:
        """Return the part of a list's answer that every list has."""
        is_last = len(rows) < self.per_page or (not is_more and self.page * self.per_page >= total)
        return {
            "total": total,
            "total_is_exact": not is_more,
            "page": self.page,
            "per_page": self.per_page,
            "next": None if is_last else self._address(self.page + 1),
        }

    def _address(self, page: int) -> str:
        kept = [(name, value) for name, value in parse_qsl(self.url.query, keep_blank_values=True) if name != "page"]
        return f"{self.url.path}?{urlencode([*kept, ('page', page)])}"
