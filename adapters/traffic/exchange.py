"""One request and what came of it, as they were on the wire; redaction makes it fit to be kept."""

import time
from dataclasses import dataclass, field
from datetime import datetime

import httpx

# Bodies beyond this are not looked into: their size is all that is kept.
MOST_BODY = 64 * 1024


@dataclass(slots=True)
class Exchange:
    """Bodies are whole or None; the sizes are those on the wire. ``is_elsewhere``: not with the provider itself."""

    provider: str
    at: datetime
    started: float
    request: httpx.Request
    request_body: bytes | None
    request_bytes: int
    is_elsewhere: bool = False
    outcome: str = ""
    error: str = ""
    duration_ms: float = 0.0
    status: int | None = None
    response_headers: httpx.Headers = field(default_factory=httpx.Headers)
    response_bytes: int = 0
    _received: bytearray = field(default_factory=bytearray)

    @classmethod
    def of(
        cls, request: httpx.Request, provider: str, at: datetime, started: float, is_elsewhere: bool = False
    ) -> "Exchange":
        try:
            content = request.content
        except httpx.RequestNotRead:  # streamed; nothing of ours is
            return cls(provider, at, started, request, None, 0, is_elsewhere)
        whole = content if len(content) <= MOST_BODY else None
        return cls(provider, at, started, request, whole, len(content), is_elsewhere)

    def answered(self, response: httpx.Response) -> None:
        self.status, self.response_headers = response.status_code, response.headers
        self.duration_ms = (time.perf_counter() - self.started) * 1000

    def received(self, chunk: bytes) -> None:
        self.response_bytes += len(chunk)
        if len(self._received) <= MOST_BODY:
            self._received += chunk

    def ended(self, outcome: str = "", error: str = "") -> None:
        self.duration_ms = (time.perf_counter() - self.started) * 1000
        self.outcome, self.error = outcome or _outcome(self.status or 0), error

    @property
    def response_body(self) -> bytes | None:
        """The body, decompressed; None when it was too large or cannot be read."""
        if len(self._received) > MOST_BODY:
            return None
        encoding = self.response_headers.get("Content-Encoding", "")
        if not encoding:
            return bytes(self._received)
        try:
            whole = httpx.Response(200, headers={"Content-Encoding": encoding}, content=bytes(self._received)).content
        except httpx.DecodingError:
            return None
        return whole if len(whole) <= MOST_BODY else None


def _outcome(status: int) -> str:
    if status == 429:
        return "throttled"
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else "answered"
