"""Around classes: reminders that were written, the host's summary, and what students say of a class."""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.row_security import ADMINS, SYSTEM, secure

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLES = """
-- One row a reminder that was written: by whichever rule, or 'now' by hand.
create table reminders (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references sessions on delete cascade,
  person_id uuid not null references people on delete cascade,
  kind text not null,
  session_version integer not null,
  channel text not null check (channel in ('email', 'whatsapp', 'call')),
  step_id uuid references automation_steps on delete set null,
  delivery_id uuid not null unique references deliveries on delete cascade,
  planned_for timestamptz not null,
  written_at timestamptz not null
);
-- What the engine promises, held by the table as well: of one kind nobody gets two for the same state of a class.
create unique index reminders_once on reminders (session_id, person_id, kind, session_version, channel) where kind <> 'now';
create index reminders_recent on reminders (session_id, written_at);
create index reminders_person on reminders (person_id);
create index reminders_step on reminders (step_id) where step_id is not null;

alter table sessions add column summary text not null default '' check (length(summary) <= 5000);
-- What may be read of sessions is granted column by column: the host's link is not.
grant select (summary) on sessions to gurudesk_app;

create table session_feedback (
  session_id uuid not null references sessions on delete cascade,
  person_id uuid not null references people on delete cascade,
  rating integer not null check (rating between 1 and 5),
  comment text not null default '' check (length(comment) <= 2000),
  given_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (session_id, person_id)
);
create index session_feedback_person on session_feedback (person_id);
create index session_feedback_given on session_feedback (given_at desc);
"""
OWN = "person_id = (select app_person())"
# The policies of sessions decide here, too: a student gives feedback on the classes they may see.
ON_MINE = f"{OWN} and session_id in (select s.id from sessions s)"
POLICIES = {
    "reminders": {"select": ADMINS, "insert": ADMINS},
    "session_feedback": {
        "select": f"{ADMINS} or {OWN}",
        "insert": f"{SYSTEM} or ({ON_MINE})",
        "update": f"{SYSTEM} or ({ON_MINE})",
    },
}

CLASS, JOIN = ["First name", "Class title", "When"], [{"kind": "link", "text": "Join the class"}]
WORK = ["First name", "Assignment", "Deadline"]
# The campaigns a real account is to be given by the same names; the labels name the rules' variables. Those of recordings and
# deadlines are there since 0012: their labels are named after the variables, and their wording stays.
TEMPLATES = [
    {
        "campaign": "session_reminder_24h",
        "title": "Class tomorrow",
        "body": "Hi {{1}}, a reminder of your class {{2}}: it is on {{3}}. The way in stands behind the button.",
        "param_labels": CLASS,
        "buttons": JOIN,
    },
    {
        "campaign": "session_reminder_15m",
        "title": "Class begins soon",
        "body": "Hi {{1}}, your class {{2}} begins soon: {{3}}. Come in by the button.",
        "param_labels": CLASS,
        "buttons": JOIN,
    },
    {
        "campaign": "session_reminder_now",
        "title": "Class reminder by hand",
        "body": "Hi {{1}}, we look forward to seeing you in {{2}}, on {{3}}. The way in stands behind the button.",
        "param_labels": CLASS,
        "buttons": JOIN,
    },
    {
        "campaign": "assignment_given",
        "title": "New assignment",
        "body": "Hi {{1}}, there is a new assignment for you: {{2}}. Hand it in by {{3}}, behind the button.",
        "param_labels": WORK,
        "buttons": [{"kind": "link", "text": "Open the assignment"}],
    },
    {
        "campaign": "feedback_request",
        "title": "How was the class?",
        "body": "Hi {{1}}, how was {{2}} for you? Tell us with one tap, behind the button. It takes a moment and helps us.",
        "param_labels": ["First name", "Class title"],
        "buttons": [{"kind": "link", "text": "Tell us"}],
    },
]
SEED = """
insert into whatsapp_templates (campaign, title, category, body, footer, param_labels, media, buttons, price_paise,
  created_at, updated_at)
values (:campaign, :title, 'utility', :body, '', :param_labels, '', :buttons, 13, now(), now())
on conflict (campaign) do nothing
"""


LABELS = """
update whatsapp_templates set param_labels = '{{First name,{after}}}'
 where campaign = '{campaign}' and param_labels = '{{First name,{before}}}';
"""
RENAMED = [("recording_ready", "Class", "Class title"), ("assignment_due", "Assignment,When", "Assignment,Deadline")]


def upgrade() -> None:
    op.execute(TABLES)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))
    seed = sa.text(SEED).bindparams(
        sa.bindparam("buttons", type_=sa.JSON), sa.bindparam("param_labels", type_=sa.ARRAY(sa.Text))
    )
    for template in TEMPLATES:
        op.get_bind().execute(seed, template)
    for campaign, before, after in RENAMED:
        op.execute(LABELS.format(campaign=campaign, before=before, after=after))


def downgrade() -> None:
    for campaign, before, after in RENAMED:
        op.execute(LABELS.format(campaign=campaign, before=after, after=before))
    names = ", ".join(f"'{template['campaign']}'" for template in TEMPLATES)
    op.execute(f"delete from whatsapp_templates where campaign in ({names})")
    op.execute("drop table session_feedback, reminders")
    op.execute("alter table sessions drop column summary")
