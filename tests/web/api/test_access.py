"""Every route of the API × token, read from the route table itself, and what surrounds every answer."""

import pytest

from domain.accounts.scopes import scope_names
from tests.fixtures.api import plant_token, program, token_of
from tests.fixtures.cast import ASHA, BEN
from tests.fixtures.services import make_settings
from tests.fixtures.web import held_open
from tests.web.route_table import route_table
from web.app import create_app

REFERENCE = {"/api/docs", "/api/openapi.json"}  # they describe it, and hold nobody's data


@pytest.fixture
def table(app):
    return sorted((entry for entry in route_table(app) if entry.path.startswith("/api")), key=str)


async def ask(client, entry):
    return await client.request(entry.method, entry.path, json={} if entry.method == "POST" else None)


def error_of(answer):
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "fields", "reference"}
    return error


def test_every_route_under_api_takes_tokens_and_names_a_scope_there_is(table):
    assert {entry.path for entry in table if entry.audience != "api"} == REFERENCE
    scopes = {entry.scope for entry in table if entry.audience == "api" and entry.path != "/api/me"}
    assert scopes == set(scope_names())


async def test_no_route_answers_without_a_token_or_to_a_cookie(table, client, as_owner):
    for entry in table:
        if entry.audience == "api":
            for browser in (client, as_owner):
                answer = await ask(browser, entry)
                assert (answer.status_code, error_of(answer)["code"]) == (401, "token_missing"), entry
                assert answer.headers["www-authenticate"].startswith("Bearer"), entry
                assert "set-cookie" not in answer.headers, entry


async def test_no_route_answers_a_revoked_token(table, app, cast, services):
    token, token_id = await token_of(app, BEN)
    async with services.database.work(BEN.identity) as work:
        await work.run("update api_tokens set revoked_at = now() where id = %(id)s", id=token_id)
    async with program(app, token) as client:
        for entry in table:
            if entry.audience == "api":
                answer = await ask(client, entry)
                assert answer.status_code in (401, 429), entry  # refused too often, in the end
                assert error_of(answer)["code"] in ("token_revoked", "too_many_requests"), entry


async def test_no_route_answers_a_student(table, app, cast):
    async with program(app, await plant_token(app, ASHA)) as client:
        for entry in table:
            if entry.audience == "api":
                answer = await ask(client, entry)
                assert (answer.status_code, error_of(answer)["code"]) == (403, "not_allowed"), entry


async def test_every_route_names_the_scope_it_misses(table, app, cast):
    for entry in table:
        if entry.audience == "api" and entry.scope:
            others = set(scope_names()) - {entry.scope}
            token, _token_id = await token_of(app, BEN, others)
            async with program(app, token) as client:
                answer = await ask(client, entry)
            assert (answer.status_code, error_of(answer)["code"]) == (403, "missing_scope"), entry
            assert entry.scope in error_of(answer)["message"], entry


async def test_every_route_answers_the_right_token(table, app, cast):
    for entry in table:
        if entry.audience == "api":
            token, _token_id = await token_of(app, BEN, [entry.scope] if entry.scope else None)
            async with program(app, token) as client:
                answer = await ask(client, entry)
            assert answer.status_code in (200, 400, 404, 409, 422), entry  # 400: that is no file
            if answer.status_code >= 400:
                error_of(answer)


async def test_a_token_opens_no_page(app, cast):
    token, _token_id = await token_of(app, BEN)
    async with program(app, token) as client:
        assert (await client.get("/admin")).headers["location"].startswith("/sign-in")
        assert (await client.post("/admin/tokens", data={})).status_code == 403


async def test_no_other_site_may_read_an_answer(api):
    for method in ("GET", "OPTIONS"):
        answer = await api.request(method, "/api/me", headers={"Origin": "https://elsewhere.example"})
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/api/leads/nothing", "/api/schema", "/api/leads/1/x"])
async def test_an_address_that_is_not_listed_does_not_exist(path, api):
    answer = await api.get(path)
    assert answer.status_code == 404
    assert path == "/api" or error_of(answer)["code"] == "not_found"


async def test_a_method_that_an_address_does_not_take_is_named_so(api):
    answer = await api.delete("/api/leads")
    assert (answer.status_code, error_of(answer)["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


async def test_answers_are_kept_by_nobody_and_say_what_is_left(api):
    first, second = await api.get("/api/me"), await api.get("/api/me")
    assert first.headers["cache-control"] == "no-store"
    left = [int(answer.headers["ratelimit-remaining"]) for answer in (first, second)]
    assert left[0] - left[1] == 1


@pytest.fixture
async def hurried(database_url, redis_address, tmp_path, cast):
    app = create_app(make_settings(database_url, redis_address, tmp_path, api_per_minute=2))
    async with held_open(app):
        yield app


async def test_who_asks_too_often_is_told_how_long_to_wait_and_others_are_not(hurried):
    token, _token_id = await token_of(hurried, BEN)
    other, _other_id = await token_of(hurried, BEN)
    async with program(hurried, token) as client:
        answers = [await client.get("/api/me") for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
    assert error_of(answers[2])["code"] == "too_many_requests"
    async with program(hurried, other) as client:
        assert (await client.get("/api/me")).status_code == 200


async def test_guessing_tokens_is_slowed_down(app, cast):
    statuses = []
    for number in range(32):
        async with program(app, f"gd_guess_{number}") as client:
            statuses.append((await client.get("/api/me")).status_code)
    assert statuses == [401] * 30 + [429] * 2


async def test_an_unforeseen_error_leaves_a_reference_and_nothing_else(api, app, services):
    async with services.database.work(BEN.identity) as work:
        await work.run("update people set name = 'Ben' where id = %(id)s", id=BEN.id)
    app.state.services = None  # whatever is asked of it now fails
    answer = await api.get("/api/me")
    app.state.services = services
    assert answer.status_code == 500
    assert error_of(answer)["code"] == "unexpected"
    assert len(error_of(answer)["reference"]) == 8
    assert "NoneType" not in answer.text


async def test_a_body_beyond_the_limit_is_refused(api):
    answer = await api.post("/api/leads", json={"notes": "a" * 400_000})
    assert (answer.status_code, error_of(answer)["code"]) == (413, "too_large")


async def test_a_file_is_not_read_from_who_may_not_send_one(app, cast):
    taken = 0

    async def pieces():
        nonlocal taken
        for _piece in range(50):
            taken += 1
            yield b"a" * 100_000

    token, _token_id = await token_of(app, BEN, ["leads:read"])
    async with program(app, token) as client:
        headers = {"content-type": "multipart/form-data; boundary=b"}
        answer = await client.post("/api/imports", content=pieces(), headers=headers)
    assert (answer.status_code, taken) == (403, 0)
