"""Zoom's side of the wire, under ``/zoom``, and the rooms that meetings are held in."""

from typing import Any

from litestar import Router

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.rendering import given
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.sandbox.zoom import answers as zoom_answers
from adapters.sandbox.zoom.account import Account, Options
from adapters.sandbox.zoom.api import ask
from adapters.sandbox.zoom.files import FileController
from adapters.sandbox.zoom.limits import RateLimits
from adapters.sandbox.zoom.oauth import TokenController
from adapters.sandbox.zoom.rooms.controller import RoomController
from adapters.sandbox.zoom.rooms.links import LinkController
from adapters.sandbox.zoom.rooms.recordings import RecordingController
from adapters.sandbox.zoom.webhooks import caller
from adapters.settings import Settings

__all__ = ["ROOM_PAGES", "Options", "RateLimits", "zoom_answers", "zoom_parts", "zoom_router"]

ROOM_PAGES = (RoomController, RecordingController)


def zoom_router() -> Router:
    return Router(
        "/zoom",
        route_handlers=[TokenController, FileController, LinkController, ask],
        dependencies={"chance": given("zoom_chance")},
    )


def zoom_parts(
    database: SandboxDatabase, callbacks: Callbacks, settings: Settings, chance: Chance, options: Options | None = None
) -> dict[str, Any]:
    """Return what Zoom's endpoints and the rooms need, and say how Zoom calls back.

    Without delays there are no limits either: they would only make a test wait.
    """
    usual = RateLimits() if settings.sandbox_delays else RateLimits.none()
    callbacks.register("zoom", caller(settings))
    return {"zoom": Account(database, callbacks, settings, chance, options or Options(usual))}
