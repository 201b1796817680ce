"""The headers and cookies of every answer."""

import httpx
import pytest

from adapters.settings import Settings
from tests.fixtures.cast import ASHA, PASSWORD, send_csrf
from tests.fixtures.services import make_settings
from tests.fixtures.web import held_open
from web.app import create_app

EXPECTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
ADDRESSES = ["/sign-in", "/admin", "/nothing", "/health/live", "/live", "/static/x/css/app.css", "/webhooks/sendgrid"]


@pytest.fixture
def secure_settings(database_url, redis_address, tmp_path) -> Settings:
    """Settings as in production, behind a proxy that speaks HTTPS."""
    return make_settings(
        database_url, redis_address, tmp_path, environment="production", public_url="https://learn.example.test"
    )


@pytest.fixture
async def secure_client(secure_settings):
    app = create_app(secure_settings)
    async with held_open(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=secure_settings.base_url) as client:
            yield client


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_answer_carries_the_security_headers(address, client):
    headers = (await client.get(address)).headers
    assert EXPECTED.items() <= dict(headers).items()
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]


async def test_pages_are_not_kept_by_anybody_on_the_way(client):
    assert (await client.get("/sign-in")).headers["cache-control"] == "no-store"


async def test_strict_transport_security_is_for_https_alone(client, secure_client):
    assert "strict-transport-security" not in (await client.get("/sign-in")).headers
    assert "max-age=31536000" in (await secure_client.get("/sign-in")).headers["strict-transport-security"]


async def test_over_https_cookies_are_bound_to_this_host_and_out_of_reach_of_scripts(
    secure_client, secure_settings, cast
):
    send_csrf(secure_client, secure_settings)
    answer = await secure_client.post("/sign-in", data={"login": ASHA.email, "password": PASSWORD})
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if "sign_in" in line]
    assert cookie.startswith("__Host-sign_in=")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= attributes
    assert not any(attribute.startswith("domain") for attribute in attributes)


async def test_a_visitor_gets_no_sign_in_before_signing_in(client):
    cookies = (await client.get("/sign-in")).headers.get_list("set-cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["gurudesk_visitor"]
