"""Bolna's endpoints to read calls."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.bolna import answers
from adapters.sandbox.bolna.account import TELEPHONY
from adapters.sandbox.bolna.calling import Calling
from adapters.sandbox.bolna.calls import Which, count_calls, find_call, find_calls, find_steps

PER_PAGE, MOST_PER_PAGE = 20, 50
LONGEST = timedelta(days=7)


class ExecutionController(Controller):
    path = "/"

    @get("/executions/{call_id:str}")
    async def show(self, calling: NamedDependency[Calling], call_id: FromPath[str]) -> Response[bytes]:
        return await _shown(calling, call_id)

    @get("/agent/{agent_id:str}/execution/{call_id:str}")
    async def show_formerly(
        self, calling: NamedDependency[Calling], agent_id: FromPath[str], call_id: FromPath[str]
    ) -> Response[bytes]:
        return await _shown(calling, call_id, agent_id)

    @get("/executions/{call_id:str}/log")
    async def log(self, calling: NamedDependency[Calling], call_id: FromPath[str]) -> Response[bytes]:
        row = await find_call(calling.database, call_id)
        if row is None:
            return answers.not_found("Execution")
        return answers.as_json({"status": "success", "data": calling.executions.log(row, row)})

    @get("/v2/agent/{agent_id:str}/executions")
    async def index(
        self, request: Request[Any, Any, Any], calling: NamedDependency[Calling], agent_id: FromPath[str]
    ) -> Response[bytes]:
        """List the agent's calls, newest first, each in short."""
        if await calling.account.agent(agent_id) is None:
            return answers.not_found("Agent")
        which = _which(agent_id, request.query_params)
        if isinstance(which, Response):
            return which
        number = _positive(request.query_params.get("page_number"), 1)
        size = min(_positive(request.query_params.get("page_size"), PER_PAGE), MOST_PER_PAGE)
        total = 0 if _is_of_others(request.query_params) else await count_calls(calling.database, which)
        rows = await find_calls(calling.database, which, limit=size, offset=(number - 1) * size) if total else []
        page = {
            "page_number": number,
            "page_size": size,
            "total": total,
            "has_more": number * size < total,
            "data": [calling.executions.trimmed(row, row) for row in rows],
        }
        return answers.as_json(page)


async def _shown(calling: Calling, call_id: str, agent_id: str = "") -> Response[bytes]:
    row = await find_call(calling.database, call_id)
    if row is None or (agent_id and row.agent_id != agent_id):
        return answers.not_found("Execution")
    steps = await find_steps(calling.database, call_id)
    return answers.as_json(calling.executions.execution(row, row, [s for s in steps if s.number <= row.number]))


def _which(agent_id: str, query: Mapping[str, str]) -> Which | Response[bytes]:
    if ("from" in query) != ("to" in query):
        return answers.error(400, "Both from and to are required")
    since, until = _moment(query.get("from")), _moment(query.get("to"))
    if "from" in query and (since is None or until is None):
        return answers.invalid("from", "Input should be a valid datetime")
    if since and until and (until - since > LONGEST or until < since):
        return answers.error(400, "The range between from and to should be at most 7 days")
    voicemail = query.get("answered_by_voice_mail")
    return Which(
        agent_id=agent_id,
        statuses=[query["status"]] if query.get("status") else None,
        since=since,
        until=until,
        voicemail=None if voicemail is None else voicemail.lower() == "true",
    )


def _is_of_others(query: Mapping[str, str]) -> bool:
    """Say whether only calls are asked for that there are none of: batches, other carriers, incoming ones."""
    other = query.get("provider", TELEPHONY) != TELEPHONY or query.get("call_type", "outbound") != "outbound"
    return other or bool(query.get("batch_id"))


def _moment(value: str | None) -> datetime | None:
    try:
        # A plus sign in an address is a space.
        found = datetime.fromisoformat(value.replace(" ", "+")) if value else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _positive(value: str | None, otherwise: int) -> int:
    return max(1, int(value)) if value and value.isascii() and value.isdigit() and len(value) < 8 else otherwise
