"""AiSensy's answers: its error bodies as integrators have met them, and Meta's where it passes those on."""

from secrets import token_hex
from typing import Any

import msgspec
from litestar import Response

WORDS = {
    131047: "Re-engagement message",
    131051: "Unsupported message type",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    100: "Invalid parameter",
}


def as_json(body: Any, status: int = 200) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")


def short(message: str, status: int = 400) -> Response[bytes]:
    """Return the shortest of AiSensy's error bodies."""
    return as_json({"message": message}, status)


def named(name: str, message: str, status: int) -> Response[bytes]:
    return as_json({"name": name, "message": message}, status)


def full(status: int, message: str) -> Response[bytes]:
    """Return the longest of AiSensy's error bodies, with an id for its support."""
    body = {
        "message": message,
        "name": f"ERR{status}",
        "errorCode": status,
        "errorMessage": message,
        "aisTraceId": f"ais_{token_hex(4)}_{token_hex(4)}",
    }
    return as_json(body, status)


def meta(code: int, details: str, status: int = 400) -> Response[bytes]:
    """Return an error of Meta's, passed on."""
    error = {
        "message": f"(#{code}) {WORDS.get(code, 'Error')}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details},
        "fbtrace_id": token_hex(6),
    }
    return as_json({"error": error}, status)


def unauthorized() -> Response[bytes]:
    return named("ERR401", "Unauthorized", 401)


def no_credits() -> Response[bytes]:
    return full(402, "Insufficient WhatsApp Conversation Credits (WCC)!")


def no_plan() -> Response[bytes]:
    return full(400, "No Plan active on assistant!")


def not_verified() -> Response[bytes]:
    return as_json({"name": "ERR400", "errorCode": 400, "errorMessage": "WABA is not verified"}, 400)


def gateway(status: int) -> Response[bytes]:
    """Return what a gateway in front of AiSensy answers: HTML."""
    return Response(f"<html><h1>{status}</h1></html>".encode(), status_code=status, media_type="text/html")


def failed(status: int) -> Response[bytes]:
    """Return the answer to a wrong address, a wrong method, or a fault of ours."""
    words = {403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 413: "Payload Too Large"}
    return named(f"ERR{status}", words.get(status, "Internal Server Error"), status)
