"""Who may do what to whose rows, written down by hand; and the probe that finds out what the database allows."""

from typing import Any

import psycopg

from tests.fixtures.cast import ASHA, BEN, DEVIKA, Actor
from tests.security.rows import ROWS, values_of

COMMANDS = ("select", "insert", "update", "delete")
ACTORS: dict[str, tuple[str, Actor | None]] = {
    "nobody": ("", None),
    "anonymous": ("anonymous", None),
    "student": ("student", ASHA),
    "admin": ("admin", BEN),
    "super_admin": ("super_admin", DEVIKA),
    "system": ("system", None),
}

Cells = tuple[str, str, str, str, str]

# For anonymous, student (Asha), admin (Ben), super_admin (Devika), system: no row, the own row, all rows, or those named.
NONE: Cells = ("none", "none", "none", "none", "none")
EVERYBODY: Cells = ("all", "all", "all", "all", "all")
ADMINS: Cells = ("none", "none", "all", "all", "all")
OWNERS: Cells = ("none", "none", "none", "all", "all")
SYSTEM: Cells = ("none", "none", "none", "none", "all")
SELF_AND_ADMINS: Cells = ("none", "own", "all", "all", "all")
SELF_AND_SYSTEM: Cells = ("none", "own", "own", "own", "all")
SELF_AND_OWNERS: Cells = ("none", "own", "own", "all", "all")
OPEN_COURSES: Cells = ("published", "published attended", "all", "all", "all")

# table -> select, insert, update, delete
EXPECTED: dict[str, tuple[Cells, Cells, Cells, Cells]] = {
    "app_clock": (EVERYBODY, NONE, NONE, NONE),
    "business_settings": (EVERYBODY, ADMINS, ADMINS, NONE),
    "people": (SELF_AND_ADMINS, ADMINS, SELF_AND_ADMINS, ADMINS),
    "profiles": (
        SELF_AND_ADMINS,
        ("none", "none", "asha chitra", "all", "all"),
        ("none", "own", "asha chitra ben", "all", "all"),
        OWNERS,
    ),
    "sign_ins": (SELF_AND_OWNERS, SYSTEM, SELF_AND_OWNERS, SYSTEM),
    "one_time_links": (SYSTEM, SYSTEM, SYSTEM, SYSTEM),
    "admin_requests": (OWNERS, SYSTEM, OWNERS, OWNERS),
    "courses": (OPEN_COURSES, ADMINS, ADMINS, ADMINS),
    "modules": (OPEN_COURSES, ADMINS, ADMINS, ADMINS),
    "batches": (OPEN_COURSES, ADMINS, ADMINS, ADMINS),
    "enrolments": (SELF_AND_ADMINS, ADMINS, ADMINS, ADMINS),
    "sessions": (("none", "attended", "all", "all", "all"), ADMINS, ADMINS, ADMINS),
    "session_registrants": (SELF_AND_ADMINS, ADMINS, ADMINS, ADMINS),
    "session_stays": (SELF_AND_ADMINS, ADMINS, ADMINS, ADMINS),
    "attendance": (SELF_AND_ADMINS, ADMINS, ADMINS, ADMINS),
    "session_feedback": (SELF_AND_ADMINS, SELF_AND_SYSTEM, SELF_AND_SYSTEM, NONE),
    "reminders": (ADMINS, ADMINS, NONE, NONE),
    "session_tellings": (SELF_AND_ADMINS, ADMINS, ADMINS, ADMINS),
    "recordings": (("none", "attended", "all", "all", "all"), ADMINS, ADMINS, ADMINS),
    "recording_cues": (("none", "attended", "all", "all", "all"), ADMINS, ADMINS, ADMINS),
    "recording_views": (SELF_AND_ADMINS, SELF_AND_SYSTEM, SELF_AND_SYSTEM, SYSTEM),
    "calendar_feeds": (SELF_AND_SYSTEM, SELF_AND_SYSTEM, SELF_AND_SYSTEM, SELF_AND_SYSTEM),
    "assignments": (("none", "attended", "all", "all", "all"), ADMINS, ADMINS, ADMINS),
    "assignment_files": (("none", "attended", "all", "all", "all"), ADMINS, NONE, ADMINS),
    "submissions": (SELF_AND_ADMINS, SELF_AND_SYSTEM, SELF_AND_ADMINS, SYSTEM),
    "submission_files": (SELF_AND_ADMINS, SELF_AND_SYSTEM, NONE, SELF_AND_SYSTEM),
    "assignment_extensions": (SELF_AND_ADMINS, ADMINS, ADMINS, ADMINS),
    "profile_pictures": (SELF_AND_ADMINS, SELF_AND_SYSTEM, SELF_AND_SYSTEM, SELF_AND_ADMINS),
    "lead_imports": (ADMINS, ADMINS, ADMINS, ADMINS),
    "lead_import_rows": (ADMINS, ADMINS, ADMINS, ADMINS),
    "imported_leads": (ADMINS, ADMINS, ADMINS, ADMINS),
    "lead_past_imports": (ADMINS, NONE, NONE, NONE),
    "kept_counts": (ADMINS, NONE, ADMINS, NONE),
    "lead_counts": (ADMINS, NONE, NONE, NONE),
    "lead_tags": (ADMINS, NONE, NONE, ADMINS),
    "lead_campaigns": (ADMINS, ADMINS, ADMINS, ADMINS),
    "lead_deletions": (ADMINS, ADMINS, ADMINS, NONE),
    "cta_submissions": (SELF_AND_ADMINS, ADMINS, ADMINS, ADMINS),
    "automation_steps": (ADMINS, ADMINS, ADMINS, ADMINS),
    "automation_rules": (ADMINS, ADMINS, ADMINS, ADMINS),
    "automation_rule_versions": (ADMINS, ADMINS, NONE, NONE),
    "lead_sequences": (ADMINS, ADMINS, ADMINS, ADMINS),
    "deliveries": (ADMINS, ADMINS, ADMINS, ADMINS),
    "email_logs": (ADMINS, ADMINS, ADMINS, SYSTEM),
    "email_suppressions": (ADMINS, ADMINS, ADMINS, ADMINS),
    "whatsapp_templates": (ADMINS, ADMINS, ADMINS, NONE),
    "whatsapp_template_versions": (ADMINS, ADMINS, NONE, NONE),
    "message_templates": (ADMINS, ADMINS, NONE, NONE),
    "whatsapp_logs": (ADMINS, ADMINS, ADMINS, SYSTEM),
    "call_logs": (ADMINS, ADMINS, ADMINS, SYSTEM),
    "phone_suppressions": (ADMINS, ADMINS, ADMINS, ADMINS),
    "crm_messages": (ADMINS, ADMINS, ADMINS, ADMINS),
    "saved_filters": (ADMINS, ADMINS, ADMINS, ADMINS),
    "broadcasts": (ADMINS, ADMINS, ADMINS, ADMINS),
    "broadcast_recipients": (ADMINS, ADMINS, ADMINS, ADMINS),
    "webhook_events": (ADMINS, SYSTEM, SYSTEM, SYSTEM),
    "webhook_rejections": (ADMINS, SYSTEM, ADMINS, SYSTEM),
    "provider_traffic": (ADMINS, NONE, ADMINS, NONE),
    "provider_requests": (ADMINS, SYSTEM, NONE, SYSTEM),
    "provider_tests": (ADMINS, ADMINS, SYSTEM, NONE),
    "payments": (SELF_AND_ADMINS, ADMINS, ADMINS, SYSTEM),
    "payment_requests": (SELF_AND_ADMINS, ADMINS, ADMINS, SYSTEM),
    "gateway_payments": (SELF_AND_ADMINS, ADMINS, ADMINS, SYSTEM),
    "refunds": (SELF_AND_ADMINS, ADMINS, ADMINS, SYSTEM),
    "notifications": (SELF_AND_SYSTEM, ADMINS, SELF_AND_SYSTEM, SELF_AND_SYSTEM),
    "audit_logs": (ADMINS, SELF_AND_SYSTEM, NONE, NONE),
    "api_tokens": (SELF_AND_OWNERS, ("none", "none", "own", "own", "all"), SELF_AND_OWNERS, SYSTEM),
    "api_answers": (SELF_AND_SYSTEM, SELF_AND_SYSTEM, SELF_AND_SYSTEM, SELF_AND_SYSTEM),
    "error_logs": (ADMINS, EVERYBODY, NONE, ADMINS),
}


def expected(table: str, command: str, actor: str) -> set[str]:
    """Return the labels of the rows that the actor may touch."""
    if actor == "nobody":
        return set()
    cell = EXPECTED[table][COMMANDS.index(command)][list(ACTORS).index(actor) - 1]
    named = {"none": set(), "all": set(ROWS[table].labels), "own": {actor_name(actor)}}
    return named.get(cell, set(cell.split()))


def actor_name(actor: str) -> str:
    person = ACTORS[actor][1]
    return person.name.split()[0].lower() if person else ""


def differences(connection: psycopg.Connection[Any], table: str, commands: tuple[str, ...] = COMMANDS) -> list[str]:
    """Return a sentence for each cell in which the database does not do as expected."""
    found = []
    for command in commands:
        for actor in ACTORS:
            allowed, should = probe(connection, table, command, actor), expected(table, command, actor)
            if allowed != should:
                found.append(f"{actor} {command} {table}: {sorted(allowed)} instead of {sorted(should)}")
    return found


def probe(connection: psycopg.Connection[Any], table: str, command: str, actor: str) -> set[str]:
    """Try the command as the actor on every row and return the labels of those it reached; nothing is kept."""
    if command == "insert":
        return {label for label in ROWS[table].labels if _may_insert(connection, table, label, actor)}
    with connection.transaction(force_rollback=True):
        before = _labels(connection, table)
        try:
            with connection.transaction():
                _enter(connection, actor)
                seen = _touch(connection, table, command)
        except psycopg.errors.InsufficientPrivilege:
            return set()
        connection.execute("reset role")
        after = _labels(connection, table)
    if command == "select":
        return seen
    if command == "update":  # an updated row lies elsewhere afterwards
        return {label for place, label in after.items() if place not in before}
    return set(before.values()) - set(after.values())


def _may_insert(connection: psycopg.Connection[Any], table: str, label: str, actor: str) -> bool:
    with connection.transaction(force_rollback=True):
        try:
            with connection.transaction():
                _enter(connection, actor)
                connection.execute(ROWS[table].insert, values_of(label))
        except psycopg.errors.InsufficientPrivilege:
            return False
        except psycopg.errors.UniqueViolation:  # policies are asked first: it was allowed, and is there already
            return True
    return True


def _touch(connection: psycopg.Connection[Any], table: str, command: str) -> set[str]:
    """Run the command on every row. An update reads nothing: else the policy for reading would stand in for its own."""
    if command == "select":
        return {row[0] for row in connection.execute(f"select {ROWS[table].label} from {table}")}  # type: ignore[arg-type]
    change = f"update {table} set {ROWS[table].change or _any_moment(connection, table)}"
    connection.execute(change if command == "update" else f"delete from {table}")  # type: ignore[arg-type]
    return set()


def _enter(connection: psycopg.Connection[Any], actor: str) -> None:
    connection.execute("set local role gurudesk_app")
    role, person = ACTORS[actor]
    if role:
        connection.execute("select enter_as(%s, %s)", (role, person.id if person else None))


def _labels(connection: psycopg.Connection[Any], table: str) -> dict[str, str]:
    rows = connection.execute(f"select ctid::text, {ROWS[table].label} from {table}")  # type: ignore[arg-type]
    return dict(rows.fetchall())


def _any_moment(connection: psycopg.Connection[Any], table: str) -> str:
    row = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and atttypid = 'timestamptz'::regtype order by attnum limit 1",
        (table,),
    ).fetchone()
    assert row, f"say in ROWS how {table} may be changed"
    return f"{row[0]} = now()"
