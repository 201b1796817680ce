"""What classes and assignments lacked: leaving a batch, drafts beside what was handed in, looks at older meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None

LEAVING = """
-- How far the SEQUENCE in somebody's calendar is ahead of the class's version: they left its batch and were told so, and what
-- they are sent when they are back must count as newer than the cancellation.
alter table session_tellings add column sequence_ahead integer not null default 0;
"""
DRAFTS = """
-- What a student writes after a return, beside what they handed in: text, links, and the ids of files added and removed.
alter table submissions add column draft jsonb;
-- Drafts begun before have overwritten what was handed in; of that the files are left.
update submissions s set draft = jsonb_build_object('text', s.text, 'links', to_jsonb(s.links), 'removed', '[]'::jsonb,
    'added', (select coalesce(jsonb_agg(f.id), '[]') from submission_files f
      where f.submission_id = s.id and f.created_at > s.submitted_at)), text = '', links = '{}'
 where s.state = 'returned' and s.updated_at > s.graded_at;
"""
DRAFTS_BEFORE = """
update submissions s set text = draft ->> 'text', links = array(select jsonb_array_elements_text(draft -> 'links'))
 where draft is not null;
alter table submissions drop column draft;
"""
TEMPLATE = {
    "campaign": "classes_left",
    "title": "Classes left",
    "body": "Hi {{1}}, you are not in {{2}} any more. The classes of {{3}} are no longer in your schedule.",
    "param_labels": ["First name", "Batch", "Course"],
    "buttons": [],
}
SEED = """
insert into whatsapp_templates (campaign, title, category, body, footer, param_labels, media, buttons, price_paise,
  created_at, updated_at)
values (:campaign, :title, 'utility', :body, '', :param_labels, '', :buttons, 13, now(), now())
on conflict (campaign) do nothing
"""
# Classes that were scheduled before meetings were looked at: as `plan_what_follows` plans it.
LOOKS = """
insert into automation_steps (kind, subject_id, subject_version, dedupe_key, payload, due_at, created_at)
select 'look_at_meeting', s.id, s.version, 'look_at_meeting:' || s.id || ':' || s.version, '{}', s.starts_at - interval '1 hour',
  app_now()
  from sessions s where s.cancelled_at is null and s.starts_at - interval '1 hour' > app_now()
on conflict (dedupe_key) do nothing
"""


def upgrade() -> None:
    op.execute(LEAVING)
    # Not offered for new classes and assignments; those it has keep it, with what was done in them.
    op.execute("alter table modules add column archived_at timestamptz")
    op.execute(DRAFTS)
    # Chapters that an admin typed are not replaced by those that Zoom tells.
    op.execute("alter table recordings add column has_typed_chapters boolean not null default false")
    op.execute("grant select (has_typed_chapters) on recordings to gurudesk_app")
    seed = sa.text(SEED).bindparams(
        sa.bindparam("buttons", type_=sa.JSON), sa.bindparam("param_labels", type_=sa.ARRAY(sa.Text))
    )
    op.get_bind().execute(seed, TEMPLATE)
    op.execute(LOOKS)


def downgrade() -> None:
    op.execute(DRAFTS_BEFORE)
    op.execute("delete from whatsapp_templates where campaign = 'classes_left'")
    op.execute("alter table recordings drop column has_typed_chapters")
    op.execute("alter table modules drop column archived_at")
    op.execute("alter table session_tellings drop column sequence_ahead")
