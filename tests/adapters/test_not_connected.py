"""A provider that is off lets everything else start, sends nothing anywhere, and says which setting is missing."""

from uuid import uuid4

import pytest
from pydantic import SecretStr

from adapters.bootstrap import open_services
from adapters.provider_settings import PROVIDERS, SANDBOX_VALUES
from domain.ports import CannotTell, Email, Unavailable
from domain.ports.meetings import DownloadFailed
from domain.ports.payments import PaymentRequest
from domain.ports.voice import Call
from domain.ports.whatsapp import WhatsAppMessage


def email():
    return Email(uuid4(), [], "a@example.com", "A", "Hello", "Hello", "Hello")


async def test_production_before_it_is_live_sends_nothing_and_says_what_to_set(settings):
    async with open_services(settings.model_copy(update={"environment": "production"})) as services:
        outcomes = {
            "SENDGRID": await services.email.send(email()),
            "AISENSY": await services.whatsapp.send(WhatsAppMessage(uuid4(), "c", "+919812345678", "A")),
            "BOLNA": await services.voice.call(Call(uuid4(), "+919812345678", {})),
            "INSTAMOJO": await services.payments.create(PaymentRequest("r", "Fee", 900)),
            "ZOOM": await services.meetings.delete("1"),
        }
        assert isinstance(await services.payments.refunds(), CannotTell)
        with pytest.raises(DownloadFailed):
            [chunk async for chunk in services.meetings.download("https://zoom.us/rec")]
    for name, outcome in outcomes.items():
        assert isinstance(outcome, Unavailable)
        assert f"GURUDESK_{name}_MODE=live" in outcome.reason


async def test_a_live_provider_without_its_credentials_is_off_alone(settings):
    live = settings.model_copy(update={"aisensy_mode": "live", "aisensy_api_key": SecretStr("real")})
    async with open_services(live) as services:
        outcome = await services.whatsapp.send(WhatsAppMessage(uuid4(), "c", "+919812345678", "A"))
        assert isinstance(outcome, Unavailable)
        assert "AISENSY_WEBHOOK_SECRET" in outcome.reason
        assert "AISENSY_API_KEY" not in outcome.reason
        assert outcome.is_account  # so what is for it waits, and no attempts are used up
        assert type(services.email).__name__ == "SendGridEmailSender"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_everybody_can_read_is_no_credential_of_a_live_provider(settings, provider):
    needs = PROVIDERS[provider].needs
    typed = {name.lower(): SANDBOX_VALUES[name] for name in needs}
    live = settings.model_copy(update={f"{provider}_mode": "live", **typed})
    assert live.missing(provider) == list(needs)
    assert [live.credential(name, provider) for name in needs] == [""] * len(needs)
    assert all(name in live.off_because(provider) for name in needs)


async def test_development_sends_to_the_sandbox(settings):
    async with open_services(settings) as services:
        names = [type(port).__name__ for port in (services.email, services.whatsapp, services.voice)]
        names += [type(port).__name__ for port in (services.payments, services.meetings)]
    assert not [name for name in names if name.startswith("No")]


def test_the_sandbox_runs_while_it_speaks_for_anybody(settings):
    assert settings.model_copy(update={"sendgrid_mode": "live"}).has_sandbox
    assert not settings.model_copy(update={"use_real_external_apis": True}).has_sandbox
    assert not settings.model_copy(update={"environment": "production"}).has_sandbox
