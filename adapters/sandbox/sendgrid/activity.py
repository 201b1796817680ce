"""The Email Activity API: which messages there were, and what became of each."""

import re
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid import answers

# One condition, or several joined by AND, each with or without brackets; the shapes the reference documents.
_VALUE = r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')"""
_CONDITION = re.compile(
    rf"""\(?\s*(?:(?P<field>[a-z_]+)(?:\[["'](?P<argument>[^"'\]]+)["']\])?\s*(?P<operator>!=|=|LIKE)\s*{_VALUE}"""
    r"""|Contains\(\s*categories\s*,\s*["'](?P<category>[^"']*)["']\s*\))\s*\)?""",
    re.IGNORECASE,
)
_FIELDS = {
    "msg_id": "m.sg_message_id",
    "from_email": "l.from_email",
    "to_email": "lower(m.email)",
    "subject": "coalesce(m.subject, l.subject)",
    "status": "coalesce(s.status, 'processed')",
    "template_id": "l.template_id",
}
_MESSAGES = """
select l.from_email, m.sg_message_id as msg_id, coalesce(m.subject, l.subject) as subject, m.email as to_email,
  coalesce(s.status, 'processed') as status, s.opens_count, s.clicks_count,
  to_char(coalesce(s.last_at, l.accepted_at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as last_event_time
from messages m join mails l on l.id = m.mail_id left join lateral (
  select case when bool_or(kind = 'delivered') then 'delivered' when bool_or(kind in ('bounce', 'dropped'))
      then 'not_delivered' else 'processed' end as status,
    count(*) filter (where kind = 'open') as opens_count, count(*) filter (where kind = 'click') as clicks_count,
    max(due_at) as last_at
  from events e where e.message_id = m.id and e.due_at <= app_now()) s on true
where {conditions} order by m.id desc limit %(limit)s
"""
_EVENTS = """
select kind, to_char(due_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as processed, details from events e
join messages m on m.id = e.message_id where m.sg_message_id = %(id)s and e.due_at <= app_now() order by due_at, e.id
"""


class ActivityController(Controller):
    path = "/messages"

    @get()
    async def index(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        limit: FromQuery[str] = "10",
    ) -> Response[bytes]:
        query = request.query_params.get("query", "")
        if not limit.isdigit() or not 1 <= int(limit) <= 1000:
            return answers.as_json({"errors": [{"message": "limit must be between 1 and 1000"}]}, 400)
        try:
            conditions, values = parse_query(query)
        except ValueError as error:
            return answers.as_json({"errors": [{"message": f"invalid syntax: {error}"}]}, 400)
        statement = _MESSAGES.format(conditions=" and ".join(conditions) or "true")
        rows = await database.rows(statement, **values, limit=int(limit))
        return answers.as_json({"messages": [row._asdict() for row in rows]})

    @get("/{msg_id:str}")
    async def show(self, database: NamedDependency[SandboxDatabase], msg_id: FromPath[str]) -> Response[bytes]:
        row = await database.row(_MESSAGES.format(conditions="m.sg_message_id = %(id)s"), id=msg_id, limit=1)
        if row is None:
            return answers.error(404, "message not found")
        events = [
            {
                "event_name": event.kind,
                "processed": event.processed,
                "reason": event.details.get("reason", ""),
                "url": event.details.get("url", ""),
                "http_user_agent": event.details.get("useragent", ""),
                "mx_server": "",
                "bounce_type": {"bounce": "hard", "blocked": "soft"}.get(event.details.get("type", ""), ""),
            }
            for event in await database.rows(_EVENTS, id=msg_id)
        ]
        return answers.as_json({**row._asdict(), "events": events})


def parse_query(query: str) -> tuple[list[str], dict[str, str]]:
    """Turn a query of the API into conditions of ours and their values. Raises ValueError naming what is wrong."""
    conditions: list[str] = []
    values: dict[str, str] = {}
    rest = query.strip()
    while rest:
        match = _CONDITION.match(rest)
        if match is None:
            raise ValueError(f"{rest[:40]!r} is not understood")
        name = f"value_{len(conditions)}"
        conditions.append(_condition(match, name))
        values[name] = next(
            (match[group] for group in ("category", "double", "single") if match[group] is not None), ""
        )
        if match["argument"]:
            values[f"{name}_key"] = match["argument"]
        rest = rest[match.end() :].strip()
        if rest and not rest.upper().startswith("AND "):
            raise ValueError(f"{rest[:40]!r} is not understood")
        rest = rest[4:].strip()
    return conditions, values


def _condition(match: re.Match[str], name: str) -> str:
    if match["category"] is not None:
        return f"%({name})s = any(l.categories)"
    field, operator = match["field"].lower(), match["operator"].upper()
    if field == "unique_args" and match["argument"] and operator in ("=", "!="):
        # As containment, so that the index serves it.
        has = f"m.custom_args @> jsonb_build_object(%({name}_key)s::text, %({name})s::text)"
        return has if operator == "=" else f"not {has}"
    if field not in _FIELDS:
        raise ValueError(f"'{field}' is not a known field")
    return f"{_FIELDS[field]} {operator} %({name})s"
