"""The token: shared by processes, fetched by one at a time, renewed early, dropped when it is turned away."""

import asyncio
import time
from contextlib import asynccontextmanager

import httpx
from redis.asyncio import Redis

from adapters.zoom import client_for
from adapters.zoom.tokens import App, Token, ZoomTokens
from domain.ports import Unavailable
from tests.adapters.zoom.conftest import Answer, settings_for


def app(port, secret="very-secret"):
    return App(f"http://127.0.0.1:{port}/oauth/token", "account", "client", secret)


@asynccontextmanager
async def processes(provider, redis_address, count=1, secret="very-secret"):
    """Give the tokens of several processes, each with its own connections."""
    redis = [Redis.from_url(redis_address) for _ in range(count)]
    async with client_for(settings_for(provider.port)) as client:
        yield [ZoomTokens(client, app(provider.port, secret), one) for one in redis]
    for one in redis:
        await one.aclose()


async def test_many_processes_that_ask_at_once_fetch_one_token(provider, redis_address):
    provider.slow = 0.2
    async with processes(provider, redis_address, 4) as all_tokens:
        found = await asyncio.gather(*(tokens.get() for tokens in all_tokens for _ in range(5)))
    assert {token.value for token in found} == {"token-1"}
    assert provider.tokens == 1


async def test_a_process_that_comes_later_takes_the_token_that_is_there(provider, redis_address):
    async with processes(provider, redis_address, 2) as (first, second):
        assert (await first.get()).value == "token-1"
        assert (await second.get()).value == "token-1"
    assert provider.tokens == 1


async def test_redis_holds_nothing_that_can_be_read_without_the_secret(provider, redis_address):
    async with processes(provider, redis_address) as (tokens,):
        await tokens.get()
    async with processes(provider, redis_address, secret="another") as (other,):
        assert (await other.get()).value == "token-2"
    async with Redis.from_url(redis_address) as redis:
        kept = {key: await redis.get(key) for key in await redis.keys("gurudesk:zoom:*")}
    assert kept
    assert b"token-" not in b"".join(kept.values())


async def test_a_token_is_renewed_before_it_lapses_and_used_on_when_that_fails(provider, redis_address):
    provider.token = Answer(200, {"access_token": "short", "expires_in": 200})
    async with processes(provider, redis_address) as (tokens,):
        assert (await tokens.get()).value == "short"
        provider.token = Answer(503)
        assert (await tokens.get()).value == "short"
        provider.token = None
        assert (await tokens.get()).value.startswith("token-")


async def test_who_holds_the_lock_and_died_does_not_hold_others_up_for_ever(provider, redis_address):
    async with processes(provider, redis_address, 2) as (first, second):
        assert (await first.get()).value == "token-1"
        async with Redis.from_url(redis_address) as redis:
            (key,) = await redis.keys("gurudesk:zoom:*")
            await redis.delete(key)
            await redis.set(key + b":lock", "who died", px=300)
        assert (await second.get()).value == "token-2"


async def test_without_redis_each_process_has_a_token_all_the_same(provider, caplog):
    away = Redis(host="127.0.0.1", port=9, socket_connect_timeout=0.2)
    async with client_for(settings_for(provider.port)) as client:
        tokens = ZoomTokens(client, app(provider.port), away)
        assert (await tokens.get()).value == "token-1"
        assert (await tokens.get()).value == "token-1"
    await away.aclose()
    assert "not shared" in caplog.text
    assert "token-1" not in caplog.text


async def test_a_dropped_token_is_not_given_again_by_anybody_who_saw_it_fail(provider, redis_address):
    async with processes(provider, redis_address, 2) as (first, second):
        bad = await first.get()
        assert await second.get() == bad
        first.drop(bad)
        assert (await first.get()).value == "token-2"
        second.drop(bad)
        assert (await second.get()).value == "token-2"
    assert provider.tokens == 2


async def test_a_refused_app_is_told_what_to_mend_and_its_secret_is_not(provider, caplog):
    async with client_for(settings_for(provider.port)) as client:
        tokens = ZoomTokens(client, app(provider.port), None)
        for status in (400, 401):
            provider.token = Answer(status, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"})
            refused = await tokens.get()
            assert isinstance(refused, Unavailable)
            assert "ZOOM_CLIENT_SECRET" in refused.reason
            assert refused.retry_after == 300
        for answer in (Answer(200, b"<html>"), Answer(200, {}), Answer(404), Answer(503), Answer(429)):
            provider.token = answer
            assert isinstance(await tokens.get(), Unavailable)
    assert "very-secret" not in caplog.text + repr(app(1)) + repr(refused)


async def test_an_unreachable_zoom_gives_no_token():
    async with httpx.AsyncClient(trust_env=False) as client:
        assert isinstance(await ZoomTokens(client, app(9), None).get(), Unavailable)


def test_a_token_does_not_show_itself():
    assert "abc" not in repr(Token("abc", time.time()))
