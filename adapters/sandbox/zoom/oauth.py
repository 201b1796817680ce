"""Where tokens come from: the account's own app asks with its id and secret, in the query or in the form."""

import binascii
import hmac
from base64 import b64decode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency

from adapters.sandbox.faults import RETRY_AFTER, Faults, never_answered
from adapters.sandbox.zoom import answers
from adapters.sandbox.zoom.account import Account
from adapters.settings import Settings


class TokenController(Controller):
    path = "/oauth"

    @post("/token", status_code=200)
    async def create(
        self, request: Request[Any, Any, Any], zoom: NamedDependency[Account], faults: NamedDependency[Faults]
    ) -> Response[Any]:
        if fault := await faults.strike(request, "zoom:token"):
            return _faulty(fault)
        asked = await _parameters(request)
        if not _is_our_app(request, zoom.settings):
            return _refused("Invalid client_id or client_secret", "invalid_client")
        if asked.get("grant_type") != "account_credentials":
            return _refused("unsupported grant type", "unsupported_grant_type")
        if asked.get("account_id") != zoom.id:
            return _refused("Bad Request", "invalid_request")
        seconds, scopes = zoom.options.expires_in, zoom.options.scopes
        body = {
            "access_token": await zoom.new_token(scopes, seconds),
            "token_type": "bearer",
            "expires_in": seconds,
            "scope": " ".join(scopes),
            "api_url": zoom.url,
        }
        return answers.as_json(body)

    @post("/revoke", status_code=200)
    async def revoke(self, request: Request[Any, Any, Any], zoom: NamedDependency[Account]) -> Response[Any]:
        if not _is_our_app(request, zoom.settings):
            return _refused("Invalid client_id or client_secret", "invalid_client")
        token = (await _parameters(request)).get("token", "")
        digest = sha256(token.encode()).digest()
        await zoom.database.run("delete from zoom_tokens where digest = %(digest)s", digest=digest)
        return answers.as_json({"status": "success"})


async def _parameters(request: Request[Any, Any, Any]) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(request.url.query)) | dict(parse_qsl(body))


def _is_our_app(request: Request[Any, Any, Any], settings: Settings) -> bool:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        given = b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        return False
    id_and_secret = ":".join(settings.credential(name, "zoom") for name in ("ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"))
    return scheme.lower() == "basic" and hmac.compare_digest(given, id_and_secret.encode())


def _refused(reason: str, error: str, status: int = 400) -> Response[Any]:
    return answers.as_json({"reason": reason, "error": error}, status)


def _faulty(fault: str) -> Response[Any]:
    if fault == "lost":
        return never_answered()
    response = _refused("Try again later", "temporarily_unavailable", int(fault))
    if fault == "429":
        response.headers["Retry-After"] = RETRY_AFTER
    return response
