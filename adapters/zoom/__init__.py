"""Zoom: live classes over its v2 API with server-to-server OAuth, and what its signed webhooks report."""

import httpx
from redis.asyncio import Redis

from adapters.settings import Settings
from adapters.zoom.api import ZoomApi
from adapters.zoom.client import client_for
from adapters.zoom.meetings import ZoomMeetingProvider
from adapters.zoom.tokens import App, ZoomTokens

__all__ = ["ZoomMeetingProvider", "client_for", "meeting_provider"]


def meeting_provider(settings: Settings, client: httpx.AsyncClient, redis: Redis | None) -> ZoomMeetingProvider:
    """Build the provider on the client of ``client_for``; processes with the same Redis share the token."""
    app = App(
        token_url=settings.zoom_token_url,
        account_id=settings.credential("ZOOM_ACCOUNT_ID", "zoom"),
        client_id=settings.credential("ZOOM_CLIENT_ID", "zoom"),
        client_secret=settings.credential("ZOOM_CLIENT_SECRET", "zoom"),
    )
    # With server-to-server OAuth "me" is the owner of the app in most samples; a named host is the sure way.
    host = settings.credential("ZOOM_HOST", "zoom") or "me"
    return ZoomMeetingProvider(ZoomApi(client, ZoomTokens(client, app, redis)), host)
