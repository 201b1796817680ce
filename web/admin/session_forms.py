"""Scheduling a session and changing it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.errors import Conflict, DomainError, InvalidInput
from domain.language import _, ngettext
from domain.sessions.changing import update_session
from domain.sessions.conflicts import Overlap, find_overlaps, seal_of
from domain.sessions.reach import count_being_told, count_reached
from domain.sessions.scheduling import SessionFacts, session_of_form
from domain.sessions.session import has_ended
from domain.sessions.showing import batches_to_choose, find_session
from domain.sessions.weekly import create_series, weekly_starts
from domain.work import Row, Work
from web.admin.payment_forms import form_key
from web.admin.session_fields import SessionForm, beside, chosen_batch, first_values, values_of_session
from web.admin.session_words import DURATIONS, batch_choices, module_choices, recording_names, told
from web.forms import Form, read_form, refuse, typed_values
from web.rendering import go, page
from web.work import services_of

INDEX = "/admin/sessions"
NEW = "admin/sessions/new.html"
EDIT = "admin/sessions/edit.html"


class SessionFormController(Controller):
    path = "/sessions"

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        batches = await batches_to_choose(work)
        form: Form[Any] = Form(first_values(request.query_params, batches))
        return page(request, NEW, form=form, **_choices(batches, form.values))

    @post()
    async def create(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        values = await typed_values(request)
        batches = await batches_to_choose(work)
        context = _choices(batches, values)
        data, form = await read_form(request, SessionForm, NEW, **context)
        tell = values.get("action") != "quietly"
        if made_before := await session_of_form(work, form_key(values)):
            return go(request, f"{INDEX}/{made_before}")
        try:
            batch = chosen_batch(batches, data.batch)
            facts = data.facts(batch.id, batch.timezone)
            starts = weekly_starts(facts.starts_at, data.weeks, batch.timezone)
            await _confirm_overlaps(request, work, facts, starts, values, NEW, form, context)
            session_id = await create_series(work, facts, starts, tell=tell, form_key=form_key(values))
        except InvalidInput as error:
            raise refuse(NEW, form, beside(error), **context) from None
        if session_id is None:  # the same form was sent at the same moment
            return go(request, f"{INDEX}/{await session_of_form(work, form_key(values))}")
        made = ngettext("The class is scheduled.", "{count} classes are scheduled.", len(starts))
        return go(
            request, f"{INDEX}/{session_id}", f"{made} {told(batch.students, await count_being_told(work, session_id))}"
        )

    @get("/{session_id:uuid}/edit")
    async def edit(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Template:
        facts = await _changeable(work, session_id)
        form: Form[Any] = Form(values_of_session(facts))
        return page(request, EDIT, form=form, **await _edit_context(work, facts, form.values))

    @post("/{session_id:uuid}/edit")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], session_id: FromPath[UUID]
    ) -> Response[Any]:
        before = await _changeable(work, session_id)
        values = await typed_values(request)
        context = await _edit_context(work, before, values)
        data, form = await read_form(request, SessionForm, EDIT, **context)
        tell = values.get("action") == "tell"
        try:
            facts = data.facts(before.batch_id, before.timezone, before)
            if (facts.starts_at, facts.duration, facts.host) != (before.starts_at, before.duration, before.host):
                starts = [facts.starts_at]
                await _confirm_overlaps(request, work, facts, starts, values, EDIT, form, context, session_id)
            changed = await update_session(work, session_id, _version(values), facts, tell=tell)
        except InvalidInput as error:
            raise refuse(EDIT, form, beside(error), **context) from None
        except DomainError as error:
            # Typed values stay in sight: they can be copied over to the session as it is now.
            raise refuse(EDIT, form, error, **context, is_stale=True) from None
        news = told(before.students, await count_being_told(work, session_id))
        message = f"{_('Saved.')} {news}" if changed else _("Nothing was changed.")
        return go(request, f"{INDEX}/{session_id}", message)


async def _changeable(work: Work, session_id: UUID) -> Row:
    facts = await find_session(work, session_id)
    if facts.cancelled_at is not None:
        raise Conflict(_("This class is cancelled. Schedule a new one instead."))
    return facts


async def _confirm_overlaps(
    request: Request[Any, Any, Any],
    work: Work,
    facts: SessionFacts,
    starts: Sequence[Any],
    values: dict[str, Any],
    template: str,
    form: Form[Any],
    context: dict[str, Any],
    session_id: UUID | None = None,
) -> None:
    """Show the form again with what is on at the same time, until an admin has confirmed just that."""
    overlaps: list[Overlap] = await find_overlaps(
        work,
        batch_id=facts.batch_id,
        host=facts.host,
        in_zoom=facts.create_zoom_meeting,
        starts=starts,
        duration=facts.duration,
        session_id=session_id,
        home_host=services_of(request).settings.credential("ZOOM_HOST", "zoom"),
    )
    seal = seal_of(overlaps)
    if overlaps and values.get("confirmed") != seal:
        error = InvalidInput({"confirmed": _("Please look at what is on at the same time, and confirm it.")})
        raise refuse(template, form, error, **context, overlaps=overlaps, seal=seal)


async def _edit_context(work: Work, facts: Row, values: dict[str, Any]) -> dict[str, Any]:
    batches = await batches_to_choose(work, facts.batch_id, facts.module_id)
    context = _choices([batch for batch in batches if batch.id == facts.batch_id], values)
    reached = await count_reached(work, facts.batch_id, facts.id)
    return context | {"session": facts, "is_over": has_ended(facts, work.now), "reached": reached}


def _choices(batches: Sequence[Row], values: Any) -> dict[str, Any]:
    batch_id = str(values.get("batch", ""))
    return {
        "batches": batch_choices(batches),
        "batch": next((batch for batch in batches if str(batch.id) == batch_id), None),
        "modules": module_choices(batches, batch_id),
        "durations": DURATIONS,
        "recordings": recording_names(),
    }


def _version(values: dict[str, Any]) -> int:
    text = str(values.get("version", ""))
    return int(text) if text.isdecimal() and len(text) < 9 else 0
