"""Integrations, as admins see them: how each provider does, what is set, what was said, and a way to try it."""

import pytest
from pydantic import SecretStr

from adapters.provider_settings import PROVIDERS, SANDBOX_VALUES
from domain.work import SYSTEM
from tests.fixtures.cast import BEN

OPEN = (
    "update provider_traffic set failures = 6, opened_until = now() + interval '1 minute' where provider = 'sendgrid'"
)


async def run(services, statement, **values):
    async with services.database.work(SYSTEM) as work:
        return await work.rows(statement, **values)


async def test_every_provider_is_listed_with_its_mode(as_admin):
    page = (await as_admin.get("/admin/integrations")).text
    for provider in PROVIDERS.values():
        assert provider.title in page
    assert page.count("Not asked yet") == len(PROVIDERS)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_settings_are_named_and_their_values_never_shown(as_owner, provider):
    page = (await as_owner.get(f"/admin/integrations/{provider}")).text
    for name in PROVIDERS[provider].needs:
        assert name in page
    for value in SANDBOX_VALUES.values():
        assert value not in page
    assert f"/webhooks/{provider}" in page


async def test_an_outage_is_shown_and_closed_by_hand_once(as_admin, services):
    assert (await as_admin.post("/admin/integrations/sendgrid/breaker/closing")).status_code == 409
    await run(services, OPEN)
    assert "Does not answer" in (await as_admin.get("/admin/integrations")).text
    assert "Close now" in (await as_admin.get("/admin/integrations/sendgrid")).text
    assert (await as_admin.post("/admin/integrations/sendgrid/breaker/closing")).status_code == 303
    assert "Close now" not in (await as_admin.get("/admin/integrations/sendgrid")).text
    actions = await run(services, "select action, actor_id, subject_label from audit_logs")
    assert [tuple(row) for row in actions] == [("integration.breaker_closed", BEN.id, "SendGrid")]


async def test_a_key_that_was_revoked_is_not_shown_as_an_answer(as_admin, services):
    await run(
        services,
        "update provider_traffic set last_success_at = now() - interval '1 minute', last_failure_at = now(),"
        " last_error = '401' where provider = 'zoom'",
    )
    assert "Turns us away" in (await as_admin.get("/admin/integrations")).text
    page = (await as_admin.get("/admin/integrations/zoom")).text
    assert "turns us away (401)" in page
    assert "Close now" not in page


async def test_a_wrong_number_says_so_beside_its_field_and_is_kept(as_admin, services):
    answer = await as_admin.post("/admin/integrations/bolna/tests", data={"to": "12"})
    assert answer.status_code == 422
    assert "This is no telephone number." in answer.text
    assert 'value="12"' in answer.text
    assert await run(services, "select 1 from provider_tests") == []


async def test_a_test_is_planned_with_what_was_typed_and_recorded(as_admin, services):
    typed = {"to": "98765 43202", "campaign": "announcement", "params": "Ben\r\nGurudesk\r\nhello"}
    assert (await as_admin.post("/admin/integrations/aisensy/tests", data=typed)).status_code == 303
    (step,) = await run(services, "select payload from automation_steps where kind = 'try_provider'")
    wanted = {"to": "+919876543202", "campaign": "announcement", "params": ["Ben", "Gurudesk", "hello"]}
    assert step.payload == wanted
    assert [row.action for row in await run(services, "select action from audit_logs")] == ["integration.tested"]
    assert "Waiting" in (await as_admin.get("/admin/integrations/aisensy")).text


async def test_the_secret_address_is_shown_to_a_super_admin_who_asks_and_to_nobody_else(as_owner, as_admin, services):
    token = SANDBOX_VALUES["BOLNA_WEBHOOK_TOKEN"]
    path = "/admin/integrations/bolna/webhook-address"
    assert (await as_admin.post(path)).status_code == 403
    shown = await as_owner.post(path)
    assert f"/webhooks/bolna/{token}" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    inbound = await as_owner.post("/admin/integrations/sendgrid/webhook-address")
    assert "/webhooks/sendgrid/inbound/" in inbound.text
    assert (await as_owner.post("/admin/integrations/zoom/webhook-address")).status_code == 404
    actions = await run(services, "select action from audit_logs")
    assert [row.action for row in actions] == ["integration.webhook_address_shown"] * 2


REQUEST = """
insert into provider_requests (provider, at, method, path, outcome, status, duration_ms, request_headers, request_body)
values (%(provider)s, now() - make_interval(secs => %(age)s), 'POST', %(path)s, %(outcome)s, 200, 12,
  '{"authorization": "•••"}', '{"to": "<b>"}') returning id
"""


async def test_requests_are_listed_newest_first_and_filtered(as_admin, services):
    for age in range(25):
        values = {"provider": "zoom", "age": age, "path": f"/v2/n{age:02}/"}
        await run(services, REQUEST, **values, outcome="failed" if age == 24 else "answered")
    await run(services, REQUEST, provider="bolna", age=0, path="/call", outcome="answered")
    first = (await as_admin.get("/admin/integrations/zoom/requests")).text
    assert "/v2/n00/" in first
    assert "/v2/n20/" not in first
    assert "/call" not in first
    assert "/v2/n24/" in (await as_admin.get("/admin/integrations/zoom/requests?page=2")).text
    failed = (await as_admin.get("/admin/integrations/zoom/requests?outcome=failed&q=N24")).text
    assert "/v2/n24/" in failed
    assert "/v2/n23/" not in failed
    nothing = (await as_admin.get("/admin/integrations/zoom/requests?outcome=silent&q=%27%3B--")).text
    assert "/v2/n" not in nothing


async def test_one_request_is_shown_whole_and_escaped_and_belongs_to_its_provider(as_admin, services):
    (row,) = await run(services, REQUEST, provider="zoom", age=0, path="/v2/x", outcome="answered")
    page = (await as_admin.get(f"/admin/integrations/zoom/requests/{row.id}")).text
    assert "&lt;b&gt;" in page
    assert "authorization" in page
    assert (await as_admin.get(f"/admin/integrations/bolna/requests/{row.id}")).status_code == 404
    assert (await as_admin.get("/admin/integrations/twilio")).status_code == 404
    assert (await as_admin.get("/admin/integrations/twilio/requests")).status_code == 404


class TestALiveProviderThatLacksSomething:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"zoom_mode": "live", "zoom_client_secret": SecretStr("real")})

    async def test_is_off_alone_and_says_which_setting_is_missing(self, as_admin):
        page = (await as_admin.get("/admin/integrations/zoom")).text
        assert "Zoom is off" in page
        assert "ZOOM_ACCOUNT_ID" in page
        index = (await as_admin.get("/admin/integrations")).text
        assert "Zoom is live, but lacks ZOOM_ACCOUNT_ID and ZOOM_CLIENT_ID and ZOOM_WEBHOOK_SECRET_TOKEN." in index
