"""A server that answers as AiSensy would, byte by byte, and remembers what it was asked."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from adapters.aisensy import AiSensyWhatsAppSender, account_of, client_for
from adapters.settings import Settings
from domain.ports.whatsapp import WhatsAppButton, WhatsAppMedia, WhatsAppMessage, WhatsAppText
from tests.adapters.sendgrid.conftest import Provider, provider

__all__ = ["Provider", "provider"]

DELIVERY = UUID("11111111-1111-4111-8111-111111111111")


def settings_for(port: int, **changes: str) -> Settings:
    values = {
        "AISENSY_BASE_URL": f"http://127.0.0.1:{port}",
        "AISENSY_API_KEY": "eyJ.very-secret.key",
        "AISENSY_PROJECT_PASSWORD": "very-secret-password",
    }
    return Settings(_env_file=None, **(values | changes))


@pytest_asyncio.fixture
async def sender(provider: Provider) -> AsyncIterator[AiSensyWhatsAppSender]:
    settings = settings_for(provider.port)
    client: httpx.AsyncClient = client_for(settings)
    async with client:
        yield AiSensyWhatsAppSender(client, account_of(settings))


@pytest.fixture
def message() -> WhatsAppMessage:
    return WhatsAppMessage(
        delivery_id=DELIVERY,
        campaign="certificate_ready",
        destination="+919812300555",
        name="Asha Rao",
        params=["Asha", "Python for\nanalysts"],
        media=WhatsAppMedia("https://x.test/c.pdf", "certificate.pdf", "document"),
        buttons=[WhatsAppButton(0, "verify/ABC")],
        tags=["student"],
        attributes={"city": "Pune"},
    )


@pytest.fixture
def text() -> WhatsAppText:
    return WhatsAppText(DELIVERY, "+919812300555", "See you at ten.")
