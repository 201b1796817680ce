"""E-mails that people write to us, and more of SendGrid's side in the sandbox: its templates, and mail that was cancelled."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MESSAGES = """
-- A machine wrote it: somebody is away, or an address is gone. It is kept, and nobody is told.
alter table crm_messages add column is_automatic boolean not null default false;
-- What the provider found out about the sender: whether their domain vouches for them, and how much it looks like spam.
alter table crm_messages add column checks jsonb not null default '{}';
alter table crm_messages add column read_by uuid references people on delete set null;
alter table crm_messages add column read_at timestamptz;
create index crm_messages_arrived on crm_messages (occurred_at desc, id) where direction = 'in';
create index crm_messages_read_by on crm_messages (read_by) where read_by is not null;
"""

SANDBOX = """
alter table sandbox.messages add column discarded_at timestamptz;

create table sandbox.templates (
  id text primary key,
  name text not null,
  generation text not null check (generation in ('legacy', 'dynamic')),
  created_at timestamptz not null
);

create table sandbox.template_versions (
  id text primary key,
  template_id text not null references sandbox.templates on delete cascade,
  name text not null,
  is_active boolean not null,
  subject text not null,
  html text not null,
  plain text not null,
  updated_at timestamptz not null
);
create unique index template_versions_active on sandbox.template_versions (template_id) where is_active;

insert into sandbox.templates values ('d-0123456789abcdef0123456789abcdef', 'Greeting', 'dynamic', now());
insert into sandbox.template_versions values ('00000000-0000-4000-8000-000000000001', 'd-0123456789abcdef0123456789abcdef',
  'First', true, 'Hello {{name}}', '<p>Hello {{name}},</p>{{#if course}}<p>welcome to {{course}}.</p>{{/if}}',
  E'Hello {{name}},\\n{{#if course}}welcome to {{course}}.{{/if}}', now());

grant select, insert, update, delete on sandbox.templates, sandbox.template_versions to gurudesk_sandbox;
"""

BACK = """
drop table sandbox.template_versions, sandbox.templates;
alter table sandbox.messages drop column discarded_at;
drop index crm_messages_arrived;
alter table crm_messages drop column is_automatic, drop column checks, drop column read_by, drop column read_at;
"""


def upgrade() -> None:
    op.execute(MESSAGES)
    op.execute(SANDBOX)


def downgrade() -> None:
    op.execute(BACK)
