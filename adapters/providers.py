"""The five providers as ports: each on an HTTP client of its own, or a stand-in where it is off."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import httpx
from redis.asyncio import Redis

from adapters import aisensy, bolna, instamojo, sendgrid, zoom
from adapters.not_connected import (
    NoEmailSender,
    NoMeetingProvider,
    NoPaymentGateway,
    NoVoiceCaller,
    NoWhatsAppSender,
)
from adapters.settings import Settings
from adapters.traffic import Traffic
from domain.ports import EmailSender, MeetingProvider, PaymentGateway, VoiceCaller, WhatsAppSender

Opener = Callable[[Settings, httpx.AsyncBaseTransport | None], httpx.AsyncClient]
LIMITS = {
    "sendgrid": sendgrid.client.LIMITS,
    "aisensy": aisensy.client.LIMITS,
    "instamojo": instamojo.client.LIMITS,
    "bolna": bolna.client.LIMITS,
    "zoom": zoom.client.LIMITS,
}
Port = TypeVar("Port")


@dataclass(frozen=True, slots=True)
class Providers:
    """What leaves the house goes through these."""

    email: EmailSender
    whatsapp: WhatsAppSender
    voice: VoiceCaller
    payments: PaymentGateway
    meetings: MeetingProvider


@asynccontextmanager
async def open_providers(settings: Settings, redis: Redis, traffic: Traffic) -> AsyncIterator[Providers]:
    """Open what is on, under the traffic control; the connections are closed at the end."""
    async with AsyncExitStack() as stack:

        async def opened(
            provider: str, opener: Opener, build: Callable[[httpx.AsyncClient], Port], stand_in: Callable[[str], Port]
        ) -> Port:
            if reason := settings.off_because(provider):
                return stand_in(reason)
            # A message to WhatsApp that nobody knows of cannot be looked up: none is spent on finding out.
            knock = partial(aisensy.harmless_request, settings) if provider == "aisensy" else None
            transport = traffic.transport(provider, LIMITS[provider], knock)
            return build(await stack.enter_async_context(opener(settings, transport)))

        email: EmailSender = await opened("sendgrid", sendgrid.client_for, sendgrid.SendGridEmailSender, NoEmailSender)
        whatsapp: WhatsAppSender = await opened(
            "aisensy",
            aisensy.client_for,
            lambda client: aisensy.AiSensyWhatsAppSender(client, aisensy.account_of(settings)),
            NoWhatsAppSender,
        )
        voice: VoiceCaller = await opened(
            "bolna",
            bolna.client_for,
            lambda client: bolna.BolnaVoiceCaller(client, settings.credential("BOLNA_AGENT_ID", "bolna")),
            NoVoiceCaller,
        )
        payments: PaymentGateway = await opened(
            "instamojo",
            instamojo.client_for,
            lambda client: instamojo.InstamojoPaymentGateway(client, f"{settings.base_url}/webhooks/instamojo"),
            NoPaymentGateway,
        )
        meetings: MeetingProvider = await opened(
            "zoom", zoom.client_for, lambda client: zoom.meeting_provider(settings, client, redis), NoMeetingProvider
        )
        yield Providers(email, whatsapp, voice, payments, meetings)
