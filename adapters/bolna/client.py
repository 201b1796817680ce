"""The one HTTP client all talk to Bolna goes through, and where its webhook comes in."""

import httpx

from adapters.settings import Settings

TIMEOUT = httpx.Timeout(20.0, connect=5.0, pool=10.0)
# Shorter than the other side's, so that a connection about to be closed is not used again.
LIMITS = httpx.Limits(max_connections=10, max_keepalive_connections=5, keepalive_expiry=3.0)


def client_for(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Open the client for the live Bolna or the sandbox, as the settings say. The caller closes it."""
    return httpx.AsyncClient(
        base_url=settings.address("bolna"),
        headers={
            "Authorization": f"Bearer {settings.credential('BOLNA_API_KEY', 'bolna')}",
            "Accept": "application/json",
        },
        timeout=TIMEOUT,
        limits=LIMITS,
        follow_redirects=False,
        transport=transport,
        # A proxy of this machine's environment has no business between us and our own sandbox.
        trust_env=settings.is_live("bolna"),
    )


def webhook_token(settings: Settings) -> str:
    """Return the secret that stands in the webhook's address, since Bolna signs nothing."""
    return settings.credential("BOLNA_WEBHOOK_TOKEN", "bolna")


def webhook_path(settings: Settings) -> str:
    """Return the path of ours to enter in Bolna, its secret included: never to be logged."""
    return f"/webhooks/bolna/{webhook_token(settings)}"
