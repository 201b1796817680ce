"""The one place that builds adapters from settings, for the web process and the worker alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
from arq.connections import ArqRedis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from adapters.email_templates import JinjaMessageRenderer
from adapters.files import open_files
from adapters.passwords import Argon2PasswordHasher
from adapters.postgres.addresses import app_url
from adapters.postgres.database import Database
from adapters.providers import open_providers
from adapters.redis.addresses import redis_url
from adapters.redis.limits import RedisRateLimiter
from adapters.redis.live import RedisLiveSignals
from adapters.settings import Settings
from adapters.traffic import Traffic
from domain.ports import (
    EmailSender,
    FileStore,
    MeetingProvider,
    MessageRenderer,
    PasswordHasher,
    PaymentGateway,
    RateLimiter,
    VoiceCaller,
    WhatsAppSender,
)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside that use cases may be given, built once a process."""

    settings: Settings
    database: Database
    redis: ArqRedis
    traffic: Traffic
    limiter: RateLimiter
    hasher: PasswordHasher
    files: FileStore
    renderer: MessageRenderer
    email: EmailSender
    whatsapp: WhatsAppSender
    voice: VoiceCaller
    payments: PaymentGateway
    meetings: MeetingProvider


def open_redis(settings: Settings) -> ArqRedis:
    """Return a client that tries again on its own when the server was restarted."""
    redis: ArqRedis = ArqRedis.from_url(
        redis_url(settings),
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 2),
        socket_connect_timeout=2,
        health_check_interval=30,
    )
    redis.job_serializer = msgspec.msgpack.encode  # arq's own default is pickle
    return redis


@asynccontextmanager
async def open_services(settings: Settings, *, idle: float = 0.0) -> AsyncIterator[Services]:
    """Build the adapters, and close what they hold at the end. ``idle``: see Database."""
    redis = open_redis(settings)
    database = Database(app_url(settings), RedisLiveSignals(redis), pool=settings.database_pool, idle=idle)
    traffic = Traffic(settings, database)
    try:
        async with open_providers(settings, redis, traffic) as providers:
            yield Services(
                settings=settings,
                database=database,
                redis=redis,
                traffic=traffic,
                limiter=RedisRateLimiter(redis),
                hasher=Argon2PasswordHasher(),
                files=open_files(settings),
                renderer=JinjaMessageRenderer(),
                email=providers.email,
                whatsapp=providers.whatsapp,
                voice=providers.voice,
                payments=providers.payments,
                meetings=providers.meetings,
            )
    finally:
        await traffic.close()
        await database.close()
        await redis.aclose()
