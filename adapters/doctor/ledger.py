"""The ledger: what was planned, what was sent, what the logs say and, where a provider is the sandbox, what it has taken.

Each comparison is one statement that returns what does not fit, with words for it. Nothing is changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg.rows import namedtuple_row

from adapters.doctor.finding import Finding, right, wrong
from adapters.embedded.places import places
from adapters.embedded.running import servers_running
from adapters.postgres.addresses import owner_url
from adapters.settings import Settings

MOST = 20  # of one kind are printed

# (what is compared, the provider whose journal is asked, what does not fit as columns id and text).
OURS = (
    (
        "Sent messages and their logs",
        "select d.id, d.channel || ' is sent, and has no log' as text from deliveries d where d.state = 'sent'"
        " and not exists (select from email_logs l where l.delivery_id = d.id)"
        " and not exists (select from whatsapp_logs l where l.delivery_id = d.id)"
        " and not exists (select from call_logs l where l.delivery_id = d.id)",
    ),
    (
        "Logs and their messages",
        "select d.id, d.channel || ' is ' || d.state || ', and its log says that it left: ' || l.state as text"
        " from (select delivery_id, state, rank from email_logs union all select delivery_id, state, rank from whatsapp_logs"
        "   union all select delivery_id, state, rank from call_logs) l join deliveries d on d.id = l.delivery_id"
        " where l.rank > 0 and l.state not in ('failed', 'unknown', 'sending', 'dropped')"
        "   and d.state in ('pending', 'retry', 'cancelled')",
    ),
    (
        "Steps of rules and their messages",
        "select d.id, d.channel || ' was written by a step that is ' || s.state as text from deliveries d"
        " join automation_steps s on s.id = d.step_id where s.state not in ('done', 'cancelled') and d.state <> 'cancelled'",
    ),
    (
        "One message a step and way",
        "select step_id as id, channel || ' was written ' || count(*) || ' times' as text from deliveries"
        " where step_id is not null group by step_id, channel having count(*) > 1",
    ),
    (
        "What is under way",
        "select id, channel || ' has been leaving for ' || round(extract(epoch from now() - leased_until) / 60) || ' minutes'"
        " as text from deliveries where state = 'sending' and leased_until < now() - interval '2 minutes'",
    ),
)
# What the demo's history says was sent was never attempted.
JOURNAL = (
    (
        "sendgrid",
        "E-mails and SendGrid's journal",
        "with taken as (select (custom_args ->> 'delivery_id')::uuid as id, count(*) as times from sandbox.messages"
        "   where custom_args ? 'delivery_id' group by 1)"
        " select coalesce(t.id, d.id) as id, case when t.times > 1 then 'was taken ' || t.times || ' times'"
        "   when t.id is null then 'is sent, and was never taken' else 'was taken, and is ' || d.state end as text"
        " from taken t full join (select id, state from deliveries where channel = 'email' and attempted_at is not null) d"
        "   on d.id = t.id"
        " where t.times > 1 or (t.id is null and d.state = 'sent')"
        "   or (t.id is not null and d.state in ('pending', 'retry', 'cancelled', 'failed'))",
    ),
    (
        "aisensy",
        "WhatsApp messages and AiSensy's journal",
        "with taken as (select l.delivery_id as id, count(*) as times from sandbox.aisensy_messages m"
        "   join whatsapp_logs l on l.submitted_id = nullif(m.submitted_id, '') or l.submitted_id = m.message_id"
        "     or l.message_id = m.wamid where m.sender = 'API' group by 1)"
        " select coalesce(t.id, d.id) as id, case when t.times > 1 then 'was taken ' || t.times || ' times'"
        "   when t.id is null then 'is sent, and was never taken' else 'was taken, and is ' || d.state end as text"
        " from taken t full join (select id, state from deliveries where channel = 'whatsapp' and attempted_at is not null) d"
        "   on d.id = t.id"
        " where t.times > 1 or (t.id is null and d.state = 'sent')"
        "   or (t.id is not null and d.state in ('pending', 'retry', 'cancelled', 'failed'))"
        " union all select null, '+' || m.phone || ' got “' || m.campaign || '” ' || count(*) || ' times, of ' || ours.count"
        "   from sandbox.aisensy_messages m cross join lateral (select count(*) from deliveries d where d.channel = 'whatsapp'"
        "     and d.to_address = '+' || m.phone and d.template = m.campaign and d.state in ('sent', 'unknown', 'sending')) ours"
        "   where m.sender = 'API' and m.campaign <> '' group by m.phone, m.campaign, ours.count"
        "   having count(*) > ours.count and exists (select from deliveries d where d.to_address = '+' || m.phone)",
    ),
    (
        "bolna",
        "Calls and Bolna's journal",
        "with taken as (select (user_data ->> 'ref')::uuid as id, count(*) as times from sandbox.calls"
        "   where user_data ? 'ref' group by 1)"
        " select coalesce(t.id, d.id) as id, case when t.times > 1 then 'was made ' || t.times || ' times'"
        "   when t.id is null then 'is made, and was never taken' else 'was made, and is ' || d.state end as text"
        " from taken t full join (select id, state from deliveries where channel = 'call' and attempted_at is not null) d"
        "   on d.id = t.id"
        " where t.times > 1 or (t.id is null and d.state = 'sent')"
        "   or (t.id is not null and d.state in ('pending', 'retry', 'cancelled', 'failed'))",
    ),
)
DOUBTS = "select channel, count(*) as count from deliveries where state = 'unknown' group by 1 order by 1"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not fit: a delivery's or step's id, and what is wrong with it."""

    id: str
    text: str


def compare_running(settings: Settings) -> list[Finding]:
    """Compare with the servers of a running Gurudesk, or with our own for as long as it takes."""
    if not settings.database_url and not (places(settings.data_dir).cluster / "PG_VERSION").exists():
        return [wrong("Ledger", "There is no database yet. Start Gurudesk once with: make run")]
    with servers_running(settings):
        return list(compare(settings))


def compare(settings: Settings) -> Iterator[Finding]:
    """Yield one finding a comparison; a wrong one names what does not fit, at most 20 of a kind."""
    try:
        with psycopg.connect(owner_url(settings), autocommit=True, row_factory=namedtuple_row) as connection:
            for subject, sql in OURS:
                yield _finding(subject, _differences(connection, sql))
            for provider, subject, sql in JOURNAL:
                if not settings.is_live(provider):
                    yield _finding(subject, _differences(connection, sql))
            yield from _doubts(connection)
    except psycopg.Error as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        yield wrong("Ledger", f"It cannot be read: {reason}")


def _differences(connection: psycopg.Connection[object], sql: str) -> list[Difference]:
    rows = connection.execute(sql.encode()).fetchall()
    return [Difference(str(row[0]), str(row[1])) for row in rows]  # type: ignore[index]


def _finding(subject: str, differences: list[Difference]) -> Finding:
    if not differences:
        return right(subject, "No differences.")
    named = "; ".join(f"{one.id} {one.text}" for one in differences[:MOST])
    more = f"; and {len(differences) - MOST} more" if len(differences) > MOST else ""
    return wrong(subject, f"{len(differences)} do not fit: {named}{more}.")


def _doubts(connection: psycopg.Connection[object]) -> Iterator[Finding]:
    """Say what is parked: nobody knows whether it left, and it is never sent again blindly."""
    counts = [f"{row[1]} by {row[0]}" for row in connection.execute(DOUBTS).fetchall()]  # type: ignore[index]
    yield right("In doubt", f"{', '.join(counts)}: each is under Deliveries." if counts else "Nothing.")
