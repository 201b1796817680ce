"""Rows of every table, each labelled with whose or what it is: what the matrix of row security is tried on."""

from dataclasses import dataclass
from typing import Any

import psycopg

from tests.fixtures.cast import ASHA, BEN, CHITRA, DEVIKA

OWNERS = {"asha": ASHA, "chitra": CHITRA, "ben": BEN, "devika": DEVIKA}
# Three courses: anybody sees the published one, Asha attends one that is not published any more, nobody attends the draft.
COURSES = {
    "published": "00000000-0000-0000-0000-0000000000c1",
    "attended": "00000000-0000-0000-0000-0000000000c2",
    "draft": "00000000-0000-0000-0000-0000000000c3",
}
IMPORT = "00000000-0000-0000-0000-0000000000d1"


@dataclass(frozen=True, slots=True)
class Rows:
    """How a row of a table is made for a label, and how its label is read back."""

    insert: str
    label: str
    labels: tuple[str, ...] = ("business",)
    made_by_itself: bool = False
    change: str = ""  # a change that any row stands, where there is no moment to set


def personal(insert: str, owner: str, change: str = "") -> Rows:
    """Rows of which everybody of the cast has one; ``owner`` is the column that says whose it is."""
    names = " ".join(f"when '{actor.id}' then '{name}'" for name, actor in OWNERS.items())
    return Rows(insert, f"case {owner}::text {names} end", tuple(OWNERS), change=change)


def of_course(insert: str, column: str, change: str = "") -> Rows:
    names = " ".join(f"when '{course}' then '{name}'" for name, course in COURSES.items())
    return Rows(insert, f"case {column}::text {names} end", tuple(COURSES), change=change)


def business(insert: str, *, made_by_itself: bool = False, change: str = "") -> Rows:
    return Rows(insert, "'business'", made_by_itself=made_by_itself, change=change)


# In the order in which rows may be made: what is referred to comes first.
ROWS: dict[str, Rows] = {
    "app_clock": business("insert into app_clock default values", made_by_itself=True, change="shift = '0'"),
    "business_settings": business("insert into business_settings values ('colour', '1')"),
    "people": personal(
        "insert into people (id, email, created_at, updated_at) values (%(owner)s, %(email)s, now(), now())", "id"
    ),
    "profiles": personal(
        "insert into profiles (person_id, role, created_at, updated_at) values (%(owner)s, %(role)s, now(), now())",
        "person_id",
    ),
    "sign_ins": personal(
        "insert into sign_ins (person_id, token_hash) values (%(owner)s, %(email)s::bytea)", "person_id"
    ),
    "one_time_links": personal(
        "insert into one_time_links (purpose, subject_id, token_hash, expires_at)"
        " values ('set_password', %(owner)s, %(email)s::bytea, now())",
        "subject_id",
    ),
    "admin_requests": business(
        "insert into admin_requests (name, email, created_at) values ('Esha', 'esha@example.test', now())"
    ),
    "courses": of_course(
        "insert into courses (id, slug, title, is_published, created_at, updated_at)"
        " values (%(course)s, %(label)s, %(label)s, %(label)s = 'published', now(), now())",
        "id",
    ),
    "modules": of_course(
        "insert into modules (course_id, position, title) values (%(course)s, 1, 'One')", "course_id", "title = 'x'"
    ),
    "batches": of_course(
        "insert into batches (id, course_id, name, created_at) values (%(course)s, %(course)s, 'Batch', now())",
        "course_id",
    ),
    "enrolments": personal(
        "insert into enrolments (person_id, batch_id, enrolled_at) values (%(owner)s, %(owners_course)s, now())",
        "person_id",
    ),
    # A session has its course's id.
    "sessions": of_course(
        "insert into sessions (id, batch_id, title, starts_at, duration, ends_at, created_at, updated_at)"
        " values (%(course)s, %(course)s, 'x', '2026-01-01 10:00Z', 60, '2026-01-01 11:00Z', now(), now())",
        "id",
        "title = 'y'",
    ),
    "session_registrants": personal(
        "insert into session_registrants (session_id, person_id, zoom_meeting_id, registrant_id, join_url, created_at)"
        f" values ('{COURSES['attended']}', %(owner)s, '1', 'x', 'x', now())",
        "person_id",
    ),
    "session_stays": personal(
        "insert into session_stays (session_id, person_id, source, stay_key, joined_at, created_at)"
        f" values ('{COURSES['attended']}', %(owner)s, 'link', %(email)s, now(), now())",
        "person_id",
    ),
    "attendance": personal(
        "insert into attendance (session_id, person_id, updated_at)"
        f" values ('{COURSES['attended']}', %(owner)s, now())",
        "person_id",
    ),
    "session_tellings": personal(
        "insert into session_tellings (session_id, person_id, version, told_at)"
        f" values ('{COURSES['attended']}', %(owner)s, 1, now())",
        "person_id",
    ),
    "session_feedback": personal(
        "insert into session_feedback (session_id, person_id, rating, given_at, updated_at)"
        f" values ('{COURSES['attended']}', %(owner)s, 5, now(), now())",
        "person_id",
    ),
    # A recording has its session's id, which is its course's.
    "recordings": of_course(
        "insert into recordings (id, session_id, kind, source, created_at, updated_at)"
        " values (%(course)s, %(course)s, 'video', 'zoom', now(), now())",
        "session_id",
    ),
    "recording_cues": of_course(
        "insert into recording_cues (recording_id, kind, number, starts_ms, ends_ms, text)"
        " values (%(course)s, 'line', 1, 0, 1, 'x')",
        "recording_id",
        "text = 'y'",
    ),
    "recording_views": personal(
        "insert into recording_views (recording_id, person_id, duration, opened_at, counted_at, seen_at)"
        f" values ('{COURSES['attended']}', %(owner)s, 1, now(), now(), now())",
        "person_id",
    ),
    "calendar_feeds": personal(
        "insert into calendar_feeds (person_id, created_at) values (%(owner)s, now())", "person_id"
    ),
    # An assignment has its course's id, what is handed in its owner's.
    "assignments": of_course(
        "insert into assignments (id, batch_id, title, due_at, published_at, created_at, updated_at)"
        " values (%(course)s, %(course)s, 'x', now(), now(), now(), now())",
        "id",
        "title = 'y'",
    ),
    "assignment_files": of_course(
        "insert into assignment_files (assignment_id, name, stored_name, media_type, size, sha256, created_at)"
        " values (%(course)s, 'x', %(label)s, 'x', 1, 'x', now())",
        "assignment_id",
    ),
    "submissions": personal(
        "insert into submissions (id, assignment_id, person_id, created_at, updated_at)"
        f" values (%(owner)s, '{COURSES['attended']}', %(owner)s, now(), now())",
        "person_id",
    ),
    "submission_files": personal(
        "insert into submission_files (submission_id, name, stored_name, media_type, size, sha256, created_at)"
        " values (%(owner)s, 'x', %(email)s, 'x', 1, 'x', now())",
        "submission_id",
    ),
    "assignment_extensions": personal(
        "insert into assignment_extensions (assignment_id, person_id, due_at, created_at)"
        f" values ('{COURSES['attended']}', %(owner)s, now(), now())",
        "person_id",
    ),
    "profile_pictures": personal(
        "insert into profile_pictures (person_id, stored_name, size, updated_at) values (%(owner)s, %(email)s, 1, now())",
        "person_id",
    ),
    "lead_imports": business(
        "insert into lead_imports (id, file_name, stored_name, file_size, file_hash, created_at)"
        f" values ('{IMPORT}', 'leads.csv', 'x', 1, 'x', now())"
    ),
    "lead_import_rows": business(
        f"insert into lead_import_rows values ('{IMPORT}', 1, 'rejected', 'no contact')", change="reason = 'x'"
    ),
    "imported_leads": personal(
        "insert into imported_leads (id, person_id, tags, created_at) values (%(owner)s, %(owner)s, '{cold}', now())",
        "person_id",
    ),
    "lead_past_imports": business(
        f"insert into lead_past_imports select '{IMPORT}', id from imported_leads limit 1",
        change="import_id = gen_random_uuid()",
    ),
    "lead_counts": business("insert into lead_counts values ('new', 1)", made_by_itself=True, change="change = 1"),
    "lead_tags": business("insert into lead_tags values ('warm')", made_by_itself=True, change="tag = 'warm'"),
    "lead_deletions": business("insert into lead_deletions (leads, total, created_at) values ('{}', 0, now())"),
    "lead_campaigns": business(
        f"insert into lead_campaigns (name, course_id, created_at) values ('May', '{COURSES['published']}', now())"
    ),
    "cta_submissions": personal(
        "insert into cta_submissions (person_id, course_id, name, email, phone, submitted_at, updated_at)"
        f" values (%(owner)s, '{COURSES['published']}', '', %(email)s, '', now(), now())",
        "person_id",
    ),
    "automation_steps": personal(
        "insert into automation_steps (kind, person_id, dedupe_key, due_at, created_at)"
        " values ('x', %(owner)s, %(email)s, now(), now())",
        "person_id",
    ),
    "automation_rules": business(
        "insert into automation_rules (key, is_on, settings, updated_at) values ('x', true, '{}', now())"
    ),
    "kept_counts": business("insert into kept_counts (name, count, counted_at) values ('x', 0, now())"),
    "automation_rule_versions": business(
        "insert into automation_rule_versions (key, version, is_on, settings, changed_at) values ('x', 1, true, '{}', now())"
    ),
    "lead_sequences": personal(
        "insert into lead_sequences (lead_id, person_id, course_id, started_at)"
        f" values (%(owner)s, %(owner)s, '{COURSES['published']}', now())",
        "person_id",
    ),
    "deliveries": personal(
        "insert into deliveries (id, channel, kind, person_id, to_address, template, idempotency_key, due_at, created_at)"
        " values (%(owner)s, 'email', 'x', %(owner)s, %(email)s, 'x', %(email)s, now(), now())",
        "person_id",
    ),
    "reminders": personal(
        "insert into reminders (session_id, person_id, kind, session_version, channel, delivery_id, planned_for, written_at)"
        f" values ('{COURSES['attended']}', %(owner)s, 'x', 1, 'email', %(owner)s, now(), now())",
        "person_id",
    ),
    "email_logs": personal(
        "insert into email_logs (delivery_id, person_id, to_email, from_email, subject, created_at, updated_at)"
        " values (%(owner)s, %(owner)s, %(email)s, 'us@example.test', '', now(), now())",
        "person_id",
    ),
    "email_suppressions": personal(
        "insert into email_suppressions (email, reason, delivery_id, created_at)"
        " values (%(email)s, 'bounced', %(owner)s, now())",
        "delivery_id",
    ),
    "whatsapp_templates": business(
        "insert into whatsapp_templates (id, campaign, title, category, body, created_at, updated_at)"
        " values ('00000000-0000-0000-0000-0000000000e2', 'x', 'x', 'utility', 'x', now(), now())"
    ),
    "whatsapp_template_versions": business(
        "insert into whatsapp_template_versions (template_id, version, campaign, title, category, language, body, footer,"
        " param_labels, media, buttons, price_paise, created_at) values ('00000000-0000-0000-0000-0000000000e2', 1, 'x', 'x',"
        " 'utility', 'en', 'x', '', '{}', '', '[]', 0, now())"
    ),
    "message_templates": business(
        "insert into message_templates (key, version, subject, body, created_at) values ('cta', 1, 'x', 'x', now())"
    ),
    "whatsapp_logs": personal(
        "insert into whatsapp_logs (delivery_id, person_id, to_phone, created_at, updated_at)"
        " values (%(owner)s, %(owner)s, '', now(), now())",
        "person_id",
    ),
    "call_logs": personal(
        "insert into call_logs (delivery_id, person_id, to_phone, created_at, updated_at)"
        " values (%(owner)s, %(owner)s, '', now(), now())",
        "person_id",
    ),
    "phone_suppressions": personal(
        "insert into phone_suppressions (phone, channel, reason, delivery_id, created_at)"
        " values ('+91' || right(translate(%(owner)s::text, 'abcdef', '123456'), 10), 'all', 'invalid', %(owner)s, now())",
        "delivery_id",
    ),
    "crm_messages": personal(
        "insert into crm_messages (person_id, channel, direction, occurred_at, created_at)"
        " values (%(owner)s, 'whatsapp', 'in', now(), now())",
        "person_id",
    ),
    "saved_filters": business("insert into saved_filters (name, filter, created_at) values ('x', '{}', now())"),
    "broadcasts": business(
        "insert into broadcasts (id, name, channel, audience, is_marketing, created_at)"
        " values ('00000000-0000-0000-0000-0000000000e1', 'x', 'email', '{}', false, now())"
    ),
    "broadcast_recipients": personal(
        "insert into broadcast_recipients (broadcast_id, person_id, place)"
        " values ('00000000-0000-0000-0000-0000000000e1', %(owner)s, 1)",
        "person_id",
        change="place = 2",
    ),
    "webhook_events": business(
        "insert into webhook_events (provider, event_id, kind, payload, occurred_at) values ('x', 'x', 'x', '{}', now())"
    ),
    "webhook_rejections": business(
        "insert into webhook_rejections (provider, reason, day, last_at) values ('x', 'x', '2026-01-01', now())"
    ),
    "provider_traffic": business(
        "insert into provider_traffic (provider) values ('other')", made_by_itself=True, change="tokens = 1"
    ),
    "provider_requests": business(
        "insert into provider_requests (provider, at, method, path, outcome, duration_ms)"
        " values ('zoom', now(), 'GET', '/', 'answered', 1)"
    ),
    "provider_tests": business("insert into provider_tests (provider, asked_at) values ('zoom', now())"),
    # A payment, its request and what came in have their owner's id, too.
    "payments": personal(
        "insert into payments (id, person_id, purpose, amount_paise, paid_paise, created_at, updated_at)"
        " values (%(owner)s, %(owner)s, 'x', 900, 900, now(), now())",
        "person_id",
    ),
    "payment_requests": personal(
        "insert into payment_requests (id, payment_id, part, reference, amount_paise, created_at, updated_at)"
        " values (%(owner)s, %(owner)s, 1, %(email)s, 900, now(), now())",
        "payment_id",
    ),
    "gateway_payments": personal(
        "insert into gateway_payments (id, gateway_payment_id, payment_id, status, amount_paise, created_at, updated_at)"
        " values (%(owner)s, %(email)s, %(owner)s, 'credit', 900, now(), now())",
        "payment_id",
    ),
    "refunds": personal(
        "insert into refunds (payment_id, gateway_payment_id, amount_paise, kind, body, reference, form_key, created_at)"
        " values (%(owner)s, %(owner)s, 900, 'PTH', 'x', %(email)s, %(owner)s, now())",
        "payment_id",
    ),
    "notifications": personal(
        "insert into notifications (person_id, kind, title, created_at) values (%(owner)s, 'x', 'x', now())",
        "person_id",
    ),
    "audit_logs": personal(
        "insert into audit_logs (at, actor_id, actor_name, action) values (now(), %(owner)s, 'x', 'x')", "actor_id"
    ),
    "api_tokens": personal(
        "insert into api_tokens (id, person_id, role, name, public_id, token_hash)"
        " values (%(owner)s, %(owner)s, %(role)s, 'x', %(label)s, %(email)s::bytea)",
        "person_id",
        change="revoked_at = now()",
    ),
    "api_answers": personal(
        "insert into api_answers (token_id, key, person_id, request_hash) values (%(owner)s, 'x', %(owner)s, 'x')",
        "person_id",
    ),
    "error_logs": personal(
        "insert into error_logs (reference, component, kind, message, person_id)"
        " values (%(email)s, 'web', 'x', 'x', %(owner)s)",
        "person_id",
    ),
}


def values_of(label: str) -> dict[str, Any]:
    """Return what the insert statements need to make the row of a label."""
    actor = OWNERS.get(label, ASHA)
    return {
        "label": label,
        "owner": actor.id,
        "email": actor.email,
        "role": actor.role,
        "course": COURSES.get(label),
        "owners_course": COURSES["attended" if label == "asha" else "published"],
    }


def fill(connection: psycopg.Connection[Any]) -> None:
    """Make every row, as a superuser."""
    for rows in ROWS.values():
        for label in () if rows.made_by_itself else rows.labels:
            connection.execute(rows.insert, values_of(label))
