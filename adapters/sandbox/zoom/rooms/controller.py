"""The rooms' pages: which meetings there are, and one as its host and its guests have it."""

from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.rendering import from_own_pages, go, page, page_number, pages_of
from adapters.sandbox.zoom import life
from adapters.sandbox.zoom.account import Account
from adapters.sandbox.zoom.hosting import Host
from adapters.sandbox.zoom.meetings import meeting_row
from adapters.sandbox.zoom.recorder import publish
from adapters.sandbox.zoom.rooms.entrance import NotAdmitted, enter
from adapters.sandbox.zoom.rooms.view import count_rooms, find_rooms, room_of
from adapters.sandbox.zoom.webhooks import check_address

PER_PAGE = 20
MAX_LINE = 1_000


class RoomController(Controller):
    path = "/zoom-rooms"
    guards = [from_own_pages]

    @get()
    async def index(
        self, request: Request[Any, Any, Any], zoom: NamedDependency[Account], host: NamedDependency[Host]
    ) -> Response[str]:
        search = request.query_params.get("q", "")
        total = await count_rooms(zoom, search)
        pages = pages_of(total, PER_PAGE)
        number = page_number(request.query_params, pages)
        rooms = await find_rooms(zoom, search, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        return page(
            request,
            "zoom/index.html",
            rooms=rooms,
            total=total,
            page=number,
            pages=pages,
            webhook_url=zoom.webhook_url,
            said=request.query_params.get("said"),
            is_automatic=await host.is_automatic(),
        )

    @post("/host", status_code=303)
    async def set_host(self, request: Request[Any, Any, Any], host: NamedDependency[Host]) -> Response[bytes]:
        """Have the host keep to the plan, or stay away."""
        await host.change((await request.form()).get("is_automatic") == "true")
        return go("/zoom-rooms")

    @post("/webhook-check", status_code=303)
    async def check_webhook(self, zoom: NamedDependency[Account]) -> Response[bytes]:
        """Check our address as Zoom does when it is saved."""
        return go(f"/zoom-rooms?{urlencode({'said': await check_address(zoom) or 'valid'})}")

    @get("/{meeting_id:int}")
    async def show(
        self, request: Request[Any, Any, Any], zoom: NamedDependency[Account], meeting_id: FromPath[int]
    ) -> Response[str]:
        meeting = await _meeting(zoom, meeting_id)
        room = await room_of(zoom, meeting, request.query_params)
        return page(request, "zoom/show.html", room=room, meeting=meeting)

    @post("/{meeting_id:int}/start", status_code=303)
    async def start(self, zoom: NamedDependency[Account], meeting_id: FromPath[int]) -> Response[bytes]:
        return await _done(meeting_id, life.start(zoom, await _meeting(zoom, meeting_id)))

    @post("/{meeting_id:int}/end", status_code=303)
    async def end(self, zoom: NamedDependency[Account], meeting_id: FromPath[int]) -> Response[bytes]:
        return await _done(meeting_id, life.end(zoom, await _meeting(zoom, meeting_id)))

    @post("/{meeting_id:int}/recording", status_code=303)
    async def record(
        self, request: Request[Any, Any, Any], zoom: NamedDependency[Account], meeting_id: FromPath[int]
    ) -> Response[bytes]:
        """Start or stop the recording of the running meeting."""
        meeting = await _meeting(zoom, meeting_id)
        stops = (await request.form()).get("action") == "stop"
        act = life.stop_recording(zoom, meeting) if stops else life.start_recording(zoom, meeting)
        return await _done(meeting_id, act)

    @post("/{meeting_id:int}/publication", status_code=303)
    async def publish(self, zoom: NamedDependency[Account], meeting_id: FromPath[int]) -> Response[bytes]:
        """Let the recording be ready now instead of later."""
        await publish(zoom, (await _meeting(zoom, meeting_id)).id)
        return go(f"/zoom-rooms/{meeting_id}")

    @post("/{meeting_id:int}/people", status_code=303)
    async def join(
        self, request: Request[Any, Any, Any], zoom: NamedDependency[Account], meeting_id: FromPath[int]
    ) -> Response[bytes]:
        """Let somebody join with a name and a passcode, or with a link of their own."""
        meeting = await _meeting(zoom, meeting_id)
        form = {name: str(value).replace("\x00", "") for name, value in (await request.form()).items()}
        return await _done(meeting_id, enter(zoom, meeting, form), pwd=form.get("pwd"), tk=form.get("tk"))

    @post("/{meeting_id:int}/people/{stay_id:int}/departure", status_code=303)
    async def leave(
        self, zoom: NamedDependency[Account], meeting_id: FromPath[int], stay_id: FromPath[int]
    ) -> Response[bytes]:
        return await _done(meeting_id, life.leave(zoom, await _meeting(zoom, meeting_id), stay_id))

    @post("/{meeting_id:int}/people/{stay_id:int}/admission", status_code=303)
    async def admit(
        self, zoom: NamedDependency[Account], meeting_id: FromPath[int], stay_id: FromPath[int]
    ) -> Response[bytes]:
        return await _done(meeting_id, life.admit(zoom, await _meeting(zoom, meeting_id), stay_id))

    @post("/{meeting_id:int}/chat", status_code=303)
    async def write(
        self, request: Request[Any, Any, Any], zoom: NamedDependency[Account], meeting_id: FromPath[int]
    ) -> Response[bytes]:
        """Write a line into the meeting's chat, as one who is in it."""
        form = await request.form()
        stay, line = (
            str(form.get("stay", "")),
            " ".join(str(form.get("line", "")).replace("\x00", "").split())[:MAX_LINE],
        )
        if stay.isdigit() and len(stay) < 18 and line:
            await zoom.database.run(
                "insert into zoom_chat_lines (uuid, at, name, line) select uuid, app_now(), name, %(line)s"
                " from zoom_stays where id = %(stay)s and left_at is null and status = 'in_meeting'",
                stay=int(stay),
                line=line,
            )
        return go(f"/zoom-rooms/{meeting_id}")

    @post("/{meeting_id:int}/callbacks/{callback_id:int}", status_code=303)
    async def send_again(
        self, zoom: NamedDependency[Account], meeting_id: FromPath[int], callback_id: FromPath[int]
    ) -> Response[bytes]:
        """Post one of this meeting's events once more."""
        events = await zoom.callbacks.about("zoom", str(meeting_id))
        if not any(event["id"] == callback_id for event in events):
            raise NotFoundException
        await zoom.callbacks.again(callback_id)
        return go(f"/zoom-rooms/{meeting_id}")


async def _meeting(zoom: Account, meeting_id: int) -> Any:
    meeting = await meeting_row(zoom.database, str(meeting_id))
    if meeting is None:
        raise NotFoundException
    return meeting


async def _done(meeting_id: int, act: Awaitable[Any], **kept: str | None) -> Response[bytes]:
    """Do it and go back to the room, which says what was impossible. A guest keeps the link's passcode and ticket."""
    query = {name: value for name, value in kept.items() if value}
    try:
        await act
    except (life.Impossible, NotAdmitted) as reason:
        query["said"] = str(reason)
    return go(f"/zoom-rooms/{meeting_id}" + (f"?{urlencode(query)}" if query else ""))
