"""The dashboard: figures, who waits, what needs attention, what happened and what is due."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response, Template
from redis.exceptions import RedisError

from adapters.redis.heartbeat import heartbeat_age
from domain.dashboard.reading import read_dashboard
from domain.dashboard.trial_email import send_test_email
from domain.language import _
from domain.work import Work
from web.filters import IST
from web.rendering import go, page
from web.work import services_of


class DashboardController(Controller):
    path = "/"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        dashboard = await read_dashboard(work, await worker_age(request))
        greeting = greet(dashboard.now.astimezone(IST).hour, work.identity.name)
        today = dashboard.now.astimezone(IST).strftime("%A %-d %B %Y, %H:%M %Z")
        return page(request, "admin/dashboard/index.html", dashboard=dashboard, greeting=greeting, today=today)


class TrialEmailController(Controller):
    path = "/test-email"

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        address = await send_test_email(work)
        return go(request, "/admin", _("A test e-mail is on its way to {address}.", address=address))


async def worker_age(request: Request[Any, Any, Any]) -> float | None:
    """Return the seconds since a worker was seen; without Redis none can be."""
    try:
        return await heartbeat_age(services_of(request).redis)
    except (RedisError, OSError):
        return None


def greet(hour: int, name: str) -> str:
    """Return the greeting for an hour of the day, by first name."""
    first = name.split()[0] if name else ""
    if hour < 12:
        return _("Good morning, {name}", name=first)
    return _("Good afternoon, {name}", name=first) if hour < 17 else _("Good evening, {name}", name=first)
