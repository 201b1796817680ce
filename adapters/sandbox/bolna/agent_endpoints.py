"""Bolna's endpoints about the account: who we are, our agents and where they report to, our numbers."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from adapters.sandbox.bolna import answers
from adapters.sandbox.bolna.account import NUMBERS, TELEPHONY
from adapters.sandbox.bolna.call_endpoints import json_object
from adapters.sandbox.bolna.calling import Calling


class AgentController(Controller):
    path = "/"

    @get("/user/me")
    async def me(self, calling: NamedDependency[Calling]) -> Response[bytes]:
        account = await calling.account.read()
        return answers.as_json(
            {
                "id": "7a1c5a0d-b01a-4000-8000-000000000001",
                "name": "Sandbox",
                "email": "owner@gurudesk.test",
                "wallet": round(account.wallet, 2),
                "concurrency": {"max": account.most_at_once, "current": await calling.account.running()},
            }
        )

    @get("/phone-numbers/all")
    async def numbers(self) -> Response[bytes]:
        return answers.as_json([{"phone_number": number, "telephony_provider": TELEPHONY} for number in NUMBERS])

    @get("/v2/agent/all")
    async def index(self, calling: NamedDependency[Calling]) -> Response[bytes]:
        return answers.as_json([_agent(calling, row) for row in await calling.account.agents()])

    @get("/v2/agent/{agent_id:str}")
    async def show(self, calling: NamedDependency[Calling], agent_id: FromPath[str]) -> Response[bytes]:
        row = await calling.account.agent(agent_id)
        return answers.as_json(_agent(calling, row)) if row else answers.not_found("Agent")

    @patch("/v2/agent/{agent_id:str}")
    async def update(
        self, request: Request[Any, Any, Any], calling: NamedDependency[Calling], agent_id: FromPath[str]
    ) -> Response[bytes]:
        """Move the agent's webhook, or take it away with null."""
        if await calling.account.agent(agent_id) is None:
            return answers.not_found("Agent")
        config = (json_object(await request.body()) or {}).get("agent_config")
        if not isinstance(config, dict):
            return answers.invalid("agent_config", "Field required")
        if "webhook_url" in config:
            url = config["webhook_url"]
            if url is not None and (not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https")):
                return answers.invalid("webhook_url", "Input should be a valid URL")
            await calling.account.set_webhook(agent_id, url)
        return answers.as_json({"message": "success", "state": "updated"})

    @post("/v2/agent/{agent_id:str}/stop", status_code=200)
    async def stop(self, calling: NamedDependency[Calling], agent_id: FromPath[str]) -> Response[bytes]:
        """Stop all calls of the agent that wait."""
        if await calling.account.agent(agent_id) is None:
            return answers.not_found("Agent")
        return answers.as_json({"stopped_executions": await calling.stop_all(agent_id)})


def _agent(calling: Calling, row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "agent_name": row.agent_name,
        "agent_type": "other",
        "agent_status": "processed",
        "webhook_url": calling.account.url_of(row) or None,
        "tasks": [],
        "created_at": answers.instant(row.created_at),
        "updated_at": answers.instant(row.updated_at),
    }
