"""What the health addresses say."""

import time
from dataclasses import replace

import psycopg
import pytest
from arq.connections import ArqRedis
from litestar import Litestar

from adapters.postgres.database import Database
from adapters.redis.heartbeat import PREFIX, beat, seconds


async def test_a_started_app_lives(client):
    assert (await client.get("/health/live")).json() == {"status": "ok"}


async def test_without_a_worker_it_is_not_ready_and_says_so(client):
    answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] == "ok"
    assert answer.json()["worker"] == "no worker has been seen"


@pytest.fixture
async def beating(services):
    """A worker was seen a moment ago."""
    await beat(services.redis, "one")
    yield
    await services.redis.delete(f"{PREFIX}one")


async def not_ready(client, part):
    answer = await client.get("/health/ready")
    found = answer.json()
    assert (answer.status_code, found["status"]) == (503, "unavailable")
    return found.pop(part), {name: said for name, said in found.items() if said == "ok"}


async def test_with_everything_there_it_is_ready(client, beating):
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_a_worker_not_seen_for_half_a_minute_is_told(client, beating, services):
    seen_at = seconds(await services.redis.time()) - 31
    await services.redis.set(f"{PREFIX}one", f"{seen_at} {time.time()}")  # whatever its own clock says
    said, others = await not_ready(client, "worker")
    assert said.startswith("last seen 3")
    assert set(others) == {"database", "migrations", "redis"}


async def test_a_database_of_another_version_is_told(client, beating, services, database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update alembic_version set version_num = '0000'")
    said, others = await not_ready(client, "migrations")
    assert "not at the version" in said
    assert set(others) == {"database", "redis", "worker"}


async def test_a_database_that_is_away_is_told(client, app: Litestar, beating, services):
    away = Database("postgresql://nobody@127.0.0.1:1/none", services.database.live)
    app.state.services = replace(services, database=away)
    said, others = await not_ready(client, "database")
    app.state.services = services
    await away.close()
    assert said
    assert set(others) == {"redis", "worker"}


async def test_a_redis_that_is_away_is_told(client, app: Litestar, beating, services):
    app.state.services = replace(services, redis=ArqRedis(unix_socket_path="/nowhere/redis.sock"))
    said, others = await not_ready(client, "redis")
    app.state.services = services
    assert said
    assert set(others) == {"database", "migrations"}, "nor is a worker seen without it"
