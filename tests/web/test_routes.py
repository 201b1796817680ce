"""Every route × role, read from the route table itself: a route nobody thought about cannot hide."""

import pytest

from tests.fixtures.cast import ASHA, BEN, DEVIKA, send_csrf, sign_in_as
from tests.web.route_table import route_table
from web.work import MAY_ENTER

# They check for themselves: a signature, a sign-in, or nothing to protect; and a token, in tests/web/api/test_access.py.
OUTSIDE = {"provider", "infrastructure", "api"}
PREFIXES = {"signed_in": "/account/", "student": "/student/", "admin": "/admin/", "super_admin": "/admin/"}


@pytest.fixture
def table(app):
    return sorted(route_table(app), key=str)


async def ask(client, entry):
    return await client.request(entry.method, entry.path, data={} if entry.method != "GET" else None)


def test_every_route_says_for_whom_it_is_and_lies_where_that_audience_looks(table):
    for entry in table:
        assert entry.audience in MAY_ENTER.keys() | OUTSIDE, entry
        if entry.audience in PREFIXES:
            assert f"{entry.path}/".startswith(PREFIXES[entry.audience]), entry
        else:
            assert not f"{entry.path}/".startswith(tuple(PREFIXES.values())), entry


async def test_nobody_signed_in_is_asked_to_sign_in_wherever_it_is_not_public(table, client, settings, cast):
    send_csrf(client, settings)
    for entry in table:
        if entry.audience in PREFIXES:
            answer = await ask(client, entry)
            if entry.is_page:
                assert answer.status_code == 303, entry
                assert answer.headers["location"].startswith("/sign-in"), entry
            else:
                assert answer.status_code == 401, entry


@pytest.mark.parametrize("actor", [ASHA, BEN, DEVIKA], ids=lambda actor: actor.role)
async def test_whoever_is_signed_in_enters_their_own_places_and_no_other(actor, table, app, client, cast):
    ended = True
    for entry in table:
        if entry.audience in OUTSIDE:
            continue
        if ended:
            await sign_in_as(client, app, actor)
        answer = await ask(client, entry)
        ended = entry.method != "GET"  # some routes end sign-ins
        if actor.role in MAY_ENTER[entry.audience]:
            assert answer.status_code not in (401, 403), entry
            assert answer.status_code < 500, (entry, answer.text[-500:])
            assert not answer.headers.get("location", "").startswith("/sign-in?"), entry
        else:
            assert answer.status_code == 403, entry


async def test_what_providers_may_post_is_refused_without_their_signature(table, client, cast):
    for entry in table:
        # A GET changes nothing: AiSensy asks one before it keeps our address.
        if entry.audience == "provider" and entry.method != "GET":
            assert 400 <= (await ask(client, entry)).status_code < 500, entry


@pytest.mark.parametrize("path", ["/admin/nothing", "/nothing", "/api/schema", "/admin/team/nothing", "/docs", "/.env"])
async def test_an_address_that_is_not_listed_does_not_exist(path, as_owner):
    assert (await as_owner.get(path)).status_code == 404


async def test_after_a_temporary_password_only_its_change_and_signing_out_are_open(table, app, services, client, cast):
    async with services.database.work(ASHA.identity) as work:
        await work.run("update profiles set must_change_password = true where person_id = %(id)s", id=ASHA.id)
    ended = True
    for entry in table:
        if entry.audience in ("signed_in", "student"):
            if ended:
                await sign_in_as(client, app, ASHA)
            answer = await ask(client, entry)
            ended = entry.method != "GET"
            if entry.path == "/account/password":
                assert answer.status_code in (200, 422), entry
            else:
                assert answer.headers.get("location") == "/account/password", entry
