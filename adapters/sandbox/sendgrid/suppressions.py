"""Suppressions: addresses that get nothing any more, by the list that says why."""

from typing import Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid import answers
from adapters.sandbox.sendgrid.bodies import json_object, strings

LISTS = ("bounces", "blocks", "spam_reports", "invalid_emails", "unsubscribes")
_INDEX = """
select extract(epoch from created_at)::bigint as created, email, reason, status from suppressions
where kind = %(kind)s and (%(email)s::text is null or email = %(email)s) order by created_at desc, email
limit %(limit)s offset %(offset)s
"""
_ADD = """
insert into suppressions (kind, group_id, email, reason, status, created_at)
select %(kind)s, %(group)s, email, '', '', app_now() from unnest(%(emails)s::text[]) as email on conflict do nothing
"""
_REMOVE = "delete from suppressions where kind = %(kind)s and group_id = %(group)s and email = any(%(emails)s)"
_EMPTY = "delete from suppressions where kind = %(kind)s"


class SuppressionController(Controller):
    path = "/suppression/{kind:str}"

    @get()
    async def index(
        self,
        database: NamedDependency[SandboxDatabase],
        kind: FromPath[str],
        limit: FromQuery[int] = 500,
        offset: FromQuery[int] = 0,
    ) -> Response[bytes]:
        if kind not in LISTS:
            return answers.error(404, "not found")
        limit, offset = min(max(limit, 1), 500), max(offset, 0)
        rows = await database.rows(_INDEX, kind=kind, email=None, limit=limit, offset=offset)
        return answers.as_json([_entry(kind, row) for row in rows])

    @get("/{email:str}")
    async def show(
        self, database: NamedDependency[SandboxDatabase], kind: FromPath[str], email: FromPath[str]
    ) -> Response[bytes]:
        rows = await database.rows(_INDEX, kind=kind, email=email.lower(), limit=1, offset=0)
        return answers.as_json([_entry(kind, row) for row in rows])

    @delete("/{email:str}", status_code=200)
    async def destroy(
        self, database: NamedDependency[SandboxDatabase], kind: FromPath[str], email: FromPath[str]
    ) -> Response[bytes]:
        gone = await database.run(_REMOVE, kind=kind, group=0, emails=[email.lower()])
        return answers.nothing() if gone else answers.error(404, "not found")

    @delete(status_code=200)
    async def empty(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase], kind: FromPath[str]
    ) -> Response[bytes]:
        body = await json_object(request)
        if body.get("delete_all") is True:
            await database.run(_EMPTY, kind=kind)
        else:
            await database.run(_REMOVE, kind=kind, group=0, emails=strings(body.get("emails")))
        return answers.nothing()


class GlobalUnsubscribeController(Controller):
    path = "/asm/suppressions/global"

    @post()
    async def create(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]
    ) -> Response[bytes]:
        emails = strings((await json_object(request)).get("recipient_emails"))
        if not emails:
            return answers.error(400, "recipient_emails is required", "recipient_emails")
        await database.run(_ADD, kind="unsubscribes", group=0, emails=emails)
        return answers.as_json({"recipient_emails": emails}, 201)

    @get("/{email:str}")
    async def show(self, database: NamedDependency[SandboxDatabase], email: FromPath[str]) -> Response[bytes]:
        rows = await database.rows(_INDEX, kind="unsubscribes", email=email.lower(), limit=1, offset=0)
        return answers.as_json({"recipient_email": email} if rows else {})

    @delete("/{email:str}", status_code=200)
    async def destroy(self, database: NamedDependency[SandboxDatabase], email: FromPath[str]) -> Response[bytes]:
        gone = await database.run(_REMOVE, kind="unsubscribes", group=0, emails=[email.lower()])
        return answers.nothing() if gone else answers.error(404, "not found")


class GroupUnsubscribeController(Controller):
    path = "/asm/groups/{group_id:int}/suppressions"

    @get()
    async def index(self, database: NamedDependency[SandboxDatabase], group_id: FromPath[int]) -> Response[bytes]:
        statement = "select email from suppressions where kind = 'group_unsubscribes' and group_id = %(group)s"
        return answers.as_json([row.email for row in await database.rows(statement, group=group_id)])

    @post()
    async def create(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase], group_id: FromPath[int]
    ) -> Response[bytes]:
        emails = strings((await json_object(request)).get("recipient_emails"))
        if not emails:
            return answers.error(400, "recipient_emails is required", "recipient_emails")
        await database.run(_ADD, kind="group_unsubscribes", group=group_id, emails=emails)
        return answers.as_json({"recipient_emails": emails}, 201)

    @delete("/{email:str}", status_code=200)
    async def destroy(
        self, database: NamedDependency[SandboxDatabase], group_id: FromPath[int], email: FromPath[str]
    ) -> Response[bytes]:
        gone = await database.run(_REMOVE, kind="group_unsubscribes", group=group_id, emails=[email.lower()])
        return answers.nothing() if gone else answers.error(404, "not found")


def _entry(kind: str, row: Any) -> dict[str, Any]:
    entry: dict[str, Any] = row._asdict()
    if kind == "unsubscribes":
        return {"created": row.created, "email": row.email}
    return entry
