"""Idempotency-Key: the same request sent again is answered as before and done once."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from litestar.params import HeaderParameter
from litestar.response import Response
from pydantic import BaseModel

from domain.accounts.api_answers import claim_key, keep_answer
from domain.work import Work
from web.api.shapes import Shape

Made = tuple[int, Shape]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A text of your own. The same request with the same key is done once and answered alike for 24 hours.",
    ),
]


@dataclass(frozen=True, slots=True)
class Once:
    """What a request said about being repeated. Without a key it is done as often as it comes."""

    key: str | None
    path: str

    async def answer(
        self, work: Work, body: BaseModel | bytes | None, make: Callable[[], Awaitable[Made]]
    ) -> Response[Any]:
        """Do it and keep the answer, or give the one that is kept. Raises KeyUsedOtherwise for another body."""
        if self.key and (found := await claim_key(work, self.key, self.digest(body))):
            return answer(found.status, found.answer, {"Idempotency-Replayed": "true"})
        status, shape = await make()
        if self.key:
            kept = shape.model_copy(update=dict.fromkeys(shape.unkept))
            await keep_answer(work, self.key, status, kept.model_dump_json())
        return answer(status, shape.model_dump_json())

    def digest(self, body: BaseModel | bytes | None) -> bytes:
        """Return what tells this request from another under the same key."""
        text = body.model_dump_json().encode() if isinstance(body, BaseModel) else body or b""
        return hashlib.sha256(self.path.encode() + b"\0" + text).digest()


def answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response[Any]:
    """Answer with JSON that is written already."""
    return Response(text.encode(), status_code=status, media_type="application/json", headers=dict(headers or {}))
