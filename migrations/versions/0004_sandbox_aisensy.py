"""What the sandbox remembers of AiSensy's side: the account, its templates and campaigns, and every WhatsApp message."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
create table sandbox.aisensy_account (
  id integer primary key check (id = 1),
  has_plan boolean not null default true,
  has_credits boolean not null default true,
  is_verified boolean not null default true,
  webhook_url text not null default '',
  is_webhook_signed boolean not null default true,
  webhook_shape text not null default 'project' check (webhook_shape in ('project', 'cloud')),
  tells_submitted_id boolean not null default true
);
insert into sandbox.aisensy_account (id) values (1);

create table sandbox.aisensy_templates (
  name text primary key,
  id text not null unique,
  language text not null,
  category text not null check (category in ('MARKETING', 'UTILITY', 'AUTHENTICATION')),
  status text not null check (status in ('PENDING', 'APPROVED', 'REJECTED', 'PAUSED', 'DISABLED')),
  components jsonb not null
);

create table sandbox.aisensy_campaigns (
  name text primary key,
  id text not null unique,
  template_name text not null references sandbox.aisensy_templates on delete cascade,
  is_live boolean not null default true,
  created_at timestamptz not null
);
create index aisensy_campaigns_template on sandbox.aisensy_campaigns (template_name);

create table sandbox.aisensy_contacts (
  phone text primary key,
  id text not null unique,
  name text not null,
  source text not null default '',
  tags text[] not null default '{}',
  attributes jsonb not null default '{}',
  created_at timestamptz not null,
  last_wrote_at timestamptz,
  wants_no_marketing boolean not null default false,
  typing_until timestamptz
);

create table sandbox.aisensy_messages (
  id bigint generated always as identity primary key,
  message_id text not null unique,
  wamid text not null unique,
  submitted_id text not null default '',
  phone text not null references sandbox.aisensy_contacts on delete cascade,
  sender text not null check (sender in ('API', 'USER')),
  message_type text not null,
  content jsonb not null,
  campaign text not null default '',
  category text not null default '',
  context_wamid text not null default '',
  code integer,
  created_at timestamptz not null,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz
);
create index aisensy_messages_phone on sandbox.aisensy_messages (phone, id desc);
create index aisensy_messages_submitted on sandbox.aisensy_messages (submitted_id) where submitted_id <> '';

create table sandbox.aisensy_media (
  id text primary key,
  filename text not null,
  media_type text not null,
  content bytea not null,
  created_at timestamptz not null
);

grant select, insert, update, delete on sandbox.aisensy_account, sandbox.aisensy_templates, sandbox.aisensy_campaigns,
  sandbox.aisensy_contacts, sandbox.aisensy_messages, sandbox.aisensy_media to gurudesk_sandbox;
grant usage on all sequences in schema sandbox to gurudesk_sandbox;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute(
        "drop table sandbox.aisensy_media, sandbox.aisensy_messages, sandbox.aisensy_contacts, sandbox.aisensy_campaigns,"
        " sandbox.aisensy_templates, sandbox.aisensy_account"
    )
