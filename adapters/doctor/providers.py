"""Each provider: in which mode it is, and what its settings lack."""

from collections.abc import Iterator

from adapters.doctor.finding import Finding, right, wrong
from adapters.provider_settings import PROVIDERS
from adapters.settings import Settings


def examine_providers(settings: Settings) -> Iterator[Finding]:
    yield from _sendgrid(settings)
    for name, provider in PROVIDERS.items():
        if name != "sendgrid":
            yield right(provider.title, _mode(settings, name))


def _mode(settings: Settings, provider: str) -> str:
    """Say where a provider's calls go. One that is live and lacks a credential stops the start already."""
    if settings.is_live(provider):
        return f"Live: {settings.address(provider)}."
    return "Not connected." if settings.production else "Sandbox: nothing leaves this machine."


def _sendgrid(settings: Settings) -> Iterator[Finding]:
    if settings.production and not settings.sendgrid_live:
        yield wrong(
            "SendGrid", "There is no sandbox in production, so no e-mail leaves: set GURUDESK_SENDGRID_MODE=live."
        )
        return
    if not settings.sendgrid_live:
        yield right("SendGrid", "Sandbox: no e-mail leaves this machine.")
        return
    lacks = list(_sendgrid_lacks(settings))
    if lacks:
        yield wrong("SendGrid", f"Live, but {'; '.join(lacks)}.")
    else:
        yield right("SendGrid", f"Live: e-mail is sent from {settings.mail_from}.")


def _sendgrid_lacks(settings: Settings) -> Iterator[str]:
    if not settings.sendgrid_webhook_public_key:
        yield "SENDGRID_WEBHOOK_PUBLIC_KEY is not set, so its reports (delivered, bounced) are refused"
    if settings.mail_from.endswith((".test", ".example", ".invalid")):
        yield f"GURUDESK_MAIL_FROM is {settings.mail_from}, which no provider will send from"
    if not settings.public_url:
        yield "GURUDESK_PUBLIC_URL is not set, so links in e-mails lead nowhere"
