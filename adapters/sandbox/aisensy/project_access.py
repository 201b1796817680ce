"""Who may use the Project API: the project's id in the address, and its password."""

from typing import Any

from litestar import Request, Response

from adapters.sandbox.aisensy import answers
from adapters.sandbox.aisensy.access import fault, is_credential

PASSWORD_HEADER = "X-AiSensy-Project-API-Pwd"


async def may_enter(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """Answer for the endpoint when it must not be reached; None lets the request through."""
    settings = request.app.state.settings
    if not is_credential(settings, "AISENSY_PROJECT_ID", request.path_params.get("project_id")):
        return answers.named("ERR404", "Project not found", 404)
    if not is_credential(settings, "AISENSY_PROJECT_PASSWORD", request.headers.get(PASSWORD_HEADER)):
        return answers.named("ERR401", "Invalid password", 401)
    return await fault(request, request.app.state.faults)
