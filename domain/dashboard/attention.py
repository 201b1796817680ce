"""What needs attention: everything that will not mend itself, each with the place where it is mended."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from domain.dashboard.kinds import place_of_step, step_name
from domain.language import _, ngettext
from domain.problems import conditions, standing
from domain.problems.concern import Concern

__all__ = ["SQL", "Concern", "read_attention", "total_of"]

# Everything else is counted as the board of problems lists it.
SQL = f"""
select ({standing.SQL}) || jsonb_build_object(
  'failed', {conditions.count(conditions.FAILED)},
  'unknown', {conditions.count(conditions.UNKNOWN)},
  'waiting', {conditions.count(conditions.WAITING)},
  'flagged', {conditions.count(conditions.FLAGGED)},
  'overdue', {conditions.count(conditions.OVERDUE)},
  'unpaid', {conditions.count(conditions.UNPAID)},
  'not_enrolled', {conditions.count(conditions.NOT_ENROLLED)},
  'meetings', {conditions.count(conditions.MEETINGS)},
  'unmatched', {conditions.count(conditions.UNMATCHED)},
  'recordings', {conditions.count(conditions.RECORDINGS)},
  'rejected', {conditions.count(conditions.REJECTED)},
  'imports', (select jsonb_agg(jsonb_build_object('id', i.id, 'name', i.file_name)) from (
     select i.id, i.file_name from {conditions.IMPORTS} order by i.created_at desc limit 3) i),
  'steps', (select jsonb_agg(to_jsonb(s)) from (
     select t.kind, count(*), (array_agg(t.subject_id order by t.finished_at desc))[1] as subject, true as has_failed
       from automation_steps t where {conditions.STEP_FAILED} group by t.kind
     union all
     select t.kind, count(*), (array_agg(t.subject_id order by t.due_at))[1], false
       from automation_steps t where {conditions.STEP_STUCK} group by t.kind
     order by kind) s))
"""


def read_attention(found: Mapping[str, Any], now: datetime, worker_age: float | None) -> list[Concern]:
    """Return what needs attention, what stands still first. ``worker_age``: seconds since a worker was seen, None for never."""
    return [
        *standing.read_standing(found, now, worker_age),
        *_steps(found["steps"] or ()),
        *_recordings(found),
        *_imports(found["imports"] or ()),
        *_meetings(found),
        *_unmatched(found),
        *_payments(found),
        *_emails(found),
        *_applications(found),
        *_webhooks(found),
    ]


def total_of(concerns: Iterable[Concern]) -> int:
    """Return how many things are to be mended; what has no count is one."""
    return sum(concern.count or 1 for concern in concerns)


def _steps(steps: Iterable[Mapping[str, Any]]) -> Iterable[Concern]:
    for step in steps:
        name, place = step_name(step["kind"]), place_of_step(step["kind"], step["subject"])
        text = _("{step}: failed", step=name) if step["has_failed"] else _("{step}: being tried again", step=name)
        yield Concern(text, place, _("Look into it"), step["count"])


def _imports(imports: Iterable[Mapping[str, Any]]) -> Iterable[Concern]:
    for one in imports:
        yield Concern(_("Import failed: {file}", file=one["name"]), f"/admin/imports/{one['id']}", _("Open"), 1)


def _meetings(found: Mapping[str, Any]) -> Iterable[Concern]:
    # The class says how its meeting stands; a step that failed before it was mended does not.
    if count := found["meetings"]:
        text = ngettext("Class has no Zoom meeting as it should", "Classes have no Zoom meeting as they should", count)
        yield Concern(text, "/admin/sessions?state=trouble", _("Look at it"), count)


def _unmatched(found: Mapping[str, Any]) -> Iterable[Concern]:
    if count := found["unmatched"]:
        text = ngettext("Class had participants nobody could name", "Classes had participants nobody could name", count)
        yield Concern(text, "/admin/sessions?state=unmatched", _("Say who they were"), count)


def _recordings(found: Mapping[str, Any]) -> Iterable[Concern]:
    if count := found["recordings"]:
        text = ngettext("Class has no recording", "Classes have no recording", count)
        yield Concern(text, "/admin/session-recordings?state=trouble", _("Look at it"), count)


def _payments(found: Mapping[str, Any]) -> Iterable[Concern]:
    if count := found["flagged"]:
        text = ngettext("Payment does not fit what was asked for", "Payments do not fit what was asked for", count)
        yield Concern(text, "/admin/payments/flagged", _("Look at it"), count, "rose")
    if count := found["overdue"]:
        text = ngettext("Payment is overdue", "Payments are overdue", count)
        yield Concern(text, "/admin/payments?overdue=yes", _("Review"), count)
    if count := found["not_enrolled"]:
        text = ngettext("Person has paid and is not enrolled", "People have paid and are not enrolled", count)
        yield Concern(text, "/admin/problems?problem=not_enrolled", _("Look at it"), count, "rose")
    if count := found["unpaid"]:
        text = ngettext("Student has paid nothing for a week", "Students have paid nothing for a week", count)
        yield Concern(text, "/admin/problems?problem=unpaid", _("Review"), count)


def _emails(found: Mapping[str, Any]) -> Iterable[Concern]:
    if count := found["failed"]:
        text = ngettext("Message failed in the last 7 days", "Messages failed in the last 7 days", count)
        yield Concern(text, "/admin/deliveries?state=failed", _("Review"), count)
    if count := found["unknown"]:
        text = ngettext("Message with an unknown end", "Messages with an unknown end", count)
        yield Concern(text, "/admin/deliveries?state=unknown", _("Review"), count)


def _applications(found: Mapping[str, Any]) -> Iterable[Concern]:
    if count := found["waiting"]:
        text = ngettext("Application waits longer than 2 days", "Applications wait longer than 2 days", count)
        yield Concern(text, "/admin/applications?state=new&sort=submitted", _("Decide"), count)


def _webhooks(found: Mapping[str, Any]) -> Iterable[Concern]:
    if count := found["rejected"]:
        text = ngettext("Provider's webhooks are turned away", "Providers' webhooks are turned away", count)
        yield Concern(text, "/admin/problems?problem=rejected", _("Look at it"), count)
