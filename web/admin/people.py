"""One person: who they are, where they stand, and their timeline, past and next, with what an admin may do about it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.automation.steering import (
    let_automations_go_on,
    retry_step,
    run_step_now,
    skip_step,
    stop_automations,
)
from domain.language import _
from domain.messaging.interventions import cancel_delivery, retry_delivery, send_now
from domain.timeline.person import check_theirs, find_person
from domain.timeline.reading import KINDS, Cursor, read_timeline
from domain.work import Work
from web.rendering import go, page_or_fragment, with_query

SHOW, FRAGMENT = "admin/people/show.html", "admin/people/_person.html"


class PersonController(Controller):
    path = "/people/{person_id:uuid}"

    @get()
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Template:
        kind = request.query_params.get("kind", "")
        kind = kind if kind in KINDS else ""
        after = Cursor.read(request.query_params.get("after", ""))
        person = await find_person(work, person_id)
        timeline = await read_timeline(work, person_id, kind, after)
        path = f"/admin/people/{person_id}"
        context = {
            "person": person,
            "timeline": timeline,
            "kind": kind,
            "after": after,
            "kinds": kind_names(),
            "path": path,
            "here": with_query(path, kind=kind, after=after),
            "newest": with_query(path, kind=kind),
            "older": with_query(path, kind=kind, after=timeline.older) if timeline.older else "",
            "now": work.now,
        }
        return page_or_fragment(request, SHOW, FRAGMENT, **context)

    @post("/stop")
    async def stop(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        cancelled = await stop_automations(work, person_id)
        message = _("Automations are stopped for this person. {cancelled}", cancelled=cancelled)
        return go(request, f"/admin/people/{person_id}", message)

    @post("/stop/removal")
    async def go_on(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], person_id: FromPath[UUID]
    ) -> Response[Any]:
        await let_automations_go_on(work, person_id)
        message = _("Automations go on for this person from now. What was cancelled stays cancelled.")
        return go(request, f"/admin/people/{person_id}", message)


class PersonStepController(Controller):
    path = "/people/{person_id:uuid}/steps/{step_id:uuid}"

    @post("/skip")
    async def skip(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        person_id: FromPath[UUID],
        step_id: FromPath[UUID],
    ) -> Response[Any]:
        return await act(request, work, person_id, step_id, skip_step, _("It is skipped."))

    @post("/now")
    async def hurry(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        person_id: FromPath[UUID],
        step_id: FromPath[UUID],
    ) -> Response[Any]:
        return await act(request, work, person_id, step_id, run_step_now, _("It is being done now."))

    @post("/retry")
    async def retry(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        person_id: FromPath[UUID],
        step_id: FromPath[UUID],
    ) -> Response[Any]:
        return await act(request, work, person_id, step_id, retry_step, _("It is planned again, for now."))


class PersonDeliveryController(Controller):
    path = "/people/{person_id:uuid}/deliveries/{delivery_id:uuid}"

    @post("/now")
    async def hurry(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        person_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
    ) -> Response[Any]:
        message = _("It is due now. In quiet hours it waits until they end.")
        return await act(request, work, person_id, delivery_id, send_now, message)

    @post("/retry")
    async def retry(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        person_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
    ) -> Response[Any]:
        return await act(request, work, person_id, delivery_id, retry_delivery, _("It is on its way again."))

    @post("/cancellation")
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        person_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
    ) -> Response[Any]:
        return await act(request, work, person_id, delivery_id, cancel_delivery, _("It was cancelled."))


async def act(
    request: Request[Any, Any, Any],
    work: Work,
    person_id: UUID,
    subject_id: UUID,
    do: Callable[[Work, UUID], Awaitable[None]],
    message: str,
) -> Response[Any]:
    await check_theirs(work, person_id, subject_id)
    await do(work, subject_id)
    return go(request, f"/admin/people/{person_id}", message)


def kind_names() -> dict[str, str]:
    """Return what the timeline can be filtered by, in the order of the chips."""
    return {
        "": _("Everything"),
        "email": _("E-mail"),
        "whatsapp": _("WhatsApp"),
        "call": _("Calls"),
        "admission": _("Lead and application"),
        "payment": _("Payments"),
        "class": _("Classes"),
        "assignment": _("Assignments"),
        "automation": _("Automations"),
        "admin": _("Admins"),
    }
