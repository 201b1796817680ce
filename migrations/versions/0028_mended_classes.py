"""What classes lacked when something went wrong: a meeting opened again after its end, a coming in before a class was moved."""

from alembic import op

from adapters.postgres.row_security import ADMINS

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None

COLUMNS = """
-- The last time the meeting began: an end before it is no end.
alter table sessions add column resumed_at timestamptz;
-- Meetings of hosts it had before, in whose place there is another: to be deleted at the provider.
alter table sessions add column zoom_replaced text[] not null default '{}';
-- The start that somebody was last told, and the one before: what it "was to be" is what they heard, not what stood here.
alter table session_tellings add column starts_at timestamptz, add column moved_from timestamptz;
update session_tellings t set starts_at = s.starts_at from sessions s where s.id = t.session_id and t.version = s.version;
grant select (resumed_at, zoom_replaced) on sessions to gurudesk_app;
"""

# As before, but whoever came in before the class was moved comes in again.
COME_IN = """
create or replace function come_in(session uuid) returns void language sql volatile security definer
  set search_path = public, pg_temp as $$
  with mine as (
    select s.id, e.person_id, s.starts_at - make_interval(mins =>
        (select value::int from business_settings where key = 'join_opens_minutes')) as opens_at
      from sessions s join enrolments e on e.batch_id = s.batch_id
     where s.id = session and s.cancelled_at is null and e.person_id = app_person() and e.state <> 'withdrawn'
  ), stay as (
    insert into session_stays as y (session_id, person_id, source, stay_key, joined_at, created_at)
    select id, person_id, 'link', person_id::text, app_now(), app_now() from mine
    on conflict (session_id, source, stay_key) do update set joined_at = excluded.joined_at
      where y.joined_at < (select opens_at from mine)
  )
  insert into attendance (session_id, person_id, joined_at, updated_at) select id, person_id, app_now(), app_now() from mine
  on conflict (session_id, person_id) do update
    set joined_at = least(attendance.joined_at, excluded.joined_at), updated_at = excluded.updated_at
    where attendance.joined_at is null or attendance.joined_at > excluded.joined_at
$$;
"""
COME_IN_BEFORE = """
create or replace function come_in(session uuid) returns void language sql volatile security definer
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
"""

# Students see on the class what they were told.
READ = "alter policy app_select on session_tellings using ({who})"


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(READ.format(who=f"{ADMINS} or person_id = (select app_person())"))
    op.execute(COME_IN)


def downgrade() -> None:
    op.execute(READ.format(who=ADMINS))
    op.execute("alter table session_tellings drop column moved_from, drop column starts_at")
    op.execute(COME_IN_BEFORE)
    op.execute("alter table sessions drop column zoom_replaced, drop column resumed_at")
