"""Signing in and out, as a browser does it."""

from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import pytest

from domain.accounts.known_browsers import known_as, with_person
from domain.accounts.limits import SIGN_IN, count_sign_in_to
from domain.accounts.tokens import token_hash
from tests.fixtures.cast import ASHA, BEN, PASSWORD, send_csrf, sign_in_as


async def test_a_student_signs_in_with_the_phone_and_sees_the_dashboard_address(client, settings, cast):
    send_csrf(client, settings)
    answer = await client.post("/sign-in", data={"login": "98765 43201", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/student")
    assert ASHA.phone == "+919876543201"


async def test_an_admin_signs_in_with_the_email_in_capitals_and_goes_where_they_wanted(client, settings, cast):
    send_csrf(client, settings)
    form = {"login": BEN.email.upper(), "password": PASSWORD, "next": "/admin/leads?page=2"}
    assert (await client.post("/sign-in", data=form)).headers["location"] == "/admin/leads?page=2"


async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer_and_keep_the_typed_login(
    client, settings, cast
):
    send_csrf(client, settings)
    wrong = await client.post("/sign-in", data={"login": ASHA.email, "password": "wrong"})
    unknown = await client.post("/sign-in", data={"login": "who@example.test", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text == unknown.text.replace("who@example.test", ASHA.email)
    assert ASHA.email in wrong.text


async def test_a_null_byte_in_an_address_or_a_form_breaks_nothing(client, settings, cast):
    send_csrf(client, settings)
    assert (await client.get("/sign-in?next=%00")).status_code == 404
    assert (await client.get("/set-password/a%00b")).status_code == 404
    assert (await client.post("/sign-in", data={"login": "a\0b", "password": "\0"})).status_code == 422


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example.test", "https://evil.example.test", "/\\evil.example.test", "/\tx", "javascript:x", "/sign-out"],
)
async def test_after_signing_in_nobody_is_led_elsewhere(client, settings, cast, elsewhere):
    send_csrf(client, settings)
    form = {"login": ASHA.email, "password": PASSWORD, "next": elsewhere}
    assert (await client.post("/sign-in", data=form)).headers["location"] == "/student"


async def test_signing_in_gives_a_new_token_and_ends_the_one_the_browser_had(app, client, services, cast):
    old = await sign_in_as(client, app, ASHA)
    await client.post("/sign-in", data={"login": BEN.email, "password": PASSWORD})
    assert client.cookies["gurudesk_sign_in"] != old
    async with services.database.work_of(token_hash(old)) as work:
        assert work.identity.role == "anonymous"


async def test_who_is_signed_in_is_not_asked_again(as_admin):
    assert (await as_admin.get("/sign-in")).headers["location"] == "/admin"


@asynccontextmanager
async def visitor(app, settings, address):
    """A browser at a network address of its own."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as browser:
        send_csrf(browser, settings)
        yield browser


async def tries(browser, count, login=ASHA.email, password="wrong"):
    """Try to sign in so often and return the last status."""
    for _number in range(count):
        answer = await browser.post("/sign-in", data={"login": login, "password": password})
    return answer.status_code


async def test_the_wrong_passwords_of_others_keep_nobody_out_who_was_here_before(app, client, settings, cast):
    send_csrf(client, settings)
    assert await tries(client, 1, password=PASSWORD) == 303
    client.cookies.delete("gurudesk_sign_in")
    async with visitor(app, settings, "203.0.113.9") as stranger:
        assert await tries(stranger, 10) == 422
        assert await tries(stranger, 1) == 429, "ten for one account from one address"
        assert await tries(stranger, 1, login=BEN.email) == 422, "another account is another matter"
    async with visitor(app, settings, "203.0.113.10") as elsewhere:
        assert await tries(elsewhere, 1, password=PASSWORD) == 303, "from elsewhere the account is open"
    async with visitor(app, settings, "203.0.113.9") as known:
        known.cookies.set("gurudesk_known", client.cookies["gurudesk_known"])
        assert await tries(known, 1, password=PASSWORD) == 303, "a browser that is known counts for itself"
        assert await tries(known, 9) == 422
        assert await tries(known, 1) == 429


async def test_an_account_tried_from_everywhere_stays_open_for_the_browsers_it_knows(
    app, client, settings, services, cast
):
    send_csrf(client, settings)
    assert await tries(client, 1, password=PASSWORD) == 303
    for number in range(SIGN_IN.per_account - 1):
        await count_sign_in_to(services.limiter, ASHA.email, address=f"198.51.100.{number}", browser="")
    async with visitor(app, settings, "203.0.113.9") as new:
        assert await tries(new, 1, password=PASSWORD) == 429
        new.cookies.set("gurudesk_known", client.cookies["gurudesk_known"])
        assert await tries(new, 1, password=PASSWORD) == 303


def test_a_browser_is_known_for_its_own_people_alone():
    kept = with_person(b"secret", with_person(b"secret", "", ASHA.id), BEN.id)
    assert known_as(b"secret", kept, ASHA.id)
    assert known_as(b"secret", kept, BEN.id)
    assert known_as(b"secret", kept, ASHA.id) != known_as(b"secret", kept, BEN.id)
    assert with_person(b"secret", kept, ASHA.id) == kept
    assert not known_as(b"another", kept, ASHA.id)
    assert not known_as(b"secret", kept, UUID(int=99))
    assert not known_as(b"secret", "", ASHA.id)
