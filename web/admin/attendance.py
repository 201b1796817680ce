"""Who was in a class: the list, what an admin marks, whom nobody could name, and the CSV."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream, Template

from domain.errors import InvalidInput
from domain.language import _
from domain.sessions.attendance_export import export_attendance_of, export_roster
from domain.sessions.attending import rule, state_names
from domain.sessions.roster import (
    PER_PAGE,
    attendance_of,
    dismiss,
    mark_by_hand,
    match_by_hand,
    roster_choices,
    show_roster,
)
from domain.students import find_student
from domain.work import Work
from web.addresses import page_number, uuid_or_none
from web.downloads import csv_download
from web.forms import typed_values
from web.rendering import go, page_or_fragment


class AttendanceController(Controller):
    path = "/sessions/{session_id:uuid}/attendance"

    @get()
    async def index(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Template:
        query = _query(request)
        page = page_number(request.query_params)
        roster = await show_roster(work, session_id, q=query["q"], state=query["state"], page=page)
        choices = await roster_choices(work, session_id) if roster.unmatched else []
        return page_or_fragment(
            request,
            "admin/sessions/attendance.html",
            "admin/sessions/_attendance.html",
            roster=roster,
            unmatched=len(roster.unmatched),
            choices=choices,
            names=state_names(),
            rule=rule(roster.session.late_after),
            query=query,
            path=request.url.path,
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        )

    @get("/export", opt={"no_shell": True})
    async def export(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Stream:
        query = _query(request)
        return await csv_download(
            "attendance",
            work.now,
            lambda file: export_roster(work, session_id, file, q=query["q"], state=query["state"]),
        )

    @post("/marks/{person_id:uuid}")
    async def mark(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        session_id: FromPath[UUID],
        person_id: FromPath[UUID],
    ) -> Response[Any]:
        await mark_by_hand(work, session_id, person_id, str((await typed_values(request)).get("mark", "")))
        return go(request, _back(request, session_id), _("Saved."))

    @post("/stays/{stay_id:uuid}/match")
    async def match(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        session_id: FromPath[UUID],
        stay_id: FromPath[UUID],
    ) -> Response[Any]:
        person_id = uuid_or_none(str((await typed_values(request)).get("person", "")))
        if person_id is None:
            raise InvalidInput({"": _("Choose who it was.")})
        name = await match_by_hand(work, session_id, stay_id, person_id)
        return go(request, _back(request, session_id), _("Counted for {name}.", name=name))

    @post("/stays/{stay_id:uuid}/dismissal")
    async def dismiss(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        session_id: FromPath[UUID],
        stay_id: FromPath[UUID],
    ) -> Response[Any]:
        if await dismiss(work, session_id, stay_id):
            return go(request, _back(request, session_id), _("Left out, here and in later classes of the batch."))
        return go(request, _back(request, session_id), _("Left out of this class."))


class StudentAttendanceController(Controller):
    path = "/students/{person_id:uuid}/attendance"

    @get()
    async def index(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Template:
        student, number = await find_student(work, person_id), page_number(request.query_params)
        classes, counts = await attendance_of(work, person_id, PER_PAGE, (number - 1) * PER_PAGE)
        return page_or_fragment(
            request,
            "admin/students/attendance.html",
            "admin/students/_classes.html",
            student=student,
            whole={"attendance": classes, "attendance_counts": counts},
            number=number,
            total=sum(counts.values()),
            pages=max(1, -(-sum(counts.values()) // PER_PAGE)),
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        )

    @get("/export", opt={"no_shell": True})
    async def export(self, work: NamedDependency[Work], person_id: FromPath[UUID]) -> Stream:
        student = await find_student(work, person_id)
        name = student.name or student.email or ""
        return await csv_download(
            "attendance", work.now, lambda file: export_attendance_of(work, person_id, name, file)
        )


def _query(request: Request[Any, Any, Any]) -> dict[str, str]:
    params = request.query_params
    return {"q": params.get("q", "")[:200], "state": params.get("state", "")}


def _back(request: Request[Any, Any, Any], session_id: UUID) -> str:
    """Return the list as it was filtered: its form sends the query along."""
    query = request.url.query
    return f"/admin/sessions/{session_id}/attendance" + (f"?{query}" if query else "")
