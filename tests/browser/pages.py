"""Every page there is, taken from the route table, with the address at which the demo shows it."""

from dataclasses import dataclass
from string import Formatter
from uuid import UUID

from adapters.settings import Settings
from domain.accounts.tokens import new_token, token_hash
from domain.messaging.unsubscribe_links import unsubscribe_token
from domain.payments.links import pay_token
from domain.sessions.feedback_links import feedback_path
from tests.fixtures.launcher import Launch
from tests.fixtures.services import TEST_SECRET
from tests.fixtures.web import lent_app
from tests.web.route_table import route_table

# Who looks at the pages of an audience: the demo's owner sees all that admins see.
LOOKS = {"public": "", "student": "student", "signed_in": "student", "admin": "owner", "super_admin": "owner"}

# Where a part of an address comes from.
PARTS = {
    "lead_id": "select lead_id from cta_submissions where lead_id is not null order by submitted_at limit 1",
    "application_id": "select id from cta_submissions where status = 'new' order by submitted_at limit 1",
    "deletion_id": """
        insert into lead_deletions (leads, total, seen, removed, created_at)
        values ('{}', 100000, 35000, 35000, now()) returning id""",
    "campaign_id": "select id from lead_campaigns order by created_at limit 1",
    # A class that begins soon, in which the demo's student is.
    "session_id": """
        insert into sessions (batch_id, title, description, starts_at, duration, ends_at, zoom_state, zoom_meeting_id,
          zoom_join_url, zoom_passcode, created_at, updated_at)
        select e.batch_id, 'Joins: putting tables together', 'Bring the query from last week.', app_now() + interval '30 minutes',
          90, app_now() + interval '2 hours', 'ready', '84000000001', 'https://zoom.test/j/1', '471100', app_now(), app_now()
        from enrolments e join people p on p.id = e.person_id where p.email = 'student@demo.gurudesk.test' limit 1
        returning id""",
    "recording_id": "select recording_id from recording_views order by seen_at, recording_id limit 1",
    "course_id": "select course_id from batches order by starts_on, id limit 1",
    "batch_id": "select id from batches order by starts_on, id limit 1",
    "message_id": """
        insert into crm_messages (person_id, channel, direction, delivery_id, provider_message_id, from_address, to_address,
          subject, body, media, checks, occurred_at, created_at)
        select person_id, 'email', 'in', delivery_id, gen_random_uuid()::text, to_email, 'reply@reply.gurudesk.test',
          'Re: ' || subject,
          E'Yes, I will attend.\\n\\nOn Mon, 5 Jan 2026 at 09:12, Gurudesk wrote:\\n> Shall we keep your seat?',
          '{"files": [{"name": "my identity card, both sides.pdf", "file": "messages/x/0", "size": 48128}]}',
          '{"verified": false}', now(), now()
        from email_logs order by created_at limit 1 returning id""",
    "delivery_id": "select id from deliveries where state = 'failed' limit 1",
    "assignment_id": """
        select a.id from assignments a join submissions s on s.assignment_id = a.id where s.state = 'submitted'
        order by a.due_at limit 1""",
    "submission_id": """
        select s.id from assignments a join submissions s on s.assignment_id = a.id where s.state = 'submitted'
        order by a.due_at, s.submitted_at, s.id limit 1""",
    "import_id": "select id from lead_imports where state = 'done' order by created_at desc limit 1",
    "provider": "select 'aisensy'",
    "request_id": """
        insert into provider_requests (provider, at, method, path, outcome, status, duration_ms, request_headers,
          request_body, request_bytes, response_headers, response_body, response_bytes)
        values ('aisensy', now(), 'POST', '/campaign/t1/api/v2', 'answered', 200, 182.4,
          '{"content-type": "application/json", "user-agent": "python-httpx"}',
          '{"apiKey": "•••", "campaignName": "welcome", "destination": "+919876543210"}', 180,
          '{"content-type": "application/json"}', '{"success": "true"}', 19) returning id""",
    "person_id": """
        select e.person_id from enrolments e join batches b on b.id = e.batch_id where e.state = 'active'
        order by b.starts_on, e.enrolled_at desc, e.id limit 1""",
    "enrolment_id": "select id from enrolments where state = 'active' order by enrolled_at limit 1",
    "payment_id": "select payment_id from refunds order by created_at limit 1",
    "receipt_id": "select id from gateway_payments where credited_at is not null order by credited_at limit 1",
    "phone": """
        insert into crm_messages (person_id, channel, direction, provider_message_id, from_address, body, occurred_at, created_at)
        select id, 'whatsapp', 'in', gen_random_uuid()::text, phone, 'When does it begin?', app_now(), app_now()
        from people where phone is not null order by id limit 1 returning from_address""",
    "template_id": "select id from whatsapp_templates where campaign = 'course_banner'",
    "key": "select 'welcome'",
    "rule_key": "select 'session_reminder_24h'",
    "version": """
        insert into message_templates (key, version, subject, body, created_at)
        values ('welcome', 1, 'Welcome, {{first_name}}', 'Your password: {{temporary_password}}', app_now())
        on conflict (key, version) do update set subject = excluded.subject returning version""",
    "broadcast_id": "select id from broadcasts where state = 'done' order by created_at limit 1",
    "slug": "select slug from courses where is_published order by created_at limit 1",
    "error_id": """
        insert into error_logs (reference, component, kind, message, trace, method, path)
        values (left(gen_random_uuid()::text, 8), 'web', 'TimeoutError', 'The database did not answer.',
                'Traceback (most recent call last):' || chr(10) || '  File "web/app.py", line 1', 'GET', '/admin/leads')
        returning id""",
}
# Where it comes from on a page that shows one state only.
PARTS_OF = {
    "/student/assignments/{assignment_id}": """
        select id from assignments where published_at is not null order by due_at desc limit 1""",
    "/admin/imports/{import_id}/columns": """
        insert into lead_imports (file_name, stored_name, file_size, file_hash, header, samples, mapping, created_at)
        values ('meta-leads-november.csv', 'imports/none', 48128, gen_random_uuid()::text,
                '["Full name", "Phone number", "Which of our courses interests you the most, and why?"]',
                '[["Meera Nair", "Arjun Sethi"], ["p:+919876543210", "p:+919876543211"], ["Data Analytics", ""]]',
                '{"0": "name", "1": "phone", "2": ""}', now()) returning id""",
    "/admin/sessions/{session_id}/attendance": """
        select session_id from session_stays where person_id is null order by joined_at limit 1""",
    "/admin/sessions/{session_id}/recordings": "select session_id from recordings order by created_at limit 1",
    "/admin/broadcasts/{broadcast_id}/message": "select id from broadcasts where state = 'draft' order by created_at limit 1",
    "/admin/broadcasts/{broadcast_id}/edit": "select id from broadcasts where state = 'draft' order by created_at limit 1",
}
# Whom or what a link with a token is about.
LINKS = {
    "/set-password/{token}": ("set_password", "select person_id from profiles where role = 'student' limit 1"),
    "/admin-access/verify/{token}": (
        "verify_admin_request",
        """insert into admin_requests (name, email, reason, created_at)
           values ('Kiran Rao', gen_random_uuid() || '@example.com', 'I teach.', now()) returning id""",
    ),
}
LINK = """
insert into one_time_links (purpose, subject_id, token_hash, expires_at)
values ('{purpose}', '{subject}', '\\x{token_hash}', now() + interval '1 day')
"""
# Somebody is asked how a class of theirs was.
ASKED = """
insert into automation_steps (kind, rule_key, person_id, subject_id, dedupe_key, due_at, state, created_at)
select 'feedback_request', 'feedback_request', a.person_id, a.session_id, gen_random_uuid()::text, now(), 'done', now()
from attendance a join sessions s on s.id = a.session_id join enrolments e on e.person_id = a.person_id
  and e.batch_id = s.batch_id and e.state = 'active'
where a.joined_at is not null order by s.ends_at desc limit 1 returning id
"""
# What stands behind an address for the page to show what it is for.
QUERIES = {
    "/admin/leads/selection": "?action=delete&scope=all",
    "/admin/campaigns/new": "?scope=all",
    "/admin/campaigns/left-out": "?scope=all&reason=no_email&course={course_id}",
}
# These do their work and lead elsewhere.
NO_PAGES = {"/admin/notifications/{notification_id}", "/student/notifications/{notification_id}"}


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """One page of the product, and who looks at it."""

    template: str
    looker: str

    def __str__(self) -> str:
        return self.template

    def address(self, demo: Launch) -> str:
        """Return where the demo shows it, filled with something that is there."""
        address = self.template + QUERIES.get(self.template, "")
        return address.format(**{name: _part(demo, self.template, name) for name in _names(address)})


def all_pages() -> list[PlacedPage]:
    """Return every page that a person can ask for."""
    with lent_app(Settings(_env_file=None, secret_key=TEST_SECRET)) as app:
        table = route_table(app)
    entries = [entry for entry in table if entry.method == "GET" and entry.is_page and entry.audience in LOOKS]
    pages = {entry.template: entry.audience for entry in entries if entry.template not in NO_PAGES}
    return [PlacedPage(template, _looker(template, pages[template])) for template in sorted(pages)]


def _looker(template: str, audience: str) -> str:
    return "owner" if template == "/styleguide" else LOOKS[audience]


def _names(template: str) -> list[str]:
    return [name for _text, name, _format, _conversion in Formatter().parse(template) if name]


def _part(demo: Launch, template: str, name: str) -> str:
    if template == "/feedback/{token}":
        step_id = UUID(str(demo.ask(ASKED)))
        return feedback_path((demo.data_dir / "secret_key").read_bytes(), step_id).removeprefix("/feedback/")
    if template == "/unsubscribe/{token}":
        delivery_id = UUID(str(demo.ask("select id from deliveries where kind = 'cta' order by created_at limit 1")))
        return unsubscribe_token((demo.data_dir / "secret_key").read_bytes(), delivery_id, "lead@example.test")
    if template.startswith("/pay/"):
        statement = "select payment_id from gateway_payments where credited_at is not null order by credited_at limit 1"
        payment_id = UUID(str(demo.ask(statement)))
        if name == "token":
            return pay_token((demo.data_dir / "secret_key").read_bytes(), payment_id)
    if name == "token":
        return _link(demo, *LINKS[template])
    statement = PARTS_OF.get(template) or PARTS.get(name)
    assert statement, f"say in PARTS where the demo has a {name} for {template}"
    value = demo.ask(statement)
    assert value is not None, f"the demo has no {name}"
    return str(value)


def _link(demo: Launch, purpose: str, subject: str) -> str:
    token = new_token()
    demo.ask(LINK.format(purpose=purpose, subject=demo.ask(subject), token_hash=token_hash(token).hex()))
    return token
