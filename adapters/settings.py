"""Every setting of Gurudesk, read from the environment and `.env`, checked when the program starts."""

import os
import re
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from adapters.provider_settings import PROVIDERS, SANDBOX_SENDGRID_KEY, ProviderSettings
from adapters.sandbox.fault_kinds import read_faults

__all__ = ["ROOT", "SANDBOX_SENDGRID_KEY", "Settings"]

DEMO_FAILURE_RATE = 0.1
ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"[^\s@<>\",;]+@[^\s@<>\",;]+\.[^\s@<>\",;]+").fullmatch
BUCKET = r"^([A-Za-z0-9][A-Za-z0-9._-]+)?$"
DOMAIN = r"^([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$"


class Settings(ProviderSettings):
    """Settings by their environment names, case-insensitive. Empty values count as unset."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True)

    data_dir: Path = Field(ROOT / ".gurudesk", validation_alias="GURUDESK_DATA_DIR")
    host: str = Field("127.0.0.1", validation_alias="GURUDESK_HOST")
    port: int = Field(8000, ge=1, le=65535, validation_alias="GURUDESK_PORT")
    public_url: str = Field("", validation_alias="GURUDESK_PUBLIC_URL")
    database_url: SecretStr | None = Field(None, validation_alias="GURUDESK_DATABASE_URL")
    app_database_url: SecretStr | None = Field(None, validation_alias="GURUDESK_APP_DATABASE_URL")
    redis_url: SecretStr | None = Field(None, validation_alias="GURUDESK_REDIS_URL")
    secret_key: SecretStr | None = Field(None, min_length=32, validation_alias="GURUDESK_SECRET_KEY")
    demo: bool = Field(True, validation_alias="GURUDESK_DEMO")
    workers: int = Field(1, ge=1, le=32, validation_alias="GURUDESK_WORKERS")
    database_pool: int = Field(10, ge=2, le=200, validation_alias="GURUDESK_DATABASE_POOL")
    lease_seconds: float = Field(45.0, ge=1, le=600, validation_alias="GURUDESK_LEASE_SECONDS")
    lookup_delay_seconds: float = Field(15.0, ge=0, le=3600, validation_alias="GURUDESK_LOOKUP_DELAY_SECONDS")
    trusted_proxies: int = Field(0, ge=0, le=5, validation_alias="GURUDESK_TRUSTED_PROXIES")

    api_per_minute: int = Field(120, ge=1, le=100_000, validation_alias="GURUDESK_API_PER_MINUTE")

    mail_from: str = Field("hello@gurudesk.test", validation_alias="GURUDESK_MAIL_FROM")
    mail_from_name: str = Field("Gurudesk", validation_alias="GURUDESK_MAIL_FROM_NAME")
    reply_domain: str = Field("", pattern=DOMAIN, validation_alias="GURUDESK_REPLY_DOMAIN")

    files: Literal["disk", "s3"] = Field("disk", validation_alias="GURUDESK_FILES")
    s3_endpoint: str = Field("", validation_alias="GURUDESK_S3_ENDPOINT")
    s3_bucket: str = Field("", pattern=BUCKET, validation_alias="GURUDESK_S3_BUCKET")
    s3_region: str = Field("", validation_alias="GURUDESK_S3_REGION")
    s3_access_key: str = Field("", validation_alias="GURUDESK_S3_ACCESS_KEY")
    s3_secret_key: SecretStr | None = Field(None, validation_alias="GURUDESK_S3_SECRET_KEY")

    recording_upload_mb: int = Field(2048, ge=1, le=20_000, validation_alias="GURUDESK_RECORDING_UPLOAD_MB")
    recording_copies: bool = Field(False, validation_alias="GURUDESK_RECORDING_COPIES")
    recording_copy_mb: int = Field(10_240, ge=1, le=100_000, validation_alias="GURUDESK_RECORDING_COPY_MB")

    sandbox_delays: bool = Field(True, validation_alias="GURUDESK_SANDBOX_DELAYS")
    sandbox_failure_rate: float | None = Field(None, ge=0, le=1, validation_alias="GURUDESK_SANDBOX_FAILURE_RATE")
    sandbox_seed: int = Field(1, validation_alias="GURUDESK_SANDBOX_SEED")
    sandbox_faults: str = Field("", validation_alias="GURUDESK_SANDBOX_FAULTS")

    @field_validator("sandbox_faults")
    @classmethod
    def _known_faults(cls, text: str) -> str:
        try:
            read_faults(text)
        except ValueError as problem:
            raise ValueError(f"GURUDESK_SANDBOX_FAULTS: {problem}") from None
        return text

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        if self.environment == "production" and self.secret_key is None:
            raise ValueError("GURUDESK_SECRET_KEY must be set in production")
        if self.public_url and not _is_web_address(self.public_url):
            raise ValueError("GURUDESK_PUBLIC_URL must be an address like https://courses.example.com")
        if self.redis_url and urlsplit(self.redis_url.get_secret_value()).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("GURUDESK_REDIS_URL must start with redis://, rediss:// or unix://")
        if not ADDRESS(self.mail_from):
            raise ValueError("GURUDESK_MAIL_FROM must be an e-mail address alone; the name is GURUDESK_MAIL_FROM_NAME")
        if self.s3_endpoint and not _is_web_address(self.s3_endpoint):
            raise ValueError("GURUDESK_S3_ENDPOINT must be an address like https://s3.example.com")
        if self.files == "s3" and (lacking := self._bucket_lacks()):
            raise ValueError(f"GURUDESK_FILES is s3, so {', '.join(lacking)} must be set")
        return self

    def _bucket_lacks(self) -> list[str]:
        needs = ("s3_bucket", "s3_region", "s3_access_key", "s3_secret_key")
        return [f"GURUDESK_{name.upper()}" for name in needs if not getattr(self, name)]

    def failure_rate(self, provider: str) -> float:
        """Return the share, 0 to 1, that the provider's side of the sandbox fails on purpose: one in ten in a demo."""
        own: float | None = getattr(self, f"{provider}_failure_rate")
        general = self.sandbox_failure_rate
        if own is not None or general is not None:
            return own if own is not None else general or 0.0
        return DEMO_FAILURE_RATE if self.demo else 0.0

    @property
    def has_sandbox(self) -> bool:
        """Whether the sandbox runs: as long as it speaks for any provider."""
        return any(self.trusts_sandbox(provider) for provider in PROVIDERS)

    @property
    def base_url(self) -> str:
        """The address people reach us at, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def secret(self) -> bytes:
        """The secret everything signed derives from; made and kept in the data folder when unset."""
        if self.secret_key:
            return self.secret_key.get_secret_value().encode()
        return _kept_secret(self.data_dir / "secret_key")


def _is_web_address(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _kept_secret(path: Path) -> bytes:
    """Return what the file holds; of several processes that find none, one writes it, whole, and all read that."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_urlsafe(48).encode())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()
