"""The journal: every request a provider's side received, and what it answered. Credentials are never written down."""

import asyncio
import re
import time
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from adapters.sandbox.database import SandboxDatabase

MAX_BODY = 30 * 1024 * 1024
KEPT = 64 * 1024
SECRET_HEADERS = {
    *("authorization", "cookie", "x-api-key", "x-auth-token", "proxy-authorization"),
    "x-aisensy-project-api-pwd",
}
SECRET_PARAMETERS = {"key", "api_key", "apikey", "token", "access_token", "secret", "zak"}
# AiSensy's key travels in the body of a request, Zoom's tokens and the host's way in in answers and webhooks.
_SECRET_FIELD = re.compile(
    r'("(?:apiKey|(?:access|refresh|download|download_access)_token)"\s*:\s*")(?:[^"\\]|\\.)*'
    r"|([?&](?:zak|access_token)=)[^&\"\s<]*"
)

_INSERT = """
insert into requests
  (provider, method, path, query, headers, body, body_size, status, answer_headers, answer, duration_ms)
values (%(provider)s, %(method)s, %(path)s, %(query)s, %(headers)s, %(body)s, %(body_size)s, %(status)s,
  %(answer_headers)s, %(answer)s, %(duration_ms)s)
"""
_SELECT = """
select id, provider, at, method, path, query, headers, body, body_size, status, answer_headers, answer, duration_ms
from requests
where (%(provider)s::text is null or provider = %(provider)s) and id > %(since)s
  and (%(since_at)s::timestamptz is null or at >= %(since_at)s) and (%(path)s::text is null or path = %(path)s)
  and (%(search)s::text is null or path ilike %(search)s)
order by id desc limit %(limit)s offset %(offset)s
"""
_COUNT = """
select count(*) from requests where (%(provider)s::text is null or provider = %(provider)s)
  and (%(search)s::text is null or path ilike %(search)s)
"""


class JournalMiddleware(ASGIMiddleware):
    """Reads the body once, hands it on, and writes the exchange down before the answer's last byte leaves."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, prefixes: tuple[str, ...]) -> None:
        self._prefixes = prefixes

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        provider = scope["path"].split("/", 2)[1]
        if provider not in self._prefixes:
            await next_app(scope, receive, send)
            return
        body, size = await _read(receive)
        database: SandboxDatabase = scope["litestar_app"].state.parts["database"]
        exchange = _Exchange(database, provider, scope, body, size, send, time.perf_counter())
        scope["state"]["body_size"] = size
        await next_app(scope, _Replay(body, receive), exchange.send)
        if exchange.swallowed:
            await _disconnected(receive)


class _Exchange:
    """Watches the answer go out; with the state ``silent`` it lets nothing through.

    With ``slow`` it waits so many seconds before it, with ``cut`` it breaks off where the answer would begin.
    """

    def __init__(
        self, database: SandboxDatabase, provider: str, scope: Scope, body: bytes, size: int, send: Send, start: float
    ) -> None:
        self._database, self._send, self._scope, self._start = database, send, scope, start
        self.swallowed = False
        self._answer = b""
        self._row: dict[str, Any] = {
            "provider": provider,
            "method": str(scope.get("method", "")),
            "path": scope["path"],
            "query": _redacted_query(scope.get("query_string", b"")),
            "headers": _json(_headers(scope["headers"])),
            "body": without_secrets(_text(body)),
            "body_size": size,
        }

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._row |= {"status": message["status"], "answer_headers": _json(_headers(message["headers"]))}
        elif message["type"] == "http.response.body":
            self._answer = (self._answer + message.get("body", b""))[: KEPT + 1]
            if not message.get("more_body"):
                await self._write()
        state = self._scope["state"]
        if state.get("silent"):
            self.swallowed = True
        elif state.get("cut"):
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await self._cut()
        else:
            if message["type"] == "http.response.start" and state.get("slow"):
                await asyncio.sleep(state["slow"])
            await self._send(message)

    async def _cut(self) -> None:
        """Begin an answer that tells nothing and leave it unfinished: the server then closes the connection."""
        start: Any = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": b" ", "more_body": True})

    async def _write(self) -> None:
        duration = (time.perf_counter() - self._start) * 1000
        await self._database.run(
            _INSERT, **self._row, answer=without_secrets(_text(self._answer)), duration_ms=duration
        )


class _Replay:
    """Gives the body that was read once more, then what comes after it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Any:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _read(receive: Receive) -> tuple[bytes, int]:
    """Read the whole body; past the largest size allowed only its length is of interest."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
        if not message.get("more_body"):
            break
    return b"".join(chunks), size


async def _disconnected(receive: Receive) -> None:
    message = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()


def _headers(pairs: Any) -> dict[str, str]:
    decoded = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs]
    return {name: "[redacted]" if name in SECRET_HEADERS else value for name, value in decoded}


def _redacted_query(query: bytes) -> str:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(name, "[redacted]" if name.lower() in SECRET_PARAMETERS else value) for name, value in pairs])


def without_secrets(text: str) -> str:
    """Return what was said with its keys and tokens left out; of one that is cut off nothing stays either."""
    return _SECRET_FIELD.sub(lambda found: f"{found[1] or found[2]}[redacted]", text)


def _text(body: bytes) -> str:
    text = body[:KEPT].decode("utf-8", "replace").replace("\x00", "�")
    return text + "…" if len(body) > KEPT else text


def _json(value: dict[str, str]) -> str:
    return msgspec.json.encode({name: item.replace("\x00", "") for name, item in value.items()}).decode()


async def requests_of(
    database: SandboxDatabase,
    *,
    provider: str | None = None,
    since: int = 0,
    since_at: datetime | None = None,
    path: str | None = None,
    search: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Return the requests, newest first. ``since`` is an id, ``since_at`` a moment, ``search`` a part of the path."""
    rows = await database.rows(
        _SELECT,
        provider=provider,
        since=since,
        since_at=since_at,
        path=path,
        search=_pattern(search),
        limit=limit,
        offset=offset,
    )
    return [row._asdict() for row in rows]


async def get_request(database: SandboxDatabase, request_id: int) -> dict[str, Any] | None:
    row = await database.row("select * from requests where id = %(id)s", id=request_id)
    return row._asdict() if row else None


async def count_requests(database: SandboxDatabase, provider: str | None, search: str | None = None) -> int:
    return int((await database.row(_COUNT, provider=provider, search=_pattern(search)))[0])


def _pattern(search: str | None) -> str | None:
    if not search:
        return None
    escaped = search.replace("\x00", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
