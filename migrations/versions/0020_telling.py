"""Who has been told of a class, the WhatsApp templates for it, and the way in that a student opens by the join link."""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.row_security import ADMIN_TABLE, secure

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = """
-- The last version of a class that somebody was written to about. Who is not here has never heard of it from us.
create table session_tellings (
  session_id uuid not null references sessions on delete cascade,
  person_id uuid not null references people on delete cascade,
  version integer not null,
  told_at timestamptz not null,
  primary key (session_id, person_id)
);
create index session_tellings_person on session_tellings (person_id);
create index deliveries_class on deliveries (subject_id) where kind like 'class\\_%';
"""

# A student writes neither stays nor attendance, but by this: their own coming in, to a class of their batch.
COME_IN = """
create function come_in(session uuid) returns void language sql volatile security definer
  set search_path = public, pg_temp as $$
  with mine as (
    select s.id, e.person_id from sessions s join enrolments e on e.batch_id = s.batch_id
     where s.id = session and s.cancelled_at is null and e.person_id = app_person() and e.state <> 'withdrawn'
  ), stay as (
    insert into session_stays (session_id, person_id, source, stay_key, joined_at, created_at)
    select id, person_id, 'link', person_id::text, app_now(), app_now() from mine
    on conflict (session_id, source, stay_key) do nothing
  )
  insert into attendance (session_id, person_id, joined_at, updated_at) select id, person_id, app_now(), app_now() from mine
  on conflict (session_id, person_id) do update
    set joined_at = least(attendance.joined_at, excluded.joined_at), updated_at = excluded.updated_at
    where attendance.joined_at is null or attendance.joined_at > excluded.joined_at
$$;
revoke execute on function come_in(uuid) from public;
grant execute on function come_in(uuid) to gurudesk_app;
"""

LINK = [{"kind": "link", "text": "See the class"}]
# The campaigns a real account is to be given by the same names.
TEMPLATES = [
    {
        "campaign": "class_scheduled",
        "title": "Class scheduled",
        "body": "Hi {{1}}, a class is planned for you: {{2}}, on {{3}}. You find the way in behind the button.",
        "param_labels": ["First name", "Class", "When"],
        "buttons": LINK,
    },
    {
        "campaign": "class_changed",
        "title": "Class changed",
        "body": "Hi {{1}}, your class {{2}} has changed. It is on {{3}} now. What is new stands behind the button.",
        "param_labels": ["First name", "Class", "When"],
        "buttons": LINK,
    },
    {
        "campaign": "class_cancelled",
        "title": "Class cancelled",
        "body": "Hi {{1}}, your class {{2}} on {{3}} does not take place. We are sorry.",
        "param_labels": ["First name", "Class", "When"],
        "buttons": [],
    },
    {
        "campaign": "classes_ahead",
        "title": "Classes ahead",
        "body": "Hi {{1}}, your classes in {{2}} are planned. The next is on {{3}}. You find all of them behind the button.",
        "param_labels": ["First name", "Course", "When"],
        "buttons": [{"kind": "link", "text": "See your classes"}],
    },
]
SEED = """
insert into whatsapp_templates (campaign, title, category, body, footer, param_labels, media, buttons, price_paise,
  created_at, updated_at)
values (:campaign, :title, 'utility', :body, '', :param_labels, '', :buttons, 13, now(), now())
on conflict (campaign) do nothing
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(secure("session_tellings", ADMIN_TABLE))
    op.execute(COME_IN)
    seed = sa.text(SEED).bindparams(
        sa.bindparam("buttons", type_=sa.JSON), sa.bindparam("param_labels", type_=sa.ARRAY(sa.Text))
    )
    for template in TEMPLATES:
        op.get_bind().execute(seed, template)


def downgrade() -> None:
    op.execute("drop function come_in(uuid)")
    op.execute("drop index deliveries_class")
    op.execute("drop table session_tellings")
    names = ", ".join(f"'{template['campaign']}'" for template in TEMPLATES)
    op.execute(f"delete from whatsapp_templates where campaign in ({names})")
