"""What the sandbox remembers of Zoom's side."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# One account with two licensed hosts and one on the Basic plan, whose meetings are downgraded without a word.
TABLES = """
create table sandbox.zoom_users (
  id text primary key,
  email text not null unique,
  first_name text not null,
  last_name text not null,
  type integer not null check (type in (1, 2)),
  pmi bigint not null,
  created_at timestamptz not null default now()
);
insert into sandbox.zoom_users (id, email, first_name, last_name, type, pmi) values
  ('sandboxZoomHost0000001', 'host@gurudesk.test', 'Meera', 'Host', 2, 5550001001),
  ('sandboxZoomHost0000002', 'host2@gurudesk.test', 'Ravi', 'Host', 2, 5550001002),
  ('sandboxZoomHost0000003', 'basic@gurudesk.test', 'Basic', 'Host', 1, 5550001003);

create table sandbox.zoom_tokens (
  digest bytea primary key,
  scopes text[] not null,
  expires_at timestamptz not null
);

create table sandbox.zoom_meetings (
  id bigint primary key,
  uuid text not null unique,
  host_id text not null references sandbox.zoom_users,
  topic text not null,
  agenda text not null,
  type integer not null,
  start_time timestamptz,
  duration integer not null,
  timezone text not null,
  password text not null,
  settings jsonb not null,
  recurrence jsonb,
  occurrences jsonb not null default '[]',
  tracking_fields jsonb not null default '[]',
  created_at timestamptz not null,
  deleted_at timestamptz
);
create index zoom_meetings_host on sandbox.zoom_meetings (host_id, start_time);

create table sandbox.zoom_instances (
  uuid text primary key,
  meeting_id bigint not null references sandbox.zoom_meetings on delete cascade,
  started_at timestamptz not null,
  ended_at timestamptz
);
create unique index zoom_instances_running on sandbox.zoom_instances (meeting_id) where ended_at is null;
create index zoom_instances_meeting on sandbox.zoom_instances (meeting_id, started_at desc);

create table sandbox.zoom_registrants (
  id text primary key,
  meeting_id bigint not null references sandbox.zoom_meetings on delete cascade,
  email text not null,
  first_name text not null,
  last_name text not null,
  details jsonb not null default '{}',
  status text not null check (status in ('approved', 'pending', 'denied')),
  tk text not null unique,
  pin integer not null,
  created_at timestamptz not null
);
create unique index zoom_registrants_email on sandbox.zoom_registrants (meeting_id, lower(email));

create table sandbox.zoom_stays (
  id bigint generated always as identity (start with 16778240 increment by 1024) primary key,
  uuid text not null references sandbox.zoom_instances on delete cascade,
  name text not null,
  email text not null default '',
  user_id text not null default '',
  registrant_id text not null default '',
  participant_uuid text not null,
  status text not null check (status in ('in_meeting', 'in_waiting_room')),
  joined_at timestamptz not null,
  left_at timestamptz
);
create index zoom_stays_instance on sandbox.zoom_stays (uuid, id);

create table sandbox.zoom_chat_lines (
  id bigint generated always as identity primary key,
  uuid text not null references sandbox.zoom_instances on delete cascade,
  at timestamptz not null,
  name text not null,
  line text not null
);
create index zoom_chat_lines_instance on sandbox.zoom_chat_lines (uuid, id);

create table sandbox.zoom_recordings (
  id uuid primary key default gen_random_uuid(),
  uuid text not null references sandbox.zoom_instances on delete cascade,
  started_at timestamptz not null,
  stopped_at timestamptz
);
create index zoom_recordings_instance on sandbox.zoom_recordings (uuid, started_at);

create table sandbox.zoom_recording_files (
  id uuid primary key default gen_random_uuid(),
  recording_id uuid not null references sandbox.zoom_recordings on delete cascade,
  file_type text not null,
  file_extension text not null,
  recording_type text not null,
  token text not null unique,
  content bytea not null,
  ready_at timestamptz not null,
  deleted_at timestamptz
);
create index zoom_recording_files_recording on sandbox.zoom_recording_files (recording_id);

create table sandbox.zoom_counts (
  day date not null,
  bucket text not null,
  count integer not null,
  primary key (day, bucket)
);

grant select, insert, update, delete on sandbox.zoom_users, sandbox.zoom_tokens, sandbox.zoom_meetings,
  sandbox.zoom_instances, sandbox.zoom_registrants, sandbox.zoom_stays, sandbox.zoom_chat_lines, sandbox.zoom_recordings,
  sandbox.zoom_recording_files, sandbox.zoom_counts to gurudesk_sandbox;
grant usage on all sequences in schema sandbox to gurudesk_sandbox;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("""
drop table sandbox.zoom_counts, sandbox.zoom_recording_files, sandbox.zoom_recordings, sandbox.zoom_chat_lines,
  sandbox.zoom_stays, sandbox.zoom_registrants, sandbox.zoom_instances, sandbox.zoom_meetings, sandbox.zoom_tokens,
  sandbox.zoom_users
""")
