"""Signing in and out, as a browser does it."""

import pytest

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
