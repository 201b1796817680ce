"""Calendars that programs subscribe to. The address is the secret: no sign-in, and nothing else is opened by it."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Response

from domain.errors import TooMany
from domain.language import _
from domain.sessions.calendar import calendar_file
from domain.sessions.feeds import READS_AN_HOUR, named_in, read_feed
from domain.work import Work
from web.visitor import address_of
from web.work import provide_system_work, services_of


class CalendarController(Controller):
    path = "/calendar"
    dependencies = {"work": Provide(provide_system_work)}

    @get("/{file:str}", opt={"no_shell": True})
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], file: FromPath[str]
    ) -> Response[bytes]:
        services = services_of(request)
        token = file.removesuffix(".ics")
        await _count(request, str(named_in(token) or ""))
        feed = await read_feed(work, services.settings.secret, token)
        base_url = services.settings.base_url
        calendar = calendar_file(feed.sessions, method="PUBLISH", base_url=base_url, now=work.now, name=_("Classes"))
        headers = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
        return Response(calendar, media_type="text/calendar; charset=utf-8", headers=headers)


async def _count(request: Request[Any, Any, Any], person: str) -> None:
    """Count a read for the calendar, and for the address it comes from. Raises TooMany."""
    limiter = services_of(request).limiter
    for bucket, most in (
        (f"calendar:{person}", READS_AN_HOUR),
        (f"calendar_from:{address_of(request)}", 10 * READS_AN_HOUR),
    ):
        if wait := await limiter.hit(bucket, limit=most, seconds=3600):
            raise TooMany(_("This calendar is read too often. Once an hour is enough."), wait)
