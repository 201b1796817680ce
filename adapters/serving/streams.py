"""Ends open event streams when the server is told to stop: they would never end by themselves, and hold it up."""

import asyncio
import signal
from typing import Any

# The server's main process sends it to its serving processes, just before it asks them to stop.
END_STREAMS = signal.SIGUSR1
EVENT_STREAM = b"text/event-stream"


class EndingStreams:
    """Wraps an ASGI app. An event stream that is cut here ends as a whole response does, and the page reconnects."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.open: set[asyncio.Task[Any]] = set()
        self.ending = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().add_signal_handler(END_STREAMS, self.end)
        task = asyncio.current_task()
        if scope["type"] != "http" or task is None:
            await self.app(scope, receive, send)
        else:
            await self._answer(task, scope, receive, send)

    def end(self) -> None:
        """End all streams that are open, and those that open from now on."""
        self.ending = True
        for task in self.open:
            task.cancel()

    async def _answer(self, task: asyncio.Task[Any], scope: Any, receive: Any, send: Any) -> None:
        async def noticing(message: Any) -> None:
            if message["type"] == "http.response.start" and _is_stream(message):
                self.open.add(task)
                if self.ending:
                    task.cancel()
            await send(message)

        try:
            await self.app(scope, receive, noticing)
        except asyncio.CancelledError:
            if not (self.ending and task in self.open):
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.open.discard(task)


def _is_stream(message: Any) -> bool:
    return any(name.lower() == b"content-type" and EVENT_STREAM in value for name, value in message["headers"])
