"""The sandbox's own memory: the providers' side of the wire, apart from the business.

The sandbox's role sees this schema alone. It learns the business time through a function here that asks the real one.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The schema itself is made with the roles, before any migration; a copy restored without them has none.
SCHEMA = """
create schema if not exists sandbox;
grant usage on schema sandbox to gurudesk_sandbox;

create function sandbox.app_now() returns timestamptz language sql stable security definer set search_path = public, pg_temp
  as $$ select public.app_now() $$;
revoke execute on function sandbox.app_now() from public;
grant execute on function sandbox.app_now() to gurudesk_sandbox;
"""

JOURNAL = """
create table sandbox.requests (
  id bigint generated always as identity primary key,
  provider text not null,
  at timestamptz not null default clock_timestamp(),
  method text not null,
  path text not null,
  query text not null,
  headers jsonb not null,
  body text not null,
  body_size bigint not null,
  status integer,
  answer_headers jsonb not null,
  answer text not null,
  duration_ms double precision not null
);
create index requests_provider on sandbox.requests (provider, id desc);

create table sandbox.faults (
  id bigint generated always as identity primary key,
  provider text not null,
  kind text not null,
  remaining integer not null check (remaining >= 0)
);
"""

SENDGRID = """
create table sandbox.mails (
  id bigint generated always as identity primary key,
  message_id text not null unique,
  accepted_at timestamptz not null,
  from_email text not null,
  from_name text not null,
  reply_to jsonb not null,
  subject text not null,
  content jsonb not null,
  headers jsonb not null,
  categories text[] not null,
  template_id text not null,
  asm_group_id integer,
  batch_id text,
  bypass_suppressions boolean not null,
  click_tracking boolean not null,
  open_tracking boolean not null
);
create index mails_batch on sandbox.mails (batch_id) where batch_id is not null;

create table sandbox.attachments (
  mail_id bigint not null references sandbox.mails on delete cascade,
  position integer not null,
  filename text not null,
  media_type text not null,
  disposition text not null,
  content_id text not null,
  content bytea not null,
  primary key (mail_id, position)
);

create table sandbox.messages (
  id bigint generated always as identity primary key,
  mail_id bigint not null references sandbox.mails on delete cascade,
  token uuid not null unique default gen_random_uuid(),
  sg_message_id text not null unique,
  field text not null check (field in ('to', 'cc', 'bcc')),
  email text not null,
  name text not null,
  from_address jsonb,
  subject text,
  headers jsonb not null,
  substitutions jsonb not null,
  template_data jsonb,
  custom_args jsonb not null,
  send_at timestamptz not null,
  released_at timestamptz
);
create index messages_email on sandbox.messages (lower(email), id desc);
create index messages_mail on sandbox.messages (mail_id);
create index messages_custom_args on sandbox.messages using gin (custom_args jsonb_path_ops);
create index messages_waiting on sandbox.messages (send_at) where released_at is null;

create table sandbox.posts (
  id bigint generated always as identity primary key,
  event_ids bigint[] not null,
  state text not null default 'pending' check (state in ('pending', 'accepted', 'given_up', 'off')),
  attempts integer not null default 0,
  created_at timestamptz not null,
  next_attempt_at timestamptz not null
);
create index posts_pending on sandbox.posts (next_attempt_at) where state = 'pending';
create index posts_events on sandbox.posts using gin (event_ids);

create table sandbox.events (
  id bigint generated always as identity primary key,
  message_id bigint not null references sandbox.messages on delete cascade,
  kind text not null,
  due_at timestamptz not null,
  sg_event_id text not null unique,
  details jsonb not null,
  post_id bigint references sandbox.posts on delete set null
);
create index events_due on sandbox.events (due_at, id) where post_id is null;
create index events_message on sandbox.events (message_id, due_at, id);

create table sandbox.attempts (
  id bigint generated always as identity primary key,
  post_id bigint not null references sandbox.posts on delete cascade,
  at timestamptz not null,
  url text not null,
  status integer,
  error text not null,
  duration_ms double precision not null
);
create index attempts_post on sandbox.attempts (post_id, id);

create table sandbox.suppressions (
  kind text not null check (kind in
    ('bounces', 'blocks', 'spam_reports', 'invalid_emails', 'unsubscribes', 'group_unsubscribes')),
  group_id integer not null default 0,
  email text not null,
  reason text not null,
  status text not null,
  created_at timestamptz not null,
  primary key (email, kind, group_id)
);

create table sandbox.batches (
  id text primary key,
  created_at timestamptz not null,
  status text check (status in ('pause', 'cancel'))
);

create table sandbox.event_webhooks (
  id text primary key,
  url text,
  enabled boolean not null,
  signed boolean not null
);
insert into sandbox.event_webhooks values ('event-webhook-1', null, true, true);
"""

GRANTS = """
grant select, insert, update, delete on all tables in schema sandbox to gurudesk_sandbox;
grant usage on all sequences in schema sandbox to gurudesk_sandbox;
"""


def upgrade() -> None:
    for statements in (SCHEMA, JOURNAL, SENDGRID, GRANTS):
        op.execute(statements)


def downgrade() -> None:
    op.execute("drop schema sandbox cascade")
