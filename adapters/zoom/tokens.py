"""The access token of our app: kept in this process, shared by all through Redis, fetched by one at a time.

Redis may be away at any moment; then each process fetches its own, which Zoom allows.
"""

import asyncio
import logging
import time
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex
from typing import cast

import httpx
import msgspec
from cryptography.fernet import Fernet, InvalidToken
from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.traffic.held_back import held_back
from adapters.zoom.answers import token_failure
from domain.language import _
from domain.ports import Unavailable

log = logging.getLogger(__name__)

# Renewed this long before its end, while there is still time for others to go on with the old one.
EARLY = 300.0
# A token with less life than this is not used any more: the call may take a while.
LEAST = 30.0
# Longer than a fetch can take, so that a lock lapses only when its owner died.
LOCK_SECONDS = 30
POLL = 0.1
_UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


@dataclass(frozen=True, slots=True)
class App:
    """Our server-to-server OAuth app, and where its tokens come from."""

    token_url: str
    account_id: str
    client_id: str
    client_secret: str = field(repr=False)

    @property
    def authorization(self) -> str:
        return "Basic " + b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()


class Token(msgspec.Struct, frozen=True):
    """A token, until when it is good (seconds since 1970), and the region's address that came with it."""

    value: str
    good_until: float
    api_url: str = ""

    def __repr__(self) -> str:
        return f"Token(good_until={self.good_until})"

    def lasts(self, seconds: float) -> bool:
        return self.good_until - time.time() > seconds


class ZoomTokens:
    """Gives the token to use. What Zoom has turned away is not given again."""

    def __init__(self, client: httpx.AsyncClient, app: App, redis: Redis | None = None) -> None:
        self._client, self._app = client, app
        self._shared = _SharedToken(redis, app) if redis is not None else None
        self._token: Token | None = None
        self._rejected = ""
        self._refreshing = asyncio.Lock()

    async def get(self) -> Token | Unavailable:
        """Return a token with some life left; fetch one when there is none. Never raises for Zoom or Redis."""
        if self._token and self._token.lasts(EARLY):
            return self._token
        async with self._refreshing:
            if self._token and self._token.lasts(EARLY):
                return self._token
            renewed = await self._renewed()
        if isinstance(renewed, Unavailable) and self._token and self._token.lasts(LEAST):
            return self._token
        return renewed

    def drop(self, token: Token) -> None:
        """Forget a token that Zoom no longer takes; whoever shares it learns so by itself."""
        self._rejected = token.value
        if self._token is not None and self._token.value == token.value:
            self._token = None

    async def _renewed(self) -> Token | Unavailable:
        if self._shared is None:
            return await self._fetch()
        try:
            return await self._renewed_together(self._shared)
        except (RedisError, OSError) as error:
            log.warning("Zoom's token is not shared: %s", type(error).__name__)
            return await self._fetch()

    async def _renewed_together(self, shared: "_SharedToken") -> Token | Unavailable:
        """Take what another process fetched, else fetch under the lock; wait for who holds it only when in need."""
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            if token := self._usable(await shared.read()):
                return self._keep(token)
            if owner := await shared.lock():
                return await self._fetch_for_all(shared, owner)
            if self._token and self._token.lasts(LEAST):
                return self._token
            if time.monotonic() > deadline:
                return await self._fetch()
            await asyncio.sleep(POLL)

    async def _fetch_for_all(self, shared: "_SharedToken", owner: str) -> Token | Unavailable:
        try:
            # Between our reading and our locking another may have finished.
            if token := self._usable(await shared.read()):
                return self._keep(token)
            fetched = await self._fetch()
            if isinstance(fetched, Token):
                await shared.write(fetched)
            return fetched
        finally:
            await shared.unlock(owner)

    def _usable(self, token: Token | None) -> Token | None:
        return token if token and token.lasts(EARLY) and token.value != self._rejected else None

    def _keep(self, token: Token) -> Token:
        self._token = token
        return token

    async def _fetch(self) -> Token | Unavailable:
        form = {"grant_type": "account_credentials", "account_id": self._app.account_id}
        headers = {"Authorization": self._app.authorization}
        asked_at = time.time()
        try:
            response = await self._client.post(self._app.token_url, data=form, headers=headers)
        except httpx.HTTPError as error:
            # A token that was made and never heard of harms nobody.
            return held_back(error) or Unavailable(
                _("Zoom could not be reached for a token ({error}).", error=type(error).__name__)
            )
        if response.status_code != 200:
            return token_failure(response)
        token = _token(response, asked_at)
        return self._keep(token) if token else Unavailable(_("Zoom's answer with a token could not be read."))


class _SharedToken:
    """The token as Redis holds it, readable only with the app's own secret."""

    def __init__(self, redis: Redis, app: App) -> None:
        self._redis = redis
        account = "\n".join((app.token_url, app.account_id, app.client_id))
        self._key = f"gurudesk:zoom:token:{sha256(account.encode()).hexdigest()[:16]}"
        self._cipher = Fernet(urlsafe_b64encode(sha256(b"zoom token\n" + app.client_secret.encode()).digest()))

    async def read(self) -> Token | None:
        sealed = await self._redis.get(self._key)
        if sealed is None:
            return None
        try:
            return msgspec.json.decode(self._cipher.decrypt(sealed), type=Token)
        except (InvalidToken, msgspec.DecodeError):
            return None

    async def write(self, token: Token) -> None:
        left = max(int(token.good_until - time.time()), 1)
        try:
            await self._redis.set(self._key, self._cipher.encrypt(msgspec.json.encode(token)), ex=left)
        except (RedisError, OSError) as error:
            # We have it ourselves; others fetch their own.
            log.warning("Zoom's token is not shared: %s", type(error).__name__)

    async def lock(self) -> str:
        """Return who we are to ``unlock``, or nothing while another holds the lock."""
        owner = token_hex(8)
        return owner if await self._redis.set(self._key + ":lock", owner, nx=True, ex=LOCK_SECONDS) else ""

    async def unlock(self, owner: str) -> None:
        try:
            await cast("asyncio.Future[int]", self._redis.eval(_UNLOCK, 1, self._key + ":lock", owner))
        except (RedisError, OSError):
            # It lapses by itself.
            log.warning("The lock on Zoom's token was left to lapse.")


def _token(response: httpx.Response, asked_at: float) -> Token | None:
    try:
        body = msgspec.json.decode(response.content)
        return Token(
            str(body["access_token"]), asked_at + float(body.get("expires_in", 3600)), body.get("api_url") or ""
        )
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError, ValueError, AttributeError):
        return None
