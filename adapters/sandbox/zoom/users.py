"""Zoom's users: who can host."""

from typing import Any

from litestar import Response

from adapters.sandbox.zoom import answers
from adapters.sandbox.zoom.account import stamp
from adapters.sandbox.zoom.endpoint import Call
from adapters.sandbox.zoom.paging import paged


async def list_users(call: Call) -> Response[Any]:
    rows = await call.database.rows("select * from zoom_users order by id")
    return answers.as_json(paged(call, "users", [_as_json(call, row) for row in rows], page_number=1))


async def get_user(call: Call) -> Response[Any]:
    user = await call.zoom.user(call.parts["user"])
    return answers.as_json(_as_json(call, user)) if user else answers.no_user(call.parts["user"])


async def get_start_token(call: Call) -> Response[Any]:
    user = await call.zoom.user(call.parts["user"])
    if user is None:
        return answers.no_user(call.parts["user"])
    return answers.as_json({"token": await call.zoom.new_token((), 7200)})


def _as_json(call: Call, user: Any) -> dict[str, Any]:
    return {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": f"{user.first_name} {user.last_name}",
        "email": user.email,
        "type": user.type,
        "pmi": user.pmi,
        "timezone": "Asia/Kolkata",
        "verified": 1,
        "account_id": call.zoom.id,
        "language": "en-US",
        "status": "active",
        "created_at": stamp(user.created_at),
    }
