"""What needs attention: everything that will not mend itself, each with the place where it is mended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.dashboard.kinds import place_of_step, step_name
from domain.integrations.states import THRESHOLD, TITLES
from domain.language import _, ngettext
from domain.sessions.roster import HAS_UNMATCHED

COUNTED = 1_000  # beyond, counting on would tell nobody more
WORKER_SILENT = 60.0  # seconds; a worker says every few seconds that it lives
WORKER_BEHIND = 2  # minutes that something due may wait

# Failures are looked back on for 7 days, unless the same e-mail has been sent again since. A due thing waits in vain when no
# worker takes it: business time says that it is due, real time that its own retry is.
SQL = f"""
select jsonb_build_object(
  'failed', (select count(*) from (select from deliveries d
     where d.state = 'failed' and d.created_at > %(now)s - interval '7 days' and not exists (
       select from deliveries again where again.person_id = d.person_id and again.kind = d.kind
         and again.channel = d.channel
         and again.created_at > d.created_at and again.campaign_id is not distinct from d.campaign_id)
     limit {COUNTED}) f),
  'unknown', (select count(*) from (select from deliveries where state = 'unknown' limit {COUNTED}) u),
  'waiting', (select count(*) from cta_submissions where status = 'new' and submitted_at < %(now)s - interval '2 days'),
  'flagged', (select count(*) from gateway_payments where problem <> '' and resolved_at is null),
  'overdue', (select count(*) from payments p where p.state in ('due', 'part_paid') and exists (
     select from payment_requests r where r.payment_id = p.id and r.state <> 'paid'
       and r.due_on < (%(now)s at time zone 'Asia/Kolkata')::date)),
  'unpaid', (select count(*) from (select from automation_steps s join enrolments e on e.id = s.subject_id
     where s.rule_key = 'unpaid_attention' and s.state = 'done' and s.finished_at > %(now)s - interval '60 days'
       and e.state = 'active' and exists (select from payments p where p.person_id = e.person_id and p.cancelled_at is null)
       and not exists (select from payments p where p.person_id = e.person_id and p.paid_paise > 0
         and p.created_at >= coalesce(e.agreed_at, e.enrolled_at))
     limit {COUNTED}) n),
  'meetings', (select count(*) from sessions where cancelled_at is null and ends_at > %(now)s
     and (zoom_state in ('failed', 'missing') or (zoom_state in ('creating', 'changing') and zoom_reason <> ''))),
  'unmatched', (select count(*) from sessions s where {HAS_UNMATCHED}),
  'imports', (select jsonb_agg(jsonb_build_object('id', id, 'name', file_name)) from (select id, file_name from lead_imports
     where state = 'failed' and created_at > %(now)s - interval '7 days' order by created_at desc limit 3) i),
  'recordings', (select count(*) from sessions s where s.zoom_recording_status in ('failed', 'missing')
     and s.cancelled_at is null and not exists (select from recordings r where r.session_id = s.id and r.source <> 'zoom')),
  'steps', (select jsonb_agg(to_jsonb(s)) from (
     select kind, count(*), (array_agg(subject_id order by finished_at desc))[1] as subject, true as has_failed
       from automation_steps where state = 'failed' and finished_at > %(now)s - interval '7 days'
       and kind <> 'sync_meeting' group by kind
     union all
     select kind, count(*), (array_agg(subject_id order by due_at))[1], false from automation_steps
      where state = 'planned' and attempt >= 3 and due_at <= %(now)s group by kind
     order by kind) s),
  'oldest', (select min(due_at) from (
     (select due_at from automation_steps where state = 'planned' and due_at <= %(now)s
        and (retry_at is null or retry_at <= now()) order by due_at limit 1)
     union all
     (select d.due_at from (values ('email'), ('whatsapp'), ('call')) c (channel), (values (true), (false)) b (is_bulk),
        lateral (select due_at from deliveries where channel = c.channel and is_bulk = b.is_bulk
          and state in ('pending', 'retry') and due_at <= %(now)s and (retry_at is null or retry_at <= now())
          order by due_at limit 1) d
      where not (select value = 'true' from business_settings where key = 'sending_paused')
        and not exists (select from provider_traffic t where t.channel = c.channel
              and (t.failures >= {THRESHOLD} or t.opened_until > now())) order by d.due_at limit 1)) w),
  'broken', (select jsonb_agg(provider order by provider) from provider_traffic where failures >= {THRESHOLD}),
  'accounts', (select jsonb_object_agg(provider, account_problem) from provider_traffic where account_problem <> ''),
  'lapsed', (select count(*) from automation_steps where state = 'running' and leased_until < now() - interval '2 minutes'),
  'paused', (select value = 'true' from business_settings where key = 'sending_paused'))
"""


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to mend: how many, what, and where. ``tone`` is rose where work stands still."""

    text: str
    href: str
    action: str
    count: int | None = None
    tone: str = "amber"

    @property
    def shown(self) -> str:
        """The count as people read it."""
        return f"{COUNTED - 1}+" if self.count == COUNTED else str(self.count)


def read_attention(found: Mapping[str, Any], now: datetime, worker_age: float | None) -> list[Concern]:
    """Return what needs attention, what stands still first. ``worker_age``: seconds since a worker was seen, None for never."""
    return [
        *_worker(found, now, worker_age),
        *_sending(found),
        *_providers(found["broken"] or ()),
        *_accounts(found["accounts"] or {}),
        *_steps(found["steps"] or ()),
        *_recordings(found),
        *_imports(found["imports"] or ()),
        *_meetings(found),
        *_unmatched(found),
        *_payments(found),
        *_emails(found),
        *_applications(found),
    ]


def _worker(found: Mapping[str, Any], now: datetime, age: float | None) -> Iterable[Concern]:
    if age is None or age > WORKER_SILENT:
        text = _(
            "The worker does not answer: nothing is sent or imported. Start it with “gurudesk up” or “gurudesk worker”."
        )
        yield Concern(text, "/admin/errors", _("See errors"), tone="rose")
        return
    waited = (now - datetime.fromisoformat(found["oldest"])).total_seconds() // 60 if found["oldest"] else 0
    if waited >= WORKER_BEHIND:
        text = ngettext("The worker is {count} minute behind", "The worker is {count} minutes behind", int(waited))
        yield Concern(text, "/admin/errors", _("See errors"), tone="rose")
    elif found["lapsed"]:
        text = ngettext("Step was left unfinished", "Steps were left unfinished", found["lapsed"])
        yield Concern(text, "/admin/errors", _("See errors"), found["lapsed"], "rose")


def _sending(found: Mapping[str, Any]) -> Iterable[Concern]:
    if found["paused"]:
        yield Concern(_("Sending is paused: nothing leaves"), "/admin/settings", _("Resume"), tone="rose")


def _providers(broken: Iterable[str]) -> Iterable[Concern]:
    for provider in broken:
        text = _("{provider} does not answer: what is for it waits", provider=TITLES.get(provider, provider))
        yield Concern(text, f"/admin/integrations/{provider}", _("Look into it"), tone="rose")


def _accounts(problems: Mapping[str, str]) -> Iterable[Concern]:
    for provider, reason in sorted(problems.items()):
        text = _("{reason} What is for it waits.", reason=reason)
        yield Concern(text, f"/admin/integrations/{provider}", _("Look into it"), tone="rose")


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
    if count := found["unpaid"]:
        text = ngettext(
            "Student has paid nothing since the approval", "Students have paid nothing since the approval", count
        )
        yield Concern(text, "/admin/payments?state=due", _("Review"), count)


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
