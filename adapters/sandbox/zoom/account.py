"""The account that the sandbox plays: what its endpoints and pages act on, and the forms of its ids and links."""

import hmac
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
from secrets import token_bytes, token_urlsafe
from typing import Any

import msgspec

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.sandbox.zoom.limits import RateLimits
from adapters.sandbox.zoom.scopes import GRANTED
from adapters.settings import Settings


@dataclass
class Options:
    """How Zoom's side is set. ``expires_in`` in seconds of real time."""

    limits: RateLimits
    expires_in: int = 3600
    scopes: tuple[str, ...] = GRANTED
    # A number taken into the share of requests that fail, so that each has its own luck.
    asked: int = field(default=0)


@dataclass(frozen=True, slots=True)
class Account:
    """Everything an endpoint or a page of Zoom's side may touch."""

    database: SandboxDatabase
    callbacks: Callbacks
    settings: Settings
    chance: Chance
    options: Options

    @property
    def id(self) -> str:
        return self.settings.credential("ZOOM_ACCOUNT_ID", "zoom")

    @property
    def url(self) -> str:
        return f"{self.settings.sandbox_url}/zoom"

    @property
    def webhook_url(self) -> str:
        return f"{self.settings.base_url}/webhooks/zoom"

    @property
    def secret_token(self) -> str:
        return self.settings.credential("ZOOM_WEBHOOK_SECRET_TOKEN", "zoom")

    def after(self, delay: timedelta) -> timedelta:
        """Return the delay, or none where the sandbox has no delays."""
        return delay if self.settings.sandbox_delays else timedelta()

    async def new_token(self, scopes: tuple[str, ...], seconds: int) -> str:
        """Make a token that looks like Zoom's; only its digest is kept. Real time lets it lapse."""
        head, claims = {"alg": "HS512", "v": "2.0"}, {"aud": "https://oauth.zoom.us", "jti": token_urlsafe(16)}
        signed = ".".join(_base64(msgspec.json.encode(part)) for part in (head, claims))
        token = f"{signed}.{_base64(hmac.new(self.secret_token.encode(), signed.encode(), sha512).digest())}"
        await self.database.run("delete from zoom_tokens where expires_at < now()")
        await self.database.run(
            "insert into zoom_tokens values (%(digest)s, %(scopes)s, now() + make_interval(secs => %(seconds)s))",
            digest=sha256(token.encode()).digest(),
            scopes=list(scopes),
            seconds=seconds,
        )
        return token

    async def token(self, value: str) -> Any:
        """Return what is known of a token, or None; ``is_live`` says whether it has not lapsed."""
        return await self.database.row(
            "select scopes, expires_at > now() as is_live from zoom_tokens where digest = %(digest)s",
            digest=sha256(value.encode()).digest(),
        )

    async def user(self, identity: str) -> Any:
        """Return a host by id, e-mail or ``me``, the owner; the host that is set counts as one, too."""
        if identity == "me":
            return await self.database.row("select * from zoom_users order by id limit 1")
        if identity.lower() == self.settings.zoom_host.lower() and identity:
            await self._welcome(identity.lower())
        return await self.database.row(
            "select * from zoom_users where id = %(identity)s or email = lower(%(identity)s)", identity=identity
        )

    async def _welcome(self, email: str) -> None:
        await self.database.run(
            "insert into zoom_users (id, email, first_name, last_name, type, pmi)"
            " values (%(id)s, %(email)s, 'Own', 'Host', 2, 5550001000) on conflict do nothing",
            id=new_id(),
            email=email,
        )


def new_id() -> str:
    """Return an id as users, registrants and accounts have them."""
    return urlsafe_b64encode(token_bytes(16)).decode().rstrip("=")


def new_uuid() -> str:
    """Return a uuid as held meetings have them; it may hold "/" and "+"."""
    return b64encode(token_bytes(16)).decode()


def stamp(moment: datetime | None) -> str:
    """Write a moment as Zoom does, in UTC to the second; an empty text for none."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
