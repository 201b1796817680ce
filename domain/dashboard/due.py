"""What is due in the next 24 hours: planned steps and e-mails, those of one kind and minute together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.automation.rules import RULES
from domain.dashboard.kinds import email_name, step_name
from domain.language import ngettext

MOST = 8
KEYS = ", ".join(f"'{key}'" for key in RULES)  # named, so that the index of a rule's steps finds them

SQL = f"""
select jsonb_agg(to_jsonb(next)) from (
  select 'step' as what, s.kind, date_trunc('minute', s.due_at) as at, count(*) as count, min(h.name) as name,
      null::text as campaign
    from automation_steps s left join people h on h.id = s.person_id
   where s.state = 'planned' and s.due_at > %(now)s and s.due_at <= %(now)s + interval '24 hours'
     and (s.rule_key is null or s.rule_key in ({KEYS})) group by 2, 3
  union all
  select 'email', d.kind, date_trunc('minute', d.due_at), count(*), min(d.to_name), min(c.name)
    from deliveries d left join lead_campaigns c on c.id = d.campaign_id
   where d.state in ('pending', 'retry') and d.due_at > %(now)s and d.due_at <= %(now)s + interval '24 hours'
   group by 2, 3, d.campaign_id
  order by at, kind limit {MOST}
) next
"""


@dataclass(frozen=True, slots=True)
class Due:
    """Something that will happen, and to whom."""

    at: datetime
    title: str
    text: str


def read_due(found: Iterable[Mapping[str, Any]] | None) -> list[Due]:
    """Return what the statement found, the next first."""
    return [_due(row) for row in found or ()]


def _due(row: Mapping[str, Any]) -> Due:
    at, count = datetime.fromisoformat(row["at"]), row["count"]
    if row["what"] == "step":
        many = ngettext("{count} step", "{count} steps", count) if count > 1 else row["name"] or ""
        return Due(at, step_name(row["kind"]), many)
    many = ngettext("to {count} person", "to {count} people", count) if count > 1 else row["name"]
    return Due(at, email_name(row["kind"]), f"{row['campaign']} · {many}" if row["campaign"] else many)
