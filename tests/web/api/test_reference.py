"""The description of the API: for programs, and for people."""

import re

import pytest

from adapters.settings import ROOT
from tests.web.route_table import route_table

TEMPLATED = re.compile(r"\{(\w+)(:\w+)?\}")


@pytest.fixture
async def described(client):
    return (await client.get("/api/openapi.json")).json()


async def test_it_describes_every_route_and_nothing_else(described, app):
    routes = {(entry.method.lower(), entry.template) for entry in route_table(app) if entry.audience == "api"}
    paths = {(method, path) for path, item in described["paths"].items() for method in item}
    assert paths == {(method, TEMPLATED.sub(r"{\1}", path)) for method, path in routes}
    assert described["openapi"].startswith("3.1")


async def test_every_call_says_its_scope_its_refusals_and_how_to_sign_in(described):
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, item in described["paths"].items():
        for method, call in item.items():
            scopes = call["security"][0]["token"]
            assert all(f"`{scope}`" in call["description"] for scope in scopes), path
            assert scopes or path == "/api/me"
            for status in ("401", "403", "422", "429", "500"):
                shape = call["responses"][status]["content"]["application/json"]["schema"]
                assert shape == {"$ref": "#/components/schemas/ErrorBody"}, path
            if method == "post":
                assert "Idempotency-Key" in [one["name"] for one in call["parameters"]], path


async def test_people_read_every_call_with_a_line_to_try(client, described):
    page = await client.get("/api/docs")
    assert page.status_code == 200
    calls = sum(len(item) for item in described["paths"].values())
    assert page.text.count('<details class="panel" id=') == calls
    assert page.text.count("curl") > calls
    assert "<script>" not in page.text
    assert "leads:write" in page.text


async def test_what_people_read_names_the_limit_that_holds(client, settings):
    assert f"ask {settings.api_per_minute} times a minute" in (await client.get("/api/docs")).text


async def test_the_guide_names_addresses_and_scopes_that_are_there(described):
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    paths = {re.sub(r"\{.*?\}", "{id}", path) for path in described["paths"]} | {"/api/docs", "/api/openapi.json"}
    named = set(re.findall(r"(?:GURUDESK|[ `])(/api/[a-z/.-]*[a-z](?:/\{id\})?)", guide))
    assert named
    assert named <= paths
    results = {"EmailResult", "WhatsAppResult", "CallResult", "PaymentLink"}
    fields = {name for shape in results for name in described["components"]["schemas"][shape]["properties"]}
    told = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"\| `(success.*?)`", guide))))
    assert fields <= told
