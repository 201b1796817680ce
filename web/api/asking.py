"""Parameters that several lists share."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter

Search = Annotated[
    str | None,
    QueryParameter(max_length=100, description="Name, e-mail or phone, each from the beginning of a word."),
]
Since = Annotated[date | None, QueryParameter(description="From this day on, in India.")]
Until = Annotated[date | None, QueryParameter(description="Until this day, included, in India.")]
