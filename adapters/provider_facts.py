"""What the settings say of a provider: its mode, which of its settings are there, and where its webhooks come in.

Names alone, never values. The Integrations page and the doctor read the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from adapters.aisensy.webhook_token import webhook_path as aisensy_path
from adapters.bolna import webhook_path as bolna_path
from adapters.provider_settings import PROVIDERS, SANDBOX_VALUES
from adapters.sendgrid.inbound_token import inbound_path
from adapters.sendgrid.signature import public_key
from adapters.settings import Settings
from adapters.traffic.redaction import MASK

# Who signs nothing is told an address that nobody can guess: Bolna for calls, SendGrid for the e-mail that comes in,
# AiSensy on plans that offer no secret, if the settings hold a token for it.
SECRET_PATHS: Mapping[str, Callable[[Settings], str]] = {
    "aisensy": aisensy_path,
    "bolna": bolna_path,
    "sendgrid": inbound_path,
}

SettingState = Literal["set", "sandbox", "missing", "default"]


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """``off_because`` is empty while it is on; ``webhook_url`` and ``masked_url`` are fit to be shown to every admin.

    ``masked_url`` is the address that is a secret in itself, its secret left out; each of the two may be empty.
    """

    name: str
    title: str
    mode: Literal["live", "sandbox", "off"]
    off_because: str
    settings: list[tuple[str, SettingState]]
    address: str
    webhook_url: str
    masked_url: str
    lacks: list[str]


def facts_of(settings: Settings, provider: str) -> ProviderFacts:
    """Return what the settings say of one provider."""
    off = settings.off_because(provider)
    secret = SECRET_PATHS[provider](settings) if provider in SECRET_PATHS else ""
    return ProviderFacts(
        name=provider,
        title=PROVIDERS[provider].title,
        mode="off" if off else "live" if settings.is_live(provider) else "sandbox",
        off_because=off,
        settings=[(name, _state(settings, provider, name)) for name in names_of(provider)],
        address=settings.address(provider),
        webhook_url="" if provider == "bolna" else f"{settings.base_url}/webhooks/{provider}",
        masked_url=settings.base_url + secret.rpartition("/")[0] + f"/{MASK}" if secret else "",
        lacks=[] if off or not settings.is_live(provider) else _lacks(settings, provider),
    )


def all_facts(settings: Settings) -> list[ProviderFacts]:
    return [facts_of(settings, provider) for provider in PROVIDERS]


def secret_webhook_url(settings: Settings, provider: str) -> str:
    """Return the address that is a secret in itself, whole: for super admins alone, and never logged."""
    return settings.base_url + SECRET_PATHS[provider](settings)


def names_of(provider: str) -> list[str]:
    """Return the names of a provider's settings, those it cannot be live without first."""
    needs = PROVIDERS[provider].needs
    names = [str(field.validation_alias) for field in Settings.model_fields.values()]
    own = [name for name in names if name.startswith((f"{provider.upper()}_", f"GURUDESK_{provider.upper()}_"))]
    return [*needs, *(name for name in own if name not in needs)]


def _state(settings: Settings, provider: str, name: str) -> SettingState:
    fields = {str(field.validation_alias): key for key, field in Settings.model_fields.items()}
    typed = fields[name] in settings.model_fields_set and bool(getattr(settings, fields[name]))
    typed = typed and (name not in SANDBOX_VALUES or bool(settings.own(name)))
    if name in PROVIDERS[provider].needs and name in settings.missing(provider):
        return "sandbox" if settings.trusts_sandbox(provider) else "missing"
    if typed:
        return "set"
    return "sandbox" if name in SANDBOX_VALUES and settings.trusts_sandbox(provider) else "default"


def _lacks(settings: Settings, provider: str) -> list[str]:
    """Return what a live provider works without, but not well."""
    lacks = []
    if provider == "sendgrid":
        if not public_key(settings):
            lacks.append("SENDGRID_WEBHOOK_PUBLIC_KEY is not set, so its reports (delivered, bounced) are refused")
        if settings.mail_from.endswith((".test", ".example", ".invalid")):
            lacks.append(f"GURUDESK_MAIL_FROM is {settings.mail_from}, which no provider will send from")
    if not settings.public_url:
        lacks.append("GURUDESK_PUBLIC_URL is not set, so its webhooks and the links we send lead nowhere")
    return lacks
