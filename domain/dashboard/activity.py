"""Activity: what happened lately, read from the tables in which it happened, newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.audit_words import sentence
from domain.dashboard.kinds import email_name
from domain.language import _, ngettext
from domain.work import Work

MOST = 8
PER_PAGE = 40
# Told by the import, campaign or application itself, with more to say than the entry of who began it.
TOLD_ELSEWHERE = ("import.uploaded", "import.started", "campaign.started")

# Each part reads the end of an index. Entries about the demo outlive it in the audit log, but not here.
SQL = """
select jsonb_agg(to_jsonb(happened) order by at desc, key) from (
  select * from (
    (select 'application' as what, a.id::text as key, a.id as subject, a.submitted_at as at, a.name, c.title as detail,
        '' as state, 1 as count, '' as actor
      from cta_submissions a join courses c on c.id = a.course_id
      where a.submitted_at < %(before)s order by a.submitted_at desc limit %(most)s)
    union all
    (select 'import', i.id::text, i.id, coalesce(i.finished_at, i.created_at), i.file_name, i.error, i.state, i.created_count,
        ''
      from lead_imports i where i.created_at < %(before)s and coalesce(i.finished_at, i.created_at) < %(before)s
        and i.state in ('running', 'done', 'stopped', 'failed', 'undone')
      order by i.created_at desc limit %(most)s)
    union all
    (select 'campaign', c.id::text, c.id, c.created_at, c.name, '', c.state, c.recipient_count, ''
      from lead_campaigns c where c.created_at < %(before)s order by c.created_at desc limit %(most)s)
    union all
    (select 'email', min(d.id::text), (array_agg(d.id))[1], max(d.created_at), min(d.to_name), d.kind, d.state, count(*), ''
      from (values ('failed'), ('unknown')) s (state), lateral (select * from deliveries f where f.state = s.state
              and f.created_at < %(before)s order by f.created_at desc limit 250) d
      group by d.kind, d.state, d.campaign_id, date_trunc('hour', d.created_at) order by 4 desc limit %(most)s)
    union all
    (select 'audit', l.id::text, l.subject_id, l.at, l.subject_label, coalesce(l.details ->> 'batch', l.details ->> 'change',
          case when l.action <> 'rule.changed' then l.details ->> 'amount' end, ''), l.action, 1,
        l.actor_name
      from audit_logs l where l.at < %(before)s and l.action <> all (%(told)s)
        and (not l.details ? 'demo' or (select value = 'true' from business_settings where key = 'demo_loaded'))
      order by l.at desc, l.sequence desc limit %(most)s)
  ) everything order by at desc, key limit %(most)s
) happened
"""

# What it was done to, or the action itself -> icon
ICONS = {
    "application.approved": "graduation-cap",
    "application.rejected": "user-x",
    "application": "clipboard-check",
    "import": "file-up",
    "lead": "users",
    "leads": "users",
    "campaign": "megaphone",
    "course": "book-open",
    "module": "book-open",
    "batch": "layers",
    "student": "graduation-cap",
    "password": "key-round",
    "sending.paused": "pause",
    "sending": "play",
    "address": "mail-x",
    "test_email": "mail-check",
    "number": "phone",
    "whatsapp": "message-circle",
    "whatsapp_template": "message-circle",
    "business": "building-2",
    "demo": "trash-2",
    "payment": "indian-rupee",
    "payments": "indian-rupee",
    "refund": "indian-rupee",
}
PLACES = {
    "application": "/admin/applications/{}",
    "course": "/admin/courses/{}",
    "import": "/admin/imports/{}",
    "student": "/admin/students/{}",
    "lead": "/admin/leads/{}",
    "payment": "/admin/payments/{}",
    "refund": "/admin/payments/{}",
    "leads": "/admin/leads/deletions/{}",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``key`` names it for the page; ``href`` is empty where there is nothing to look at."""

    key: str
    at: datetime
    icon: str
    title: str
    text: str
    href: str


async def list_activity(work: Work, before: datetime | None = None, most: int = PER_PAGE) -> list[Event]:
    """Return what happened before a moment, newest first, in one round trip."""
    return read_activity(await work.value(SQL, **activity_values(work.now, before, most)))


def activity_values(now: datetime, before: datetime | None = None, most: int = MOST) -> dict[str, Any]:
    """Return the values of the statement."""
    # What other transactions have committed while this one ran has happened, too.
    return {"before": before or now + timedelta(days=1), "most": most, "told": list(TOLD_ELSEWHERE)}


def read_activity(found: Iterable[Mapping[str, Any]] | None) -> list[Event]:
    """Return what the statement found in words."""
    return [_event(row) for row in found or ()]


def _event(row: Mapping[str, Any]) -> Event:
    icon, title, text, href = WORDS[row["what"]](row)
    return Event(f"{row['what']}-{row['key']}", datetime.fromisoformat(row["at"]), icon, title, text, href)


def _application(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    text = _("{name} applied to {course}", name=row["name"], course=row["detail"])
    return "clipboard-check", _("New application"), text, f"/admin/applications/{row['subject']}"


def _import(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    href = f"/admin/imports/{row['subject']}"
    if row["state"] == "failed":
        return "file-warning", _("Import failed"), f"{row['name']}: {row['detail']}", href
    leads = ngettext("{count} new lead", "{count} new leads", row["count"])
    titles = {"running": _("Import running"), "stopped": _("Import stopped"), "undone": _("Import undone")}
    title = titles.get(row["state"], _("Leads imported"))
    return "file-up", title, _("{leads} from {file}", leads=leads, file=row["name"]), href


def _campaign(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    people = ngettext("to {count} lead", "to {count} leads", row["count"])
    title = _("Campaign cancelled") if row["state"] == "cancelled" else _("Campaign sent")
    if row["state"] in ("planned", "sending"):
        title = _("Campaign is being sent")
    return "send", title, f"{row['name']}, {people}", f"/admin/campaigns/{row['subject']}"


def _email(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    is_failed, count = row["state"] == "failed", row["count"]
    title = _("Message failed") if is_failed else _("Message with an unknown end")
    text = f"{email_name(row['detail'])}: " + (
        ngettext("{count} person", "{count} people", count) if count > 1 else row["name"]
    )
    return "mail-warning", title, text, f"/admin/deliveries?state={row['state']}"


def _audit(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    action = row["state"]
    noun = action.partition(".")[0]
    icon = ICONS.get(action) or ICONS.get(noun, "shield-check")
    title = sentence(action)
    about = f"{row['name']}, {row['detail']}" if row["detail"] and row["name"] else row["name"] or ""
    by = _("by {name}", name=row["actor"])
    place = PLACES.get(noun, "")
    return icon, title, f"{about} · {by}" if about else by, place.format(row["subject"]) if row["subject"] else ""


WORDS = {"application": _application, "import": _import, "campaign": _campaign, "email": _email, "audit": _audit}
