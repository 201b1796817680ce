"""An answer that waits until the whole request has come in."""

from typing import Any

from litestar import Request
from litestar.response import Response
from litestar.types import Receive, Scope, Send

MOST = 2 * 1024**3


class Drained(Response[None]):
    """Reads what is still being sent, keeping none of it, then gives ``answer``.

    A browser that is cut off while it sends shows a broken connection instead of the answer.
    """

    def __init__(self, answer: Response[Any], most: int = MOST) -> None:
        super().__init__(None)
        self.answer, self.most = answer, most

    def to_asgi_response(self, request: Request[Any, Any, Any], **options: Any) -> Any:
        respond = self.answer.to_asgi_response(request=request, **options)

        async def drain_and_respond(scope: Scope, receive: Receive, send: Send) -> None:
            left = self.most
            while left > 0:
                message: Any = await receive()
                if message["type"] != "http.request" or not message.get("more_body"):
                    break
                left -= len(message.get("body", b""))
            await respond(scope, receive, send)

        return drain_and_respond
