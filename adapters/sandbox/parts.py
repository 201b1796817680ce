"""What the sandbox works with: everything that is made of the settings, apart from the routes, which are not."""

from typing import Any

from litestar import Litestar

from adapters.postgres.addresses import sandbox_url
from adapters.sandbox.aisensy import aisensy_parts
from adapters.sandbox.bolna import Access, bolna_parts
from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.clock.moving import Clock
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.fault_kinds import read_faults
from adapters.sandbox.faults import Faults
from adapters.sandbox.instamojo import instamojo_caller
from adapters.sandbox.mailbox.replying import sendgrid_caller
from adapters.sandbox.rates import Rates
from adapters.sandbox.sendgrid.access import RateLimit
from adapters.sandbox.sendgrid.posting import EventPoster
from adapters.sandbox.zoom import Options, zoom_parts
from adapters.sandbox.zoom.hosting import Host
from adapters.settings import Settings

# What any handler may name; each is looked up in the parts.
NAMES = (
    *("database", "poster", "faults", "rates", "callbacks", "clock", "host", "settings"),
    *("catalogue", "sending", "calling", "zoom"),
)


def equip(
    app: Litestar,
    settings: Settings,
    *,
    rate_limit: RateLimit | None = None,
    bolna: Access | None = None,
    zoom: Options | None = None,
) -> None:
    """Give an application, before its lifespan, what it is to work with."""
    database = SandboxDatabase(sandbox_url(settings))
    rates = Rates(database, settings)
    chances = rates.chances
    faults = Faults(database, read_faults(settings.sandbox_faults))
    poster = EventPoster(database, settings, chances["sendgrid"], faults)
    callbacks = Callbacks(database, faults, delays=settings.sandbox_delays)
    callbacks.register("sendgrid", sendgrid_caller())
    callbacks.register("instamojo", instamojo_caller(settings))
    zoom_side = zoom_parts(database, callbacks, settings, chances["zoom"], zoom)
    host = Host(zoom_side["zoom"], chances["zoom"])
    parts: dict[str, Any] = {
        "database": database,
        "poster": poster,
        "faults": faults,
        "rates": rates,
        "callbacks": callbacks,
        "clock": Clock(database, settings, wakers=(poster.wake, callbacks.wake, host.wake)),
        "host": host,
        "settings": settings,
        **aisensy_parts(database, callbacks, settings, chances["aisensy"], faults),
        **bolna_parts(database, callbacks, settings, chances["bolna"]),
        **zoom_side,
        **{f"{provider}_chance": chance for provider, chance in chances.items()},
    }
    app.state.parts = parts
    app.state.background = (rates, faults, poster, callbacks, host)
    app.state.settings, app.state.faults = settings, faults
    app.state.sendgrid_limit, app.state.bolna_access = rate_limit or RateLimit(), bolna or Access()
