"""The one HTTP client all talk to SendGrid goes through."""

import httpx

from adapters.settings import Settings

# Generous for the answer: a request of 1,000 personalisations is checked before it is answered.
TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=10.0)
# Shorter than the other side's, so that a connection about to be closed is not used again.
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=3.0)


def client_for(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Open the client for the live SendGrid or the sandbox, as the settings say. The caller closes it."""
    return httpx.AsyncClient(
        base_url=settings.sendgrid_url,
        headers={"Authorization": f"Bearer {settings.sendgrid_key}", "Accept": "application/json"},
        timeout=TIMEOUT,
        limits=LIMITS,
        follow_redirects=False,
        transport=transport,
        # A proxy of this machine's environment has no business between us and our own sandbox.
        trust_env=settings.sendgrid_live,
    )
