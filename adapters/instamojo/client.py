"""The one HTTP client all talk to Instamojo goes through."""

import httpx

from adapters.settings import Settings

TIMEOUT = httpx.Timeout(20.0, connect=5.0, pool=10.0)
# Shorter than the other side's, so that a connection about to be closed is not used again.
LIMITS = httpx.Limits(max_connections=10, max_keepalive_connections=5, keepalive_expiry=3.0)


def client_for(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Open the client for the live Instamojo or the sandbox, as the settings say. The caller closes it."""
    return httpx.AsyncClient(
        base_url=settings.address("instamojo") + "/",
        headers={
            "X-Api-Key": settings.credential("INSTAMOJO_API_KEY", "instamojo"),
            "X-Auth-Token": settings.credential("INSTAMOJO_AUTH_TOKEN", "instamojo"),
            "Accept": "application/json",
        },
        timeout=TIMEOUT,
        limits=LIMITS,
        # A redirected POST loses its body: Instamojo answers 301 where the trailing slash is missing.
        follow_redirects=False,
        transport=transport,
        # A proxy of this machine's environment has no business between us and our own sandbox.
        trust_env=settings.is_live("instamojo"),
    )
