"""Production without SendGrid sends nothing anywhere, and says why."""

from uuid import uuid4

from adapters.bootstrap import open_services
from domain.ports import Email, Unavailable


async def test_production_before_it_is_live_sends_nothing_and_says_what_to_set(settings):
    async with open_services(settings.model_copy(update={"environment": "production"})) as services:
        outcome = await services.email.send(Email(uuid4(), [], "a@example.com", "A", "Hello", "Hello", "Hello"))
    assert isinstance(outcome, Unavailable)
    assert "GURUDESK_SENDGRID_MODE=live" in outcome.reason


async def test_development_sends_to_the_sandbox(settings):
    async with open_services(settings) as services:
        assert type(services.email).__name__ == "SendGridEmailSender"
