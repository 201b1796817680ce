"""Bolna's endpoints to have somebody called, and to stop it."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.bolna import answers
from adapters.sandbox.bolna.calling import Calling
from adapters.sandbox.bolna.outcomes import FATES, Fate, fate_of
from adapters.sandbox.bolna.validation import wanted
from adapters.sandbox.faults import Faults, arranged


class CallController(Controller):
    path = "/call"

    @post(status_code=200)
    async def create(
        self, request: Request[Any, Any, Any], calling: NamedDependency[Calling], faults: NamedDependency[Faults]
    ) -> Response[bytes]:
        """Take a call; what becomes of it shows in its execution."""
        body = json_object(await request.body())
        if body is None:
            return answers.invalid("body", "Input should be a valid dictionary")
        call = wanted(body, await calling.database.now())
        if isinstance(call, Response):
            return call
        if await calling.account.agent(call.agent_id) is None:
            return answers.not_found("Agent")
        fate = await _fate(call.to_number, calling, faults)
        if fate.status:
            return answers.refused_with(fate.status)
        if fate.is_silent:
            arranged(request, "silent")
        row, first = await calling.place(call, fate)
        return answers.as_json({"message": "done", "status": first.status, "execution_id": row.id})

    @post("/{call_id:str}/stop", status_code=200)
    async def stop(self, calling: NamedDependency[Calling], call_id: FromPath[str]) -> Response[bytes]:
        """Stop a call that waits still."""
        row, is_stopped = await calling.stop(call_id)
        if row is None:
            return answers.not_found("Execution")
        if not is_stopped:
            # The real refusal is not published.
            return answers.error(400, f"Call with status {row.status} cannot be stopped")
        return answers.as_json({"message": "done", "status": "stopped", "execution_id": row.id})


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a body, or None where it is something else."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) and b"\\u0000" not in body else None


async def _fate(to_number: str, calling: Calling, faults: Faults) -> Fate:
    """Return how the call fares: as planned for the next, else as the number always does."""
    planned = await faults.take("bolna:call")
    return FATES[planned] if planned in FATES else fate_of(to_number, calling.chance)
