"""Calendars that programs subscribe to. The address is the secret: no sign-in, and nothing else is opened by it."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Response

from domain.errors import TooMany
from domain.language import _
from domain.sessions.calendar import calendar_file
from domain.sessions.feeds import READS_AN_HOUR, check_feed, read_feed
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
        await _count(request, f"calendar_from:{address_of(request)}", 10 * READS_AN_HOUR)
        # Whoever has an old address, or makes one up, uses up nothing of the person's.
        person_id = await check_feed(work, services.settings.secret, token)
        await _count(request, f"calendar:{person_id}", READS_AN_HOUR)
        feed = await read_feed(work, person_id)
        base_url = services.settings.base_url
        calendar = calendar_file(feed.sessions, method="PUBLISH", base_url=base_url, now=work.now, name=_("Classes"))
        headers = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
        return Response(calendar, media_type="text/calendar; charset=utf-8", headers=headers)


async def _count(request: Request[Any, Any, Any], bucket: str, most: int) -> None:
    """Count a read of a calendar. Raises TooMany."""
    if wait := await services_of(request).limiter.hit(bucket, limit=most, seconds=3600):
        raise TooMany(_("This calendar is read too often. Once an hour is enough."), wait)
