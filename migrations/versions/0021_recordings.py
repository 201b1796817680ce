"""Recordings: the files a class left, what was said in them, and who has watched which seconds of them.

Durations and positions are seconds, sizes bytes, moments UTC.
"""

from alembic import op

from adapters.postgres.row_security import ADMIN_TABLE, ADMINS, SYSTEM, secure

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = """
alter table batches add column recordings_visible boolean not null default true;

-- Each time it is held a meeting has a uuid of its own: a break-off and a new start leave two recordings of one number.
alter table sessions add column zoom_uuids text[] not null default '{}';
alter table sessions add column recordings_checked_at timestamptz;
alter table sessions add column recordings_told_at timestamptz;
grant select (zoom_uuids, recordings_checked_at, recordings_told_at) on sessions to gurudesk_app;
create index sessions_recording_trouble on sessions (ends_at)
  where zoom_recording_status in ('failed', 'missing') and cancelled_at is null;

create table recordings (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references sessions on delete cascade,
  kind text not null check (kind in ('video', 'audio', 'chat', 'transcript', 'chapters', 'link')),
  source text not null check (source in ('zoom', 'upload', 'link')),
  -- Which stretch of the class: the files of one stretch have the same.
  part integer not null default 1,
  title text not null default '' check (length(title) <= 120),
  duration integer not null default 0 check (duration >= 0),
  media_type text not null default '',
  state text not null default 'ready' check (state in ('processing', 'ready', 'gone')),
  -- Without an admin's word the batch's policy decides.
  is_visible boolean,
  url text not null default '',
  stored_name text,
  checksum text not null default '',
  copy_state text not null default 'none' check (copy_state in ('none', 'copying', 'copied', 'failed')),
  copy_reason text not null default '',
  copied_bytes bigint not null default 0,
  zoom_uuid text,
  zoom_recording_id text unique,
  zoom_file_type text not null default '',
  zoom_recording_type text not null default '',
  zoom_file_size bigint not null default 0,
  zoom_download_url text not null default '',
  recording_start timestamptz,
  recording_end timestamptz,
  -- When the length of a film, or the lines of a transcript, were read out of the file.
  read_at timestamptz,
  read_attempts integer not null default 0,
  created_by uuid references people on delete set null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index recordings_session on recordings (session_id, part, kind);

-- What was said, or what a chapter is about.
create table recording_cues (
  recording_id uuid not null references recordings on delete cascade,
  kind text not null check (kind in ('line', 'chapter')),
  number integer not null,
  starts_ms integer not null check (starts_ms >= 0),
  ends_ms integer not null check (ends_ms >= starts_ms),
  text text not null,
  primary key (recording_id, kind, number)
);

create function multirange_seconds(ranges int4multirange) returns integer language sql immutable parallel safe as $$
  select coalesce(sum(upper(one) - lower(one)), 0)::integer from unnest(ranges) one $$;

-- What is new of the claimed seconds counts from its beginning on, for as many seconds as there may be.
create function add_watched(watched int4multirange, claimed int4multirange, most integer) returns int4multirange
language sql immutable parallel safe as $$
  select watched + coalesce(range_agg(int4range(first, last - greatest(total - most, 0))), '{}') from (
    select lower(one) as first, upper(one) as last, (sum(upper(one) - lower(one)) over (order by lower(one)))::integer as total
    from unnest(claimed - watched) one) new
  where total - (last - first) < most $$;

-- As many seconds as can have played since a moment of real time, at up to ``fastest`` times the speed.
create function watched_since(watched int4multirange, claimed int4multirange, duration integer, since timestamptz,
  fastest integer, slack integer) returns int4multirange language sql stable parallel safe as $$
  select add_watched(watched, claimed * int4multirange(int4range(0, duration)),
    fastest * greatest(extract(epoch from now() - since), 0)::integer + slack) $$;

create table recording_views (
  recording_id uuid not null references recordings on delete cascade,
  person_id uuid not null references people on delete cascade,
  watched int4multirange not null default '{}',
  duration integer not null,
  position integer not null default 0,
  seconds integer not null generated always as (multirange_seconds(watched)) stored,
  percent smallint not null generated always as (
    case when duration > 0 then least(100, 100 * multirange_seconds(watched) / duration) else 0 end) stored,
  opened_at timestamptz not null,
  -- Up to which real moment time has been counted: the next claim may be as long as what has passed since.
  counted_at timestamptz not null,
  seen_at timestamptz not null,
  watched_at timestamptz,
  primary key (recording_id, person_id)
);
create index recording_views_person on recording_views (person_id);
"""

# A student finds the sessions of their batches alone, by the policies of sessions and batches.
VISIBLE = """is_visible is not false and exists (
  select from sessions s join batches b on b.id = s.batch_id
  where s.id = recordings.session_id and (recordings.is_visible or b.recordings_visible))"""
OWN = "person_id = (select app_person())"

POLICIES: dict[str, dict[str, str]] = {
    "recordings": ADMIN_TABLE | {"select": f"{ADMINS} or ({VISIBLE})"},
    "recording_cues": ADMIN_TABLE
    | {"select": f"{ADMINS} or exists (select from recordings r where r.id = recording_cues.recording_id)"},
    "recording_views": {
        "select": f"{ADMINS} or {OWN}",
        "insert": f"{SYSTEM} or {OWN}",
        "update": f"{SYSTEM} or {OWN}",
        "delete": SYSTEM,
    },
}

# Where the files lie is nobody's business who watches them: the address at Zoom and the name in our store are read by
# what serves them alone.
SOURCES = """
create function recording_source(recording uuid)
returns table (stored_name text, zoom_download_url text, zoom_uuid text, zoom_recording_id text)
language sql stable security definer set search_path = public, pg_temp as $$
  select r.stored_name, r.zoom_download_url, r.zoom_uuid, r.zoom_recording_id from recordings r
  where r.id = recording and app_role() = 'system' $$;
revoke execute on function recording_source(uuid) from public;
grant execute on function recording_source(uuid) to gurudesk_app;
do $$ begin
  execute 'revoke select on recordings from gurudesk_app';
  execute (select format('grant select (%s) on recordings to gurudesk_app', string_agg(quote_ident(column_name), ', '))
    from information_schema.columns
    where table_schema = 'public' and table_name = 'recordings'
      and column_name not in ('zoom_download_url', 'stored_name', 'zoom_uuid'));
end $$;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))
    op.execute(SOURCES)


def downgrade() -> None:
    op.execute("drop function recording_source(uuid)")
    op.execute("drop table recording_views, recording_cues, recordings cascade")
    op.execute("drop function watched_since(int4multirange, int4multirange, integer, timestamptz, integer, integer)")
    op.execute("drop function add_watched(int4multirange, int4multirange, integer), multirange_seconds(int4multirange)")
    op.execute("drop index sessions_recording_trouble")
    op.execute(
        "alter table sessions drop column zoom_uuids, drop column recordings_checked_at, drop column recordings_told_at"
    )
    op.execute("alter table batches drop column recordings_visible")
