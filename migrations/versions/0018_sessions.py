"""Live classes: sessions with their meetings, each student's own way in, who was there, and calendars to subscribe to.

Courses and batches can be put away. Moments are UTC, durations minutes, stays seconds.
"""

from alembic import op

from adapters.postgres.row_security import ADMIN_TABLE, ADMINS, SYSTEM, secure

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = """
alter table courses add column archived_at timestamptz;
alter table batches add column archived_at timestamptz;

create table sessions (
  id uuid primary key default gen_random_uuid(),
  batch_id uuid not null references batches on delete cascade,
  module_id uuid references modules on delete set null,
  title text not null check (length(title) between 1 and 120),
  description text not null default '',
  starts_at timestamptz not null,
  duration integer not null check (duration between 5 and 1440),
  ends_at timestamptz not null check (ends_at = starts_at + make_interval(mins => duration)),
  -- The meeting provider's user who holds it; empty is the one of the settings.
  host text not null default '',
  recording text not null default 'cloud' check (recording in ('none', 'local', 'cloud')),
  create_zoom_meeting boolean not null default true,
  -- Where it is when it is not in Zoom: a link or a place.
  place text not null default '',
  series_id uuid,
  form_key uuid unique,
  -- Rises with each change that students see; what was planned for an earlier version is void. Calendars call it SEQUENCE.
  version integer not null default 1,
  moved_from timestamptz,
  cancelled_at timestamptz,
  cancel_reason text not null default '',
  -- The last version that students were told of, and when.
  told_version integer not null default 0,
  told_at timestamptz,
  zoom_state text not null default 'none' check (zoom_state in
    ('none', 'creating', 'ready', 'changing', 'deleting', 'deleted', 'failed', 'missing')),
  zoom_reason text not null default '',
  zoom_version integer not null default 0,
  -- When a meeting was first asked for: what may have been made is looked up before it is asked for again.
  zoom_asked_at timestamptz,
  zoom_meeting_id text,
  zoom_uuid text,
  zoom_join_url text not null default '',
  zoom_passcode text not null default '',
  zoom_start_url text not null default '',
  zoom_has_registration boolean not null default false,
  zoom_recording_status text not null default '' check (zoom_recording_status in
    ('', 'waiting', 'partial', 'synced', 'failed', 'missing')),
  zoom_recording_reason text not null default '',
  started_at timestamptz,
  ended_at timestamptz,
  created_by uuid references people on delete set null,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index sessions_starts on sessions (starts_at, id);
create index sessions_ends on sessions (ends_at);
create index sessions_batch on sessions (batch_id, starts_at);
create index sessions_module on sessions (module_id, starts_at) where module_id is not null;
create index sessions_series on sessions (series_id, starts_at) where series_id is not null;
create index sessions_zoom_meeting on sessions (zoom_meeting_id) where zoom_meeting_id is not null;
create index sessions_trouble on sessions (starts_at) where zoom_state in ('creating', 'changing', 'failed', 'missing');

-- A join link of the student's own: who comes in by it is known by name.
create table session_registrants (
  session_id uuid not null references sessions on delete cascade,
  person_id uuid not null references people on delete cascade,
  zoom_meeting_id text not null,
  registrant_id text not null,
  join_url text not null,
  created_at timestamptz not null,
  primary key (session_id, person_id)
);
create index session_registrants_person on session_registrants (person_id);
create index session_registrants_registrant on session_registrants (registrant_id);

-- One row a stay, from whichever source; somebody who came back has several. Without a person nobody knows yet whose it is.
create table session_stays (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references sessions on delete cascade,
  person_id uuid references people on delete cascade,
  source text not null check (source in ('link', 'event', 'report')),
  -- The same stay told twice has the same key.
  stay_key text not null,
  name text not null default '',
  email text not null default '',
  registrant_id text not null default '',
  joined_at timestamptz not null,
  left_at timestamptz,
  matched_by uuid references people on delete set null,
  dismissed_at timestamptz,
  created_at timestamptz not null,
  unique (session_id, source, stay_key)
);
create index session_stays_person on session_stays (person_id, session_id) where person_id is not null;
create index session_stays_unmatched on session_stays (session_id) where person_id is null and dismissed_at is null;

-- What the stays add up to. `marked` is an admin's word and overrides them.
create table attendance (
  session_id uuid not null references sessions on delete cascade,
  person_id uuid not null references people on delete cascade,
  joined_at timestamptz,
  seconds integer not null default 0,
  marked text check (marked in ('present', 'late', 'absent')),
  marked_by uuid references people on delete set null,
  updated_at timestamptz not null,
  primary key (session_id, person_id)
);
create index attendance_person on attendance (person_id);

-- The address of a student's calendar is signed with its key: a new key ends the old address.
create table calendar_feeds (
  person_id uuid primary key references people on delete cascade,
  key uuid not null default gen_random_uuid(),
  created_at timestamptz not null,
  read_at timestamptz
);

insert into business_settings (key, value) values ('join_opens_minutes', '15'), ('late_after_minutes', '10')
on conflict (key) do nothing;
"""

# Policies of enrolments decide which of them the sub-select finds: for a student, their own.
MY_BATCH = """batch_id in (select e.batch_id from enrolments e
  where e.person_id = (select app_person()) and e.state <> 'withdrawn')"""
OWN = "person_id = (select app_person())"

POLICIES: dict[str, dict[str, str]] = {
    "sessions": ADMIN_TABLE | {"select": f"{ADMINS} or {MY_BATCH}"},
    "session_registrants": ADMIN_TABLE | {"select": f"{ADMINS} or {OWN}"},
    "session_stays": ADMIN_TABLE | {"select": f"{ADMINS} or {OWN}"},
    "attendance": ADMIN_TABLE | {"select": f"{ADMINS} or {OWN}"},
    "calendar_feeds": dict.fromkeys(("select", "insert", "update", "delete"), f"{SYSTEM} or {OWN}"),
}

# The host's link opens the meeting as its host. No row policy can hide one column from students, so nobody may read it
# but through this function, and it answers admins alone.
START_URL = """
create function session_start_url(session uuid) returns text language sql stable security definer
  set search_path = public, pg_temp as $$ select zoom_start_url from sessions where id = session and app_role() in ('admin', 'super_admin', 'system') $$;
revoke execute on function session_start_url(uuid) from public;
grant execute on function session_start_url(uuid) to gurudesk_app;
do $$ begin
  execute 'revoke select on sessions from gurudesk_app';
  execute (select format('grant select (%s) on sessions to gurudesk_app', string_agg(quote_ident(column_name), ', '))
    from information_schema.columns
    where table_schema = 'public' and table_name = 'sessions' and column_name <> 'zoom_start_url');
end $$;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))
    op.execute(START_URL)


def downgrade() -> None:
    op.execute("drop function session_start_url(uuid)")
    op.execute("drop table calendar_feeds, attendance, session_stays, session_registrants, sessions cascade")
    op.execute("delete from business_settings where key in ('join_opens_minutes', 'late_after_minutes')")
    op.execute("alter table batches drop column archived_at")
    op.execute("alter table courses drop column archived_at")
