"""Who asks the sandbox must have called it by this machine's own name."""

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost")


class AskedHere(ASGIMiddleware):
    """Refuses a page elsewhere whose name was made to lead to this machine: it would read the mailbox, or send.

    A middleware, since the providers' endpoints have checks of their own in the place of the application's.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if Headers.from_scope(scope).get("Host", "").rsplit(":", 1)[0] not in NAMES:
            raise PermissionDeniedException("The sandbox is reached by 127.0.0.1 and localhost alone.")
        await next_app(scope, receive, send)
