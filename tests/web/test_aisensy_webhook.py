"""AiSensy's webhook beyond its signature: the address is asked for when it is saved, and may hold the secret itself."""

import pytest
from pydantic import SecretStr

from adapters.aisensy.signature import sign
from adapters.provider_settings import SANDBOX_VALUES
from domain.work import SYSTEM
from tests.fixtures.house import until
from tests.web.test_webhooks import BODY, kept, turned_away

SECRET, TOKEN = SANDBOX_VALUES["AISENSY_WEBHOOK_SECRET"], SANDBOX_VALUES["AISENSY_WEBHOOK_TOKEN"]
PATH = "/webhooks/aisensy"
WITH_TOKEN = f"{PATH}/{TOKEN}"


def handshake(token, challenge="1158201444", mode="subscribe"):
    return {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge}


@pytest.mark.parametrize("path", [PATH, WITH_TOKEN])
async def test_the_address_answers_when_it_is_asked_for(client, path):
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("token", [SECRET, TOKEN])
async def test_a_handshake_gets_its_challenge_back_as_text(client, token):
    answer = await client.get(PATH, params=handshake(token))
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (handshake("guess"), 403),
        (handshake(""), 403),
        (handshake(SECRET, mode="unsubscribe"), 403),
        (handshake(SECRET, challenge="9" * 10_000), 400),
    ],
)
async def test_a_handshake_of_a_stranger_gets_nothing_back(client, services, asked, status):
    answer = await client.get(PATH, params=asked)
    assert (answer.status_code, answer.text) == (status, "")
    assert len(await turned_away(services)) == 1


async def test_what_is_not_signed_counts_by_the_secret_address_alone(client, services):
    assert (await client.post(PATH, content=BODY)).status_code == 401
    assert (await client.post(f"{PATH}/guess", content=BODY)).status_code == 401
    assert (await client.get(f"{PATH}/guess")).status_code == 401
    assert await kept(services) == []
    assert (await client.post(WITH_TOKEN, content=BODY)).status_code == 200
    assert await kept(services) == [("aisensy", "message", "")]


async def test_a_wrong_signature_counts_for_nothing_even_at_the_secret_address(client, services):
    for signature, status in (("0" * 64, 401), (sign(SECRET, BODY), 200)):
        answer = await client.post(WITH_TOKEN, content=BODY, headers={"X-AiSensy-Signature": signature})
        assert answer.status_code == status
    assert await turned_away(services) == [("aisensy", "unsigned", 1)]


class TestALiveAccount:
    @pytest.fixture
    def changes(self):
        return {}

    @pytest.fixture
    def settings(self, settings, changes):
        own = {"aisensy_mode": "live", "aisensy_api_key": SecretStr("real")}
        return settings.model_copy(update=own | changes)

    @pytest.mark.parametrize("changes", [{"aisensy_webhook_secret": SecretStr("whsec_of_our_own")}])
    async def test_without_a_token_takes_nothing_unsigned(self, client, services):
        assert (await client.post(WITH_TOKEN, content=BODY)).status_code == 401
        assert (await client.get(PATH, params=handshake(""))).status_code == 403
        assert await kept(services) == []

    @pytest.mark.parametrize("changes", [{"aisensy_webhook_token": SecretStr("an-address-of-our-own-1")}])
    async def test_is_on_with_a_token_instead_of_a_secret(self, as_owner, services, settings):
        assert settings.off_because("aisensy") == ""
        assert (await as_owner.post(f"{PATH}/an-address-of-our-own-1", content=BODY)).status_code == 200
        assert len(await kept(services)) == 1
        page = (await as_owner.get("/admin/integrations/aisensy")).text
        assert f"{PATH}/•••" in page
        assert "an-address-of-our-own-1" not in page
        shown = await as_owner.post("/admin/integrations/aisensy/webhook-address")
        assert f"{PATH}/an-address-of-our-own-1" in shown.text

    async def test_with_neither_is_off_and_says_what_is_missing(self, settings):
        assert "AISENSY_WEBHOOK_SECRET" in settings.off_because("aisensy")


@pytest.mark.parametrize("shape", ["project", "cloud"])
async def test_the_account_takes_our_address_and_its_customers_are_heard_unsigned(house, shape):
    form = {"has_plan": "on", "has_credits": "on", "is_verified": "on", "webhook_shape": shape}
    form["webhook_url"] = f"{house.settings.base_url}{WITH_TOKEN}"
    saved = await house.sandbox.post("/phone/account", data=form)
    assert saved.headers["Location"].endswith("done=saved")
    refused = await house.sandbox.post("/phone/account", data=form | {"webhook_url": form["webhook_url"] + "x"})
    assert refused.headers["Location"].endswith("done=unanswered")
    wrote = await house.sandbox.post("/phone.json", json={"number": "919812300555", "text": "Hello", "name": "Asha"})
    wrote.raise_for_status()
    await until(lambda: _written(house))


async def _written(house):
    await house.run_due()
    async with house.database.work(SYSTEM) as work:
        return await work.rows("select 1 from crm_messages where body = 'Hello'")
