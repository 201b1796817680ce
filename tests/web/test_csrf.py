"""Requests that change something and that no page of ours has made are refused."""

import pytest

from domain.accounts.sign_ins import Browser, open_sign_in
from domain.work import SYSTEM
from tests.fixtures.cast import BEN, sign_in_as
from web.csrf import token_for

CHANGE = "/admin/settings/pause"


async def paused(services):
    async with services.database.work(SYSTEM) as work:
        return await work.value("select value from business_settings where key = 'sending_paused'")


async def refused(client, services, **options):
    client.event_hooks["request"] = []
    answer = await client.post(CHANGE, **options)
    assert answer.status_code == 403
    return await paused(services) is False


@pytest.fixture
def token(as_admin, settings):
    return token_for(settings, "tests-visitor", as_admin.cookies["gurudesk_sign_in"])


async def test_with_the_token_in_the_form_it_goes_through(as_admin, services, token):
    as_admin.event_hooks["request"] = []
    assert (await as_admin.post(CHANGE, data={"_csrf_token": token})).status_code == 303
    assert await paused(services) is True


async def test_the_page_itself_carries_the_token_that_fits(as_admin, services, token):
    assert f'name="_csrf_token" value="{token}"' in (await as_admin.get("/admin/settings")).text


async def test_without_a_token_nothing_happens(as_admin, services):
    assert await refused(as_admin, services)


async def test_with_a_made_up_token_nothing_happens(as_admin, services):
    assert await refused(as_admin, services, data={"_csrf_token": "0" * 64})
    assert await refused(as_admin, services, data={"_csrf_token": "é"})


async def test_with_the_token_of_another_sign_in_nothing_happens(as_admin, services, settings):
    async with services.database.work(SYSTEM) as work:
        other = await open_sign_in(work, BEN.id, Browser())
    assert await refused(as_admin, services, data={"_csrf_token": token_for(settings, "tests-visitor", other)})


async def test_with_the_token_from_before_signing_in_nothing_happens(as_admin, services, settings):
    assert await refused(as_admin, services, data={"_csrf_token": token_for(settings, "tests-visitor", "")})


async def test_without_the_visitor_cookie_a_token_is_worth_nothing(as_admin, services, settings):
    token = token_for(settings, "", as_admin.cookies["gurudesk_sign_in"])
    as_admin.cookies.delete("gurudesk_visitor")
    assert await refused(as_admin, services, data={"_csrf_token": token})


@pytest.mark.parametrize("origin", ["https://evil.example.test", "null", "http://127.0.0.1:9999"])
async def test_from_another_origin_nothing_happens_even_with_the_token(as_admin, services, token, origin):
    assert await refused(as_admin, services, data={"_csrf_token": token}, headers={"origin": origin})


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_the_browser_says_comes_from_another_site_is_refused(as_admin, services, token, site):
    assert await refused(as_admin, services, data={"_csrf_token": token}, headers={"sec-fetch-site": site})


async def test_reading_needs_no_token(app, client, cast):
    await sign_in_as(client, app, BEN)
    client.event_hooks["request"] = []
    answer = await client.get("/admin/settings", headers={"origin": "https://evil.example.test"})
    assert answer.status_code == 200
