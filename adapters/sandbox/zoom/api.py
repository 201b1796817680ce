"""Zoom's API as one table: which endpoint a call means, whether its token may use it, and how it is counted."""

from typing import Any
from urllib.parse import quote, unquote

import msgspec
from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency

from adapters.sandbox.faults import RETRY_AFTER, Faults, never_answered
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.sandbox.zoom import answers, meetings, past, recordings, registrants, users
from adapters.sandbox.zoom.account import Account
from adapters.sandbox.zoom.endpoint import Call, Endpoint, endpoint
from adapters.sandbox.zoom.in_meeting import control_recording
from adapters.sandbox.zoom.limits import too_many
from adapters.sandbox.zoom.paging import BadPage

PREFIX = "/zoom/v2/"
_REGISTRANTS = "meetings/{id}/registrants"
_RECORDINGS = "meetings/{meeting}/recordings"
_RECOVER = "cloud_recording:update:recover_meeting_recordings"
_REPORT = "report:read:list_meeting_participants"
_WAS_THERE = "meeting:read:list_past_participants"
ENDPOINTS = (
    endpoint("GET", "users", users.list_users, "user:read:list_users", "Medium"),
    endpoint("GET", "users/{user}", users.get_user, "user:read:user"),
    endpoint("GET", "users/{user}/token", users.get_start_token, "user:read:token"),
    endpoint("GET", "users/{user}/meetings", meetings.list_meetings, "meeting:read:list_meetings", "Medium"),
    endpoint("POST", "users/{user}/meetings", meetings.create_meeting, "meeting:write:meeting", "Medium"),
    endpoint("GET", "users/{user}/recordings", recordings.list_recordings, "cloud_recording:read:list_user_recordings", "Medium"),
    endpoint("GET", "meetings/{id}", meetings.get_meeting, "meeting:read:meeting"),
    endpoint("PATCH", "meetings/{id}", meetings.update_meeting, "meeting:update:meeting"),
    endpoint("DELETE", "meetings/{id}", meetings.delete_meeting, "meeting:delete:meeting"),
    endpoint("PUT", "meetings/{id}/status", meetings.update_status, "meeting:update:status"),
    endpoint("POST", "meetings/{id}/invite_links", meetings.create_invite_links, "meeting:write:invite_links"),
    endpoint("PATCH", "live_meetings/{id}/events", control_recording, "meeting:update:in_meeting_controls"),
    endpoint("GET", _REGISTRANTS, registrants.list_registrants, "meeting:read:list_registrants", "Medium"),
    endpoint("POST", _REGISTRANTS, registrants.add_registrant, "meeting:write:registrant"),
    endpoint("PUT", f"{_REGISTRANTS}/status", registrants.update_registrants, "meeting:update:registrant_status", "Medium"),
    endpoint("GET", f"{_REGISTRANTS}/{{registrant}}", registrants.get_registrant, "meeting:read:registrant"),
    endpoint("DELETE", f"{_REGISTRANTS}/{{registrant}}", registrants.delete_registrant, "meeting:delete:registrant"),
    endpoint("POST", "meetings/{id}/batch_registrants", registrants.add_registrants, "meeting:write:batch_registrants", "Heavy"),
    endpoint("GET", _RECORDINGS, recordings.get_recordings, "cloud_recording:read:list_recording_files"),
    endpoint("DELETE", _RECORDINGS, recordings.delete_recordings, "cloud_recording:delete:meeting_recording"),
    endpoint("PUT", f"{_RECORDINGS}/status", recordings.recover_recordings, _RECOVER),
    endpoint("DELETE", f"{_RECORDINGS}/{{recording}}", recordings.delete_recording, "cloud_recording:delete:recording_file"),
    endpoint("PUT", f"{_RECORDINGS}/{{recording}}/status", recordings.recover_recordings, _RECOVER),
    endpoint("GET", "past_meetings/{meeting}/participants", past.list_participants, _WAS_THERE, "Medium"),
    endpoint("GET", "past_meetings/{id}/instances", past.list_instances, "meeting:read:list_past_instances", "Medium"),
    endpoint("GET", "past_meetings/{meeting}", past.get_past_meeting, "meeting:read:past_meeting"),
    endpoint("GET", "report/meetings/{meeting}/participants", past.report_participants, _REPORT, "Heavy"),
)  # fmt: skip


@route(
    "/v2/{rest:path}",
    http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PATCH, HttpMethod.PUT, HttpMethod.DELETE],
    status_code=200,
)
async def ask(
    request: Request[Any, Any, Any],
    zoom: NamedDependency[Account],
    faults: NamedDependency[Faults],
    chance: NamedDependency[Chance],
) -> Response[Any]:
    """Answer any call of the API."""
    token = await _token(request, zoom)
    if isinstance(token, Response):
        return token
    if fault := await faults.strike(request, "zoom") or _unlucky(zoom, chance):
        return _faulty(zoom, fault)
    return await _answer(request, zoom, token)


async def _answer(request: Request[Any, Any, Any], zoom: Account, token: Any) -> Response[Any]:
    found = _endpoint(request)
    if found is None:
        return answers.error(404, 2300, "This API endpoint is not recognized.")
    endpoint, parts = found
    if endpoint.scope not in token.scopes:
        scopes = f"{endpoint.scope.removesuffix(':admin')}, {endpoint.scope}"
        return answers.error(400, 4711, f"Invalid access token, does not contain scopes:[{scopes}].")
    refusal, headers = zoom.options.limits.hit(endpoint.label)
    if refusal:
        return refusal
    body = await _body(request)
    if body is None:
        return answers.error(400, 300, "Request Body should be a valid JSON object.")
    call = Call(zoom, parts, dict(request.query_params), body, await zoom.database.now())
    try:
        response = await endpoint.answer(call)
    except BadPage:
        response = answers.error(400, 300, "The next page token is invalid or expired.")
    response.headers = {**headers, **response.headers}
    return response


async def _token(request: Request[Any, Any, Any], zoom: Account) -> Any:
    """Return what the token may do, or the answer to one that serves for nothing."""
    if request.query_params.get("access_token"):
        message = "Invalid access token, this access token is not supported as query parameter string."
        return answers.error(401, 124, message)
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    token = await zoom.token(value.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        return answers.error(401, 124, "Invalid access token.")
    return token if token.is_live else answers.error(401, 124, "Access token is expired.")


def _endpoint(request: Request[Any, Any, Any]) -> tuple[Endpoint, dict[str, str]] | None:
    path = _raw_path(request).removeprefix(PREFIX).rstrip("/")
    for one in ENDPOINTS:
        if one.method == request.method and (found := one.pattern.fullmatch(path)):
            return one, {name: plain(value) for name, value in found.groupdict().items()}
    return None


def _raw_path(request: Request[Any, Any, Any]) -> str:
    # Decoded once already, an encoded slash could not be told from one that parts the path.
    raw = request.scope.get("raw_path")
    return raw.decode("latin-1").partition("?")[0] if raw else quote(request.scope["path"])


def plain(value: str) -> str:
    """Return an id or uuid that was encoded once, twice or not at all; neither ever holds a percent sign."""
    return unquote(unquote(value)).replace("\x00", "")


async def _body(request: Request[Any, Any, Any]) -> dict[str, Any] | None:
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return body if isinstance(body, dict) else None


def _unlucky(zoom: Account, chance: Chance) -> str:
    """Return the fault of one of the share of requests that fail, the same ones for the same seed."""
    zoom.options.asked += 1
    if chance.share("zoom", zoom.options.asked) >= chance.failure_rate:
        return ""
    return ("500", "503", "429", "504")[int(chance.share("zoom fault", zoom.options.asked) * 4)]


def _faulty(zoom: Account, fault: str) -> Response[Any]:
    status = int(fault) if fault.isdigit() else 504
    if fault == "lost":
        return never_answered()
    if status == 401:
        return answers.error(401, 124, "Invalid access token.")
    if status == 403:
        return answers.error(400, 200, f"Only available for paid account: {zoom.id}")
    if status == 429:
        return too_many(headers={"X-RateLimit-Type": "QPS", "Retry-After": RETRY_AFTER})
    # Gateways speak HTML.
    return Response(f"<html><h1>{status}</h1></html>", status_code=status, media_type="text/html")
