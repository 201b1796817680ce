"""The one HTTP client all talk to AiSensy goes through, and what of the settings its requests carry."""

from dataclasses import dataclass, field

import httpx

from adapters.settings import Settings

# AiSensy hands a message on to Meta before it answers.
TIMEOUT = httpx.Timeout(20.0, connect=5.0, pool=10.0)
# Shorter than the other side's, so that a connection about to be closed is not used again.
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=3.0)
# The Project API lives on a host of its own.
PROJECT_HOST = "https://apis.aisensy.com"


@dataclass(frozen=True, slots=True)
class Account:
    """What requests to AiSensy carry. ``project_url`` and the password are empty while free text is not set up."""

    api_key: str = field(repr=False)
    campaign_path: str
    project_url: str = ""
    project_password: str = field(default="", repr=False)


def client_for(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Open the client for the live AiSensy or the sandbox, as the settings say. The caller closes it.

    The key travels in the body of a campaign request: whoever writes bodies down leaves ``apiKey`` out.
    """
    return httpx.AsyncClient(
        base_url=settings.address("aisensy"),
        headers={"Accept": "application/json"},
        timeout=TIMEOUT,
        limits=LIMITS,
        follow_redirects=False,
        transport=transport,
        # A proxy of this machine's environment has no business between us and our own sandbox.
        trust_env=settings.is_live("aisensy"),
    )


def account_of(settings: Settings) -> Account:
    """Return the account the settings name; in sandbox mode the sandbox's."""
    project = settings.credential("AISENSY_PROJECT_ID", "aisensy")
    host = settings.aisensy_project_base_url or (
        PROJECT_HOST if settings.is_live("aisensy") else settings.address("aisensy")
    )
    return Account(
        api_key=settings.credential("AISENSY_API_KEY", "aisensy"),
        campaign_path="/" + settings.aisensy_campaign_path.strip("/"),
        project_url=f"{host.rstrip('/')}/project-apis/v1/project/{project}" if project else "",
        project_password=settings.credential("AISENSY_PROJECT_PASSWORD", "aisensy"),
    )


def harmless_request(settings: Settings) -> httpx.Request:
    """Return a request that only asks what a campaign of no name wants; any answer of AiSensy's own shows that it is there."""
    path = settings.aisensy_campaign_path.strip("/").removesuffix("/v2")
    url = f"{settings.address('aisensy').rstrip('/')}/{path}/campaign-details"
    body = {"apiKey": settings.credential("AISENSY_API_KEY", "aisensy"), "campaignName": "-"}
    return httpx.Request("POST", url, json=body, headers={"Accept": "application/json"})


def webhook_secret(settings: Settings) -> str:
    """Return the secret that webhooks must be signed with."""
    return settings.credential("AISENSY_WEBHOOK_SECRET", "aisensy")
