"""The HTTP transport every provider's client is built on: waits for its turn, tells the breaker, and keeps what was said."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from urllib.request import getproxies

import httpx

from adapters.certificates import certificates
from adapters.traffic.answers import is_failure, is_turning_us_away, quota_of, throttled_for
from adapters.traffic.exchange import Exchange
from adapters.traffic.held_back import HeldBack
from adapters.traffic.lane import Lane
from adapters.traffic.leaving import watch

# Raised before any byte left: the provider cannot have seen anything.
_UNREACHABLE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
# Of our own making: they say nothing about the provider.
_OURS = (httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
Keep = Callable[[Exchange], None]
# Makes a request that changes nothing, by which to find out whether the provider answers again.
Knock = Callable[[], httpx.Request]


def outward(limits: httpx.Limits, *, live: bool) -> httpx.AsyncHTTPTransport:
    """Return the transport underneath. Only a live provider is reached through the proxy of this machine's environment."""
    proxy = getproxies().get("https") if live else None
    return httpx.AsyncHTTPTransport(verify=certificates(), limits=limits, proxy=proxy)


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends through ``inner`` what the lane lets out, and gives each exchange to ``keep`` when it has ended.

    ``home`` is the provider's host. Files that it leads us to elsewhere are kept in the log, and say nothing about it. Without
    a ``knock`` it is an ordinary request that finds out whether an outage is over; what cannot be looked up is too good for that.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport, lane: Lane, keep: Keep, home: str, knock: Knock | None = None
    ) -> None:
        self._inner, self._lane, self._keep, self._site = inner, lane, keep, _site(home)
        self._knock = knock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises HeldBack, a ConnectError, when the provider may not be asked now."""
        is_elsewhere = _site(request.url.host) != self._site
        if not is_elsewhere:
            await self._enter(request)
        return await self._send(request, is_elsewhere)

    async def _enter(self, request: httpx.Request) -> None:
        while await self._lane.enter() and self._knock:
            knock = self._knock()
            knock.extensions = request.extensions
            try:
                response = await self._send(knock, is_elsewhere=False)
                await response.aread()
            except httpx.TransportError as error:
                raise self._lane.still_silent() from error
            await response.aclose()
            if is_failure(response.status_code):
                raise self._lane.still_silent()

    async def _send(self, request: httpx.Request, is_elsewhere: bool) -> httpx.Response:
        watch(request)
        exchange = Exchange.of(request, self._lane.provider, datetime.now(UTC), time.perf_counter(), is_elsewhere)
        try:
            response = await self._inner.handle_async_request(request)
        except HeldBack:
            raise
        except httpx.TransportError as error:
            await self._failed(exchange, error)
            raise
        exchange.answered(response)
        response.stream = _Watched(response, exchange, self._ended)
        if not is_elsewhere:
            await self._judge(response)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _judge(self, response: httpx.Response) -> None:
        status = response.status_code
        if quota := quota_of(response):
            self._lane.quota = quota
        if status == 429 and (wait := throttled_for(response)) is not None:
            await self._lane.throttled(f"{status}", wait)
        elif is_failure(status):
            await self._lane.failed(f"{status}")
        elif is_turning_us_away(status):
            await self._lane.refused(f"{status}")
        else:
            await self._lane.succeeded()

    async def _failed(self, exchange: Exchange, error: Exception) -> None:
        exchange.ended("unreachable" if isinstance(error, _UNREACHABLE) else "silent", type(error).__name__)
        self._keep(exchange)
        if not isinstance(error, _OURS) and not exchange.is_elsewhere:
            await self._lane.failed(type(error).__name__)

    async def _ended(self, exchange: Exchange, error: Exception | None) -> None:
        if error is None:
            exchange.ended()
            self._keep(exchange)
        else:
            await self._failed(exchange, error)


def _site(host: str) -> str:
    """Return what a provider's hosts have in common: api.zoom.us and zoom.us are one."""
    return ".".join(host.rsplit(".", 2)[-2:])


class _Watched(httpx.AsyncByteStream):
    """An answer's body on its way, of which the exchange keeps the beginning."""

    def __init__(self, response: httpx.Response, exchange: Exchange, ended: Callable[..., object]) -> None:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self._stream, self._exchange, self._ended = response.stream, exchange, ended
        self._is_over = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream:
                self._exchange.received(chunk)
                yield chunk
        except httpx.TransportError as error:
            await self._over(error)
            raise

    async def aclose(self) -> None:
        await self._stream.aclose()
        await self._over(None)

    async def _over(self, error: Exception | None) -> None:
        if not self._is_over:
            self._is_over = True
            await self._ended(self._exchange, error)  # type: ignore[misc]
