"""Whose token this is, and what it may do: the first call to make."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from pydantic import Field

from domain.work import Work
from web.api.describing import reads
from web.api.shapes import Shape


class Me(Shape):
    """Who the token acts as."""

    person_id: UUID
    name: Annotated[str, Field(examples=["Devika Menon"])]
    email: str
    role: Literal["admin", "super_admin"]
    token: Annotated[str, Field(description="The name of the token.", examples=["Website form"])]
    scopes: Annotated[list[str], Field(examples=[["leads:read", "leads:write"]])]
    now: Annotated[datetime, Field(description="The business time.")]


class MeApi(Controller):
    path = "/me"
    tags = ["Token"]

    @reads(scope="", summary="See whose token this is")
    async def show(self, work: NamedDependency[Work]) -> Me:
        who, token = work.identity, work.identity.token
        assert token is not None
        return Me(
            person_id=who.person_id,
            name=who.name,
            email=who.email,
            role=who.role,
            token=token.name,
            scopes=sorted(token.scopes),
            now=work.now,
        )
