"""The recordings a student may watch: the list, the player, and what it reports."""

import time
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Template

from domain.accounts.tokens import token_hash
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.recordings.addresses import opening, view_token
from domain.recordings.lengths import learn_length, read_length
from domain.recordings.playing import PER_PAGE, my_recordings, show_recording
from domain.recordings.viewing import WATCHED_AT, Claim, ranges_of
from domain.work import SYSTEM, Work
from web.cookies import Cookies
from web.forms import typed_values
from web.paging import page_number
from web.player import PlayerController, with_media_of
from web.recording_files import looking_again, media_path
from web.rendering import page, page_or_fragment
from web.work import check_audience, services_of

PLACE = "/student/recordings"
LONGEST_QUERY = 100


class StudentRecordingController(PlayerController):
    path, place = "/recordings", PLACE

    @get()
    async def index(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], q: FromQuery[str] = ""
    ) -> Template:
        wanted, number = " ".join(q.split())[:LONGEST_QUERY], page_number(request)
        recordings, total = await my_recordings(work, wanted, number)
        context = {
            "recordings": recordings,
            "total": total,
            "number": number,
            "pages": max(1, -(-total // PER_PAGE)),
            "query": {"q": wanted},
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        }
        return page_or_fragment(request, "student/recordings/index.html", "student/recordings/_list.html", **context)

    @get("/{recording_id:uuid}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        recording_id: FromPath[UUID],
        t: FromQuery[str] = "",
    ) -> Template:
        recording, transcript = await show_recording(work, recording_id)
        me = work.identity.person_id
        assert me is not None
        sign_in = Cookies(services_of(request).settings).sign_in(request)
        others = [other | {"media": media_path(request, PLACE, UUID(other["id"]), me)} for other in recording.others]
        context = {
            "recording": recording,
            "transcript": transcript,
            "others": others,
            "media": media_path(request, PLACE, recording_id, me),
            "opened": view_token(services_of(request).settings.secret, recording_id, me, sign_in, int(time.time())),
            "start": int(t) if t.isascii() and t.isdigit() and len(t) < 7 else None,
            "watched_at": WATCHED_AT,
        }
        answer = page(request, "student/recordings/show.html", **context)
        answer.background = looking_again(request, recording)
        return with_media_of(answer, recording)

    @post("/{recording_id:uuid}/views", status_code=200, opt={"no_shell": True})
    async def watch(self, request: Request[Any, Any, Any], recording_id: FromPath[UUID]) -> Response[dict[str, Any]]:
        """Count what was watched. Who reports is proved by the page's token and the sign-in it was opened with."""
        typed, services = await typed_values(request), services_of(request)
        sign_in = Cookies(services.settings).sign_in(request)
        found = opening(services.settings.secret, str(typed.get("opened", "")), recording_id, sign_in, int(time.time()))
        if found is None:
            await _check_sign_in(request, sign_in)
            raise InvalidInput({"opened": _("This page was open for too long. Reload it and try again.")})
        position = str(typed.get("position", "0"))
        if not (position.isascii() and position.isdigit() and len(position) < 7):
            raise InvalidInput({"position": _("Please write a number.")})
        person_id, opened = found
        ranges = ranges_of(str(typed.get("ranges", "")))
        claim = Claim(recording_id, person_id, ranges, int(position), opened, token_hash(sign_in))
        try:
            view = await request.app.state.views.count(claim)
        except NotFound:
            await _check_sign_in(request, sign_in)
            raise
        return Response({"percent": view.percent, "is_watched": view.is_watched}, headers={"Cache-Control": "no-store"})

    @post("/{recording_id:uuid}/length", status_code=200, opt={"no_shell": True})
    async def learn(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], recording_id: FromPath[UUID]
    ) -> Response[dict[str, Any]]:
        """Learn from a player how long a film is that lies elsewhere. Once it is known, what is said changes nothing."""
        seconds = read_length(str((await typed_values(request)).get("seconds", "")))
        await show_recording(work, recording_id)
        async with services_of(request).database.work(SYSTEM) as system:
            learnt = await learn_length(system, recording_id, seconds, work.identity.name)
        return Response({"learnt": learnt}, headers={"Cache-Control": "no-store"})


async def _check_sign_in(request: Request[Any, Any, Any], sign_in: str) -> None:
    """Say that nobody is signed in (any more), rather than that something is missing. Raises SignInNeeded."""
    async with services_of(request).database.work_of(token_hash(sign_in)) as work:
        check_audience(request, work.identity)
