"""Each provider: in which mode it is, and what its settings lack."""

from collections.abc import Iterator

from adapters.doctor.finding import Finding, right, wrong
from adapters.provider_settings import PROVIDERS
from adapters.settings import Settings


def examine_providers(settings: Settings) -> Iterator[Finding]:
    for name, provider in PROVIDERS.items():
        yield _examined(settings, name, provider.title)


def _examined(settings: Settings, name: str, title: str) -> Finding:
    if reason := settings.off_because(name):
        return wrong(title, f"Off, so nothing leaves by it. {reason}")
    if not settings.is_live(name):
        return right(title, "Sandbox: nothing leaves this machine.")
    if lacks := list(_lacks(settings, name)):
        return wrong(title, f"Live, but {'; '.join(lacks)}.")
    return right(title, f"Live: e-mail is sent from {settings.mail_from}." if name == "sendgrid" else "Live.")


def _lacks(settings: Settings, name: str) -> Iterator[str]:
    if name == "sendgrid":
        yield from _sendgrid_lacks(settings)
    elif not settings.public_url:
        yield "GURUDESK_PUBLIC_URL is not set, so its webhooks cannot reach us"


def _sendgrid_lacks(settings: Settings) -> Iterator[str]:
    if not settings.sendgrid_webhook_public_key:
        yield "SENDGRID_WEBHOOK_PUBLIC_KEY is not set, so its reports (delivered, bounced) are refused"
    if settings.mail_from.endswith((".test", ".example", ".invalid")):
        yield f"GURUDESK_MAIL_FROM is {settings.mail_from}, which no provider will send from"
    if not settings.public_url:
        yield "GURUDESK_PUBLIC_URL is not set, so links in e-mails lead nowhere"
