"""Our cookies: the sign-in, the visitor (what CSRF tokens are bound to), and a message for the next page."""

import base64
import hashlib
import hmac
import json
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from adapters.settings import Settings

DAYS_30 = 30 * 24 * 3600
YEAR = 365 * 24 * 3600


class Cookies:
    """Reads and makes cookies. Over HTTPS the names carry ``__Host-``, which browsers bind to this very host."""

    def __init__(self, settings: Settings) -> None:
        self.secret = settings.secret
        self.secure = settings.base_url.startswith("https://")

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else f"gurudesk_{name}"

    def _cookie(self, name: str, value: str, max_age: int | None = DAYS_30) -> Cookie:
        return Cookie(
            key=self._name(name),
            value=value,
            path="/",
            max_age=max_age,
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )

    def sign_in(self, request: Request[Any, Any, Any]) -> str:
        return request.cookies.get(self._name("sign_in"), "")

    def new_sign_in(self, token: str) -> Cookie:
        return self._cookie("sign_in", token)

    def no_sign_in(self) -> Cookie:
        return self._cookie("sign_in", "", 0)

    def known(self, request: Request[Any, Any, Any]) -> str:
        return request.cookies.get(self._name("known"), "")

    def new_known(self, value: str) -> Cookie:
        """Return the cookie by which this browser is known to whoever has signed in with it; it outlives sign-ins."""
        return self._cookie("known", value, YEAR)

    def visitor(self, request: Request[Any, Any, Any]) -> str:
        return request.cookies.get(self._name("visitor"), "")

    def new_visitor(self, visitor: str) -> Cookie:
        return self._cookie("visitor", visitor)

    def flash(self, kind: str, text: str) -> Cookie:
        """Return a cookie that shows ``text`` on the next page, once; ``kind`` is success, info, warning or error."""
        value = base64.urlsafe_b64encode(json.dumps([kind, text]).encode()).decode()
        return self._cookie("flash", f"{value}.{self._sign(value)}", 60)

    def no_flash(self) -> Cookie:
        return self._cookie("flash", "", 0)

    def read_flash(self, request: Request[Any, Any, Any]) -> list[dict[str, str]]:
        value, _, signature = request.cookies.get(self._name("flash"), "").partition(".")
        if not value or not hmac.compare_digest(signature.encode(), self._sign(value).encode()):
            return []
        kind, text = json.loads(base64.urlsafe_b64decode(value))
        return [{"kind": kind, "text": text}]

    def _sign(self, value: str) -> str:
        return hmac.new(self.secret, f"flash {value}".encode(), hashlib.sha256).hexdigest()[:32]
