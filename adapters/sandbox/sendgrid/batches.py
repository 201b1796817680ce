"""Batch ids and scheduled sends: what is not yet on its way can be paused, cancelled and resumed."""

from secrets import token_urlsafe
from typing import Any

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid import answers
from adapters.sandbox.sendgrid.bodies import json_object

AT_MOST = 10
_COUNT = "select count(*) from batches where status is not null"
_STATUS = "update batches set status = %(status)s where id = %(id)s"


class BatchController(Controller):
    path = "/mail/batch"

    @post()
    async def create(self, database: NamedDependency[SandboxDatabase]) -> Response[bytes]:
        batch_id = token_urlsafe(24)
        await database.run("insert into batches (id, created_at) values (%(id)s, app_now())", id=batch_id)
        return answers.as_json({"batch_id": batch_id}, 201)

    @get("/{batch_id:str}")
    async def show(self, database: NamedDependency[SandboxDatabase], batch_id: FromPath[str]) -> Response[bytes]:
        if await _status(database, batch_id) is None:
            return answers.error(400, "invalid batch id")
        return answers.as_json({"batch_id": batch_id})


class ScheduledSendController(Controller):
    path = "/user/scheduled_sends"

    @get()
    async def index(self, database: NamedDependency[SandboxDatabase]) -> Response[bytes]:
        rows = await database.rows(
            "select id as batch_id, status from batches where status is not null order by created_at"
        )
        return answers.as_json([row._asdict() for row in rows])

    @get("/{batch_id:str}")
    async def show(self, database: NamedDependency[SandboxDatabase], batch_id: FromPath[str]) -> Response[bytes]:
        row = await _status(database, batch_id)
        found = [{"batch_id": batch_id, "status": row.status}] if row and row.status else []
        return answers.as_json(found)

    @post()
    async def create(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]
    ) -> Response[bytes]:
        body = await json_object(request)
        batch_id, status = body.get("batch_id"), body.get("status")
        if status not in ("pause", "cancel"):
            return answers.error(400, "status must be either pause or cancel", "status")
        row = await _status(database, batch_id) if isinstance(batch_id, str) else None
        if row is None:
            return answers.error(400, "invalid batch id", "batch_id")
        if row.status:
            return answers.error(400, "a status for this batch id exists already, try PATCH", "batch_id")
        if (await database.row(_COUNT))[0] >= AT_MOST:
            return answers.error(400, f"at most {AT_MOST} batches may be paused or cancelled at a time")
        await database.run(_STATUS, id=batch_id, status=status)
        return answers.as_json({"batch_id": batch_id, "status": status}, 201)

    @patch("/{batch_id:str}")
    async def update(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase], batch_id: FromPath[str]
    ) -> Response[bytes]:
        status = (await json_object(request)).get("status")
        if status not in ("pause", "cancel"):
            return answers.error(400, "status must be either pause or cancel", "status")
        row = await _status(database, batch_id)
        if not (row and row.status):
            return answers.error(404, "batch id not found")
        await database.run(_STATUS, id=batch_id, status=status)
        return answers.nothing()

    @delete("/{batch_id:str}", status_code=200)
    async def destroy(self, database: NamedDependency[SandboxDatabase], batch_id: FromPath[str]) -> Response[bytes]:
        row = await _status(database, batch_id)
        if not (row and row.status):
            return answers.error(404, "batch id not found")
        await database.run(_STATUS, id=batch_id, status=None)
        return answers.nothing()


async def _status(database: SandboxDatabase, batch_id: str) -> Any:
    return await database.row("select status from batches where id = %(id)s", id=batch_id)
