"""The one HTTP client all talk to Zoom goes through."""

import httpx

from adapters.settings import Settings

TIMEOUT = httpx.Timeout(20.0, connect=5.0, pool=10.0)
# Shorter than the other side's, so that a connection about to be closed is not used again.
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=3.0)


def client_for(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Open the client for the live Zoom or the sandbox, as the settings say. The caller closes it."""
    return httpx.AsyncClient(
        base_url=settings.address("zoom"),
        headers={"Accept": "application/json"},
        timeout=TIMEOUT,
        limits=LIMITS,
        follow_redirects=False,
        # A proxy of this machine's environment has no business between us and our own sandbox.
        trust_env=settings.is_live("zoom"),
        transport=transport,
    )
