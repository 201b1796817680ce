"""What each provider needs: its mode, its address, and its credentials, by their usual names.

In sandbox mode an empty credential is the one the sandbox accepts, and an empty address is the sandbox's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

Mode = Literal["live", "sandbox"] | None
Secret = SecretStr | None
# Requests a second, below what each allows as far as it says so.
Rate = Annotated[float, Field(gt=0, le=10_000)]
Share = float | None

# Everybody can read these: the sandbox takes them, no real provider does. `.env.example` names the same ones.
SANDBOX_SENDGRID_KEY = "SG.sandbox-key-000000000.sandbox-secret-0000000000000000000000000000000"
SANDBOX_VALUES = {
    "SENDGRID_API_KEY": SANDBOX_SENDGRID_KEY,
    "AISENSY_API_KEY": "sandbox-aisensy-key",
    "AISENSY_PROJECT_ID": "5a0db0c0ffee5a0db0c0ffee",
    "AISENSY_PROJECT_PASSWORD": "sandbox-aisensy-password",
    "AISENSY_WEBHOOK_SECRET": "sandbox-aisensy-webhook-secret",
    "AISENSY_WEBHOOK_TOKEN": "sandbox-aisensy-webhook-token",
    "INSTAMOJO_API_KEY": "sandbox-instamojo-key",
    "INSTAMOJO_AUTH_TOKEN": "sandbox-instamojo-token",
    "INSTAMOJO_SALT": "sandbox-instamojo-salt",
    "BOLNA_API_KEY": "bn-sandbox-bolna-key",
    "BOLNA_AGENT_ID": "5a0db0c0-ffee-4000-8000-00000000b01a",
    "BOLNA_WEBHOOK_TOKEN": "sandbox-bolna-webhook-token",
    "ZOOM_ACCOUNT_ID": "sandboxZoomAccount0001",
    "ZOOM_CLIENT_ID": "sandbox-zoom-client",
    "ZOOM_CLIENT_SECRET": "sandbox-zoom-secret",
    "ZOOM_WEBHOOK_SECRET_TOKEN": "sandbox-zoom-webhook-secret",
    "ZOOM_HOST": "host@gurudesk.test",
}


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as settings and pages name it.

    ``needs`` are the settings it cannot be live without; of those in ``instead`` another does as well.
    """

    title: str
    live_url: str
    needs: tuple[str, ...]
    instead: Mapping[str, str] = field(default_factory=dict)


PROVIDERS = {
    "sendgrid": Provider("SendGrid", "https://api.sendgrid.com", ("SENDGRID_API_KEY",)),
    "aisensy": Provider(
        "AiSensy",
        "https://backend.aisensy.com",
        ("AISENSY_API_KEY", "AISENSY_WEBHOOK_SECRET"),
        # Plans were seen whose webhooks carry no signature: there the address is the secret.
        instead={"AISENSY_WEBHOOK_SECRET": "AISENSY_WEBHOOK_TOKEN"},
    ),
    "instamojo": Provider(
        "Instamojo",
        "https://www.instamojo.com/api/1.1",
        ("INSTAMOJO_API_KEY", "INSTAMOJO_AUTH_TOKEN", "INSTAMOJO_SALT"),
    ),
    "bolna": Provider("Bolna", "https://api.bolna.ai", ("BOLNA_API_KEY", "BOLNA_AGENT_ID", "BOLNA_WEBHOOK_TOKEN")),
    "zoom": Provider(
        "Zoom",
        "https://api.zoom.us/v2",
        ("ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_WEBHOOK_SECRET_TOKEN"),
    ),
}
SANDBOX_PATHS = {
    "sendgrid": "/sendgrid",
    "aisensy": "/aisensy",
    "instamojo": "/instamojo/api/1.1",
    "bolna": "/bolna",
    "zoom": "/zoom/v2",
}


class ProviderSettings(BaseSettings):
    """The providers' part of the settings."""

    environment: Literal["development", "production"] = Field("development", validation_alias="GURUDESK_ENV")
    sandbox_port: int = Field(8001, ge=1, le=65535, validation_alias="GURUDESK_SANDBOX_PORT")
    use_real_external_apis: bool = Field(False, validation_alias="USE_REAL_EXTERNAL_APIS")

    sendgrid_mode: Mode = Field(None, validation_alias="GURUDESK_SENDGRID_MODE")
    sendgrid_failure_rate: Share = Field(None, ge=0, le=1, validation_alias="GURUDESK_SENDGRID_FAILURE_RATE")
    sendgrid_api_key: Secret = Field(None, validation_alias="SENDGRID_API_KEY")
    sendgrid_base_url: str = Field("", validation_alias="SENDGRID_BASE_URL")
    sendgrid_webhook_public_key: str = Field("", validation_alias="SENDGRID_WEBHOOK_PUBLIC_KEY")
    sendgrid_rate: Rate = Field(100.0, validation_alias="GURUDESK_SENDGRID_RATE")
    sendgrid_inbound_token: Secret = Field(None, min_length=22, validation_alias="SENDGRID_INBOUND_TOKEN")

    aisensy_mode: Mode = Field(None, validation_alias="GURUDESK_AISENSY_MODE")
    aisensy_failure_rate: Share = Field(None, ge=0, le=1, validation_alias="GURUDESK_AISENSY_FAILURE_RATE")
    aisensy_api_key: Secret = Field(None, validation_alias="AISENSY_API_KEY")
    aisensy_base_url: str = Field("", validation_alias="AISENSY_BASE_URL")
    aisensy_campaign_path: str = Field("/campaign/t1/api/v2", validation_alias="AISENSY_CAMPAIGN_PATH")
    aisensy_project_id: str = Field("", validation_alias="AISENSY_PROJECT_ID")
    aisensy_project_password: Secret = Field(None, validation_alias="AISENSY_PROJECT_PASSWORD")
    aisensy_project_base_url: str = Field("", validation_alias="AISENSY_PROJECT_BASE_URL")
    aisensy_webhook_secret: Secret = Field(None, validation_alias="AISENSY_WEBHOOK_SECRET")
    aisensy_webhook_token: Secret = Field(None, min_length=22, validation_alias="AISENSY_WEBHOOK_TOKEN")
    aisensy_rate: Rate = Field(10.0, validation_alias="GURUDESK_AISENSY_RATE")

    instamojo_mode: Mode = Field(None, validation_alias="GURUDESK_INSTAMOJO_MODE")
    instamojo_failure_rate: Share = Field(None, ge=0, le=1, validation_alias="GURUDESK_INSTAMOJO_FAILURE_RATE")
    instamojo_api_key: Secret = Field(None, validation_alias="INSTAMOJO_API_KEY")
    instamojo_auth_token: Secret = Field(None, validation_alias="INSTAMOJO_AUTH_TOKEN")
    instamojo_salt: Secret = Field(None, validation_alias="INSTAMOJO_SALT")
    instamojo_base_url: str = Field("", validation_alias="INSTAMOJO_BASE_URL")
    instamojo_rate: Rate = Field(5.0, validation_alias="GURUDESK_INSTAMOJO_RATE")

    bolna_mode: Mode = Field(None, validation_alias="GURUDESK_BOLNA_MODE")
    bolna_failure_rate: Share = Field(None, ge=0, le=1, validation_alias="GURUDESK_BOLNA_FAILURE_RATE")
    bolna_api_key: Secret = Field(None, validation_alias="BOLNA_API_KEY")
    bolna_agent_id: str = Field("", validation_alias="BOLNA_AGENT_ID")
    bolna_webhook_token: Secret = Field(None, validation_alias="BOLNA_WEBHOOK_TOKEN")
    bolna_base_url: str = Field("", validation_alias="BOLNA_BASE_URL")
    bolna_rate: Rate = Field(8.0, validation_alias="GURUDESK_BOLNA_RATE")

    zoom_mode: Mode = Field(None, validation_alias="GURUDESK_ZOOM_MODE")
    zoom_failure_rate: Share = Field(None, ge=0, le=1, validation_alias="GURUDESK_ZOOM_FAILURE_RATE")
    zoom_account_id: str = Field("", validation_alias="ZOOM_ACCOUNT_ID")
    zoom_client_id: str = Field("", validation_alias="ZOOM_CLIENT_ID")
    zoom_client_secret: Secret = Field(None, validation_alias="ZOOM_CLIENT_SECRET")
    zoom_webhook_secret_token: Secret = Field(None, validation_alias="ZOOM_WEBHOOK_SECRET_TOKEN")
    zoom_oauth_token_url: str = Field("", validation_alias="ZOOM_OAUTH_TOKEN_URL")
    zoom_api_base_url: str = Field("", validation_alias="ZOOM_API_BASE_URL")
    zoom_host: str = Field("", validation_alias="ZOOM_HOST")
    zoom_rate: Rate = Field(10.0, validation_alias="GURUDESK_ZOOM_RATE")

    def is_live(self, provider: str) -> bool:
        """Say whether the provider is the real one."""
        mode: Mode = getattr(self, f"{provider}_mode", None)
        return (mode == "live") if mode else self.use_real_external_apis and hasattr(self, f"{provider}_mode")

    def trusts_sandbox(self, provider: str) -> bool:
        """Say whether the sandbox may speak for the provider: its secrets are public, so never in production."""
        return not self.production and not self.is_live(provider)

    def missing(self, provider: str) -> list[str]:
        """Return the names of the settings the provider cannot be live without and that are empty, or the sandbox's."""
        instead = PROVIDERS[provider].instead
        return [one for one in PROVIDERS[provider].needs if not self.own(one) and not self.own(instead.get(one, ""))]

    def off_because(self, provider: str) -> str:
        """Return why nothing may go to the provider, and what to set; nothing when it is on."""
        title, mode = PROVIDERS[provider].title, f"GURUDESK_{provider.upper()}_MODE"
        if self.is_live(provider):
            lacks = self.missing(provider)
            return f"{title} is live, but lacks {' and '.join(lacks)}." if lacks else ""
        if self.production:
            return f"{title} is not connected: there is no sandbox in production. Set {mode}=live and its credentials."
        return ""

    def address(self, provider: str) -> str:
        """Return the base address of the provider's API, without a trailing slash."""
        named = getattr(self, f"{provider}_base_url", "") or getattr(self, f"{provider}_api_base_url", "")
        if named:
            return str(named).rstrip("/")
        return PROVIDERS[provider].live_url if self.is_live(provider) else self.sandbox_url + SANDBOX_PATHS[provider]

    def credential(self, name: str, provider: str) -> str:
        """Return a credential by its usual name; where the sandbox is trusted an empty one is the sandbox's.

        Where it is not, the sandbox's own count as empty: everybody can read them, and could sign webhooks with them.
        """
        if self.trusts_sandbox(provider):
            return self._typed(name) or SANDBOX_VALUES.get(name, "")
        return self.own(name)

    def own(self, name: str) -> str:
        """Return a credential as it was typed; the sandbox's, which `.env.example` shows, counts as none."""
        value = self._typed(name)
        return "" if value == SANDBOX_VALUES.get(name) else value

    def _typed(self, name: str) -> str:
        value = getattr(self, name.lower(), None) if name else None
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")

    def rate(self, provider: str) -> float:
        """Return how many requests a second the provider is asked, by all processes together."""
        rate: float = getattr(self, f"{provider}_rate")
        return rate

    @property
    def secrets(self) -> list[str]:
        """Every credential in use, to be struck out of whatever is kept: ours and the sandbox's."""
        fields = [getattr(self, name) for name in type(self).model_fields]
        typed = [value.get_secret_value() for value in fields if isinstance(value, SecretStr)]
        pair = f"{self.credential('ZOOM_CLIENT_ID', 'zoom')}:{self.credential('ZOOM_CLIENT_SECRET', 'zoom')}"
        return [*typed, pair, *(self._typed(name) for name in SANDBOX_VALUES), *SANDBOX_VALUES.values()]

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def zoom_token_url(self) -> str:
        """The address tokens are asked of."""
        sandbox = f"{self.sandbox_url}/zoom/oauth/token"
        return self.zoom_oauth_token_url or ("https://zoom.us/oauth/token" if self.is_live("zoom") else sandbox)

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def all_in_sandbox(self) -> bool:
        return not any(self.is_live(provider) for provider in PROVIDERS)

    @property
    def sendgrid_live(self) -> bool:
        return self.is_live("sendgrid")

    @property
    def sendgrid_url(self) -> str:
        return self.address("sendgrid")

    @property
    def sendgrid_key(self) -> str:
        return self.credential("SENDGRID_API_KEY", "sendgrid")
