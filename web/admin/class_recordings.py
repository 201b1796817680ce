"""All recordings for admins: where each class stands, and one recording with who has watched it and where people stop."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import Field

from domain.errors import InvalidInput
from domain.language import _, ngettext
from domain.recordings.captions import LARGEST
from domain.recordings.chapters import LONGEST_TYPED, type_chapters, write_typed
from domain.recordings.managing import (
    PER_PAGE,
    add_captions,
    list_sessions,
    remove,
    rename,
    show_to_students,
    tenths_of,
    viewers_of,
)
from domain.recordings.playing import show_recording
from domain.recordings.viewing import WATCHED_AT
from domain.work import Work
from web.fields import OneLine, Paragraphs
from web.forms import Form, FormModel, FormRefused, read_form, refuse, typed_values
from web.paging import page_number
from web.player import PlayerController, with_media_of
from web.recording_files import looking_again, media_path
from web.rendering import go, page, page_or_fragment
from web.work import opened_work

PLACE = "/admin/session-recordings"
SHOW = "admin/recordings/show.html"
STATES = ("waiting", "partial", "synced", "failed", "missing", "trouble")


class TitleForm(FormModel):
    title: Annotated[OneLine, Field(max_length=120)] = ""


class ChaptersForm(FormModel):
    chapters: Annotated[Paragraphs, Field(max_length=LONGEST_TYPED)] = ""


class ClassRecordingController(PlayerController):
    path, place = "/session-recordings", PLACE

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        asked, number = request.query_params, page_number(request)
        state = asked.get("state", "") if asked.get("state") in STATES else ""
        q = " ".join(asked.get("q", "").split())[:100]
        sessions, total = await list_sessions(work, state, q, number)
        context = {
            "sessions": sessions,
            "total": total,
            "number": number,
            "pages": max(1, -(-total // PER_PAGE)),
            "query": {"state": state, "q": q},
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        }
        return page_or_fragment(request, "admin/recordings/index.html", "admin/recordings/_results.html", **context)

    @get("/{recording_id:uuid}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], recording_id: FromPath[UUID]
    ) -> Template:
        context = await self._context(request, work, recording_id)
        answer = page(request, SHOW, form=None, **context)
        answer.background = looking_again(request, context["recording"])
        return with_media_of(answer, context["recording"])

    @post("/{recording_id:uuid}")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], recording_id: FromPath[UUID]
    ) -> Response[Any]:
        context = await self._context(request, work, recording_id)
        data, _form = await read_form(request, TitleForm, SHOW, **context)
        await rename(work, recording_id, data.title)
        return go(request, f"{PLACE}/{recording_id}", _("Saved."))

    @post("/{recording_id:uuid}/visibility")
    async def change_visibility(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], recording_id: FromPath[UUID]
    ) -> Response[Any]:
        is_visible = (await typed_values(request)).get("is_visible") == "yes"
        session_id = await show_to_students(work, recording_id, is_visible)
        words = _("Students can see it now.") if is_visible else _("It is hidden from students.")
        return go(request, f"/admin/sessions/{session_id}/recordings", words)

    @post("/{recording_id:uuid}/captions", opt={"takes_files": True}, request_max_body_size=LARGEST + 100_000)
    async def caption(self, request: Request[Any, Any, Any], recording_id: FromPath[UUID]) -> Response[Any]:
        sent = (await request.form()).get("file")
        try:
            if not isinstance(sent, UploadFile) or not sent.filename:
                raise InvalidInput({"file": _("Please choose a file first.")})
            content = await sent.read(LARGEST)
            async with opened_work(request) as work:
                lines = await add_captions(work, recording_id, content)
        except InvalidInput as refusal:
            async with opened_work(request) as work:
                context = await self._context(request, work, recording_id)
            raise FormRefused(SHOW, Form({}, refusal.fields), context) from None
        return go(request, f"{PLACE}/{recording_id}", _("The captions are there: {count} lines.", count=lines))

    @post("/{recording_id:uuid}/chapters")
    async def chapter(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], recording_id: FromPath[UUID]
    ) -> Response[Any]:
        context = await self._context(request, work, recording_id)
        data, form = await read_form(request, ChaptersForm, SHOW, **context)
        try:
            count = await type_chapters(work, recording_id, data.chapters)
        except InvalidInput as refusal:
            raise refuse(SHOW, form, refusal, **context) from None
        said = ngettext("The chapter is kept.", "The {count} chapters are kept.", count)
        return go(request, f"{PLACE}/{recording_id}", said if count else _("No chapters of yours any more."))

    @post("/{recording_id:uuid}/removal")
    async def destroy(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], recording_id: FromPath[UUID]
    ) -> Response[Any]:
        session_id = await remove(work, recording_id)
        return go(request, f"/admin/sessions/{session_id}/recordings", _("The recording is removed."))

    async def _context(self, request: Request[Any, Any, Any], work: Work, recording_id: UUID) -> dict[str, Any]:
        recording, transcript = await show_recording(work, recording_id)
        number, me = page_number(request), work.identity.person_id
        assert me is not None
        viewers, total = await viewers_of(work, recording_id, number)
        return {
            "recording": recording,
            "transcript": transcript,
            "typed_chapters": write_typed(transcript.chapters) if recording.has_typed_chapters else "",
            "media": media_path(request, PLACE, recording_id, me),
            "viewers": viewers,
            "total": total,
            "number": number,
            "pages": max(1, -(-total // PER_PAGE)),
            "tenths": (tenths := await tenths_of(work, recording_id)),
            "seen_points": [(tenth_name(one.tenth), one.seen) for one in tenths],
            "stopped_points": [(tenth_name(one.tenth), one.stopped) for one in tenths],
            "watched_at": WATCHED_AT,
            "now": work.now,
        }


def tenth_name(tenth: int) -> str:
    return f"{tenth * 10} %"
