"""The tables of the first journey, and the row security over them.

Policies name the application role; the owner's own policy lets the few checked functions (SECURITY DEFINER) work, since
FORCE makes even the owner subject to row security.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FUNCTIONS = """
create function app_role() returns text language sql stable parallel safe
  as $$ select coalesce(nullif(current_setting('app.role', true), ''), 'none') $$;
create function app_person() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.person_id', true), '')::uuid $$;
"""

TABLES = """
-- The words of the name, the whole e-mail, the phone with and without its country: found by how each begins. Trigrams would
-- find the middle of words, too, and cost an import more for each person.
create function search_words(name text, email text, phone text) returns tsvector language sql immutable parallel safe
  return array_to_tsvector(array_remove(
    string_to_array(translate(lower(name), '.,;:()"''-_/', '           '), ' ')
      || lower(coalesce(email, '')) || substr(coalesce(phone, ''), 2) || right(coalesce(phone, ''), 10), ''));

create table app_clock (
  only_row boolean primary key default true check (only_row),
  shift interval not null default '0'
);
insert into app_clock default values;

create table business_settings (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);
insert into business_settings (key, value) values
  ('business_name', '"Gurudesk"'), ('sending_paused', 'false'), ('demo_loaded', 'false');

create table people (
  id uuid primary key default gen_random_uuid(),
  name text not null default '',
  email text unique check (email = lower(email)),
  phone text unique check (phone ~ '^\\+[1-9][0-9]{6,14}$'),
  city text not null default '',
  timezone text not null default 'Asia/Kolkata',
  consent_email boolean not null default false,
  consent_whatsapp boolean not null default false,
  is_demo boolean not null default false,
  import_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  search tsvector not null generated always as (search_words(name, email, phone)) stored
);
-- What an import adds is sorted in later, by autovacuum, and not while the import waits.
create index people_search on people using gin (search) with (gin_pending_list_limit = 32768);
create index people_name on people (lower(name), id);

create table profiles (
  person_id uuid primary key references people on delete cascade,
  role text not null check (role in ('student', 'admin', 'super_admin')),
  password_hash text,
  must_change_password boolean not null default false,
  temporary_until timestamptz,
  temporary_used_at timestamptz,
  is_active boolean not null default true,
  active_since timestamptz,
  preferences jsonb not null default '{}',
  password_changed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index profiles_role on profiles (role, created_at);

create table sign_ins (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references profiles on delete cascade,
  token_hash bytea not null unique,
  user_agent text not null default '',
  address text not null default '',
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index sign_ins_person on sign_ins (person_id, last_seen_at desc);

create table one_time_links (
  id uuid primary key default gen_random_uuid(),
  purpose text not null check (purpose in ('set_password', 'verify_admin_request')),
  subject_id uuid not null,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
create index one_time_links_subject on one_time_links (subject_id);

create table admin_requests (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  email text not null check (email = lower(email)),
  reason text not null default '',
  state text not null default 'unverified' check (state in ('unverified', 'pending', 'approved', 'rejected')),
  verified_at timestamptz,
  decided_by uuid references people on delete set null,
  decided_at timestamptz,
  created_at timestamptz not null
);
create unique index admin_requests_open on admin_requests (email) where state in ('unverified', 'pending');

create table courses (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  title text not null,
  summary text not null default '',
  description text not null default '',
  price_paise bigint not null default 0 check (price_paise >= 0),
  is_published boolean not null default false,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table modules (
  id uuid primary key default gen_random_uuid(),
  course_id uuid not null references courses on delete cascade,
  position integer not null,
  title text not null,
  summary text not null default '',
  unique (course_id, position) deferrable initially deferred
);

create table batches (
  id uuid primary key default gen_random_uuid(),
  course_id uuid not null references courses on delete cascade,
  name text not null,
  starts_on date,
  ends_on date,
  timezone text not null default 'Asia/Kolkata',
  capacity integer check (capacity > 0),
  is_open boolean not null default true,
  created_at timestamptz not null,
  unique (course_id, name)
);

create table lead_imports (
  id uuid primary key default gen_random_uuid(),
  created_by uuid references people on delete set null,
  file_name text not null,
  stored_name text not null,
  file_size bigint not null,
  file_hash text not null,
  -- What the page shows of the file: each column's name, and some of its values.
  header jsonb not null default '[]',
  samples jsonb not null default '[]',
  mapping jsonb not null default '{}',
  options jsonb not null default '{}',
  state text not null default 'uploaded' check (state in
    ('uploaded', 'checking', 'checked', 'running', 'stopped', 'done', 'failed', 'undoing', 'undone')),
  step_id uuid,
  rows_total integer not null default 0,
  rows_done integer not null default 0,
  last_row integer not null default 0,
  created_count integer not null default 0,
  updated_count integer not null default 0,
  duplicate_count integer not null default 0,
  rejected_count integer not null default 0,
  warning_count integer not null default 0,
  undone_count integer not null default 0,
  error text not null default '',
  is_demo boolean not null default false,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz
);
create index lead_imports_created on lead_imports (created_at desc);
create index lead_imports_hash on lead_imports (file_hash);

create table lead_import_rows (
  import_id uuid not null references lead_imports on delete cascade,
  row_number integer not null,
  kind text not null check (kind in ('rejected', 'duplicate', 'warning')),
  reason text not null,
  cells jsonb not null default '[]',
  primary key (import_id, kind, row_number)
);

create table imported_leads (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null unique references people on delete cascade,
  -- No foreign keys on the imports: checking them for each of 500,000 rows costs more than they protect; imports are kept.
  import_id uuid,
  last_import_id uuid,
  row_number integer,
  status text not null default 'new' check (status in ('new', 'emailed', 'applied', 'enrolled')),
  source text not null default '',
  campaign text not null default '',
  tags text[] not null default '{}',
  notes text not null default '',
  attributes jsonb not null default '{}',
  emailed_at timestamptz,
  touched_at timestamptz,
  created_at timestamptz not null
);
create index imported_leads_created on imported_leads (created_at desc, id);
create index imported_leads_status on imported_leads (status, created_at desc, id);
create index imported_leads_import on imported_leads (import_id, created_at desc, id);
create index imported_leads_last_import on imported_leads (last_import_id);
create index imported_leads_source on imported_leads (source, created_at desc, id);

-- Counting 100,000 leads for each page would cost more than the page: changes are added up here, and folded now and then.
create table lead_counts (status text not null, change bigint not null);

-- The tags there are, for the filter: collecting them from the leads would read every lead.
create table lead_tags (tag text primary key);

create table lead_campaigns (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  course_id uuid not null references courses on delete cascade,
  import_id uuid references lead_imports on delete set null,
  filter jsonb not null default '{}',
  template text not null default 'cta',
  state text not null default 'planned' check (state in ('planned', 'sending', 'done', 'cancelled')),
  created_by uuid references people on delete set null,
  -- Who was confirmed, in order, until their deliveries are written; planned_count says how far that is.
  recipients uuid[] not null default '{}',
  recipient_count integer not null default 0,
  planned_count integer not null default 0,
  left_out jsonb not null default '{}',
  is_demo boolean not null default false,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index lead_campaigns_created on lead_campaigns (created_at desc);

create table cta_submissions (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references people on delete cascade,
  course_id uuid not null references courses on delete cascade,
  batch_id uuid references batches on delete set null,
  lead_id uuid references imported_leads on delete set null,
  campaign_id uuid references lead_campaigns on delete set null,
  form_token uuid unique,
  name text not null,
  email text not null,
  phone text not null,
  city text not null default '',
  motivation text not null default '',
  consent_email boolean not null default false,
  consent_whatsapp boolean not null default false,
  status text not null default 'new' check (status in ('new', 'approved', 'rejected')),
  version integer not null default 1,
  decided_by uuid references people on delete set null,
  decided_at timestamptz,
  decision_reason text not null default '',
  submitted_at timestamptz not null,
  updated_at timestamptz not null,
  search text not null generated always as (lower(name || ' ' || email || ' ' || phone)) stored
);
create unique index cta_submissions_open on cta_submissions (person_id, course_id) where status = 'new';
create index cta_submissions_status on cta_submissions (status, submitted_at desc, id);
create index cta_submissions_submitted on cta_submissions (submitted_at desc, id);
create index cta_submissions_person on cta_submissions (person_id);
create index cta_submissions_lead on cta_submissions (lead_id);
create index cta_submissions_decided on cta_submissions (decided_at) where decided_at is not null;
create index cta_submissions_decider on cta_submissions (decided_by) where decided_by is not null;

create table enrolments (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references people on delete cascade,
  batch_id uuid not null references batches on delete cascade,
  application_id uuid references cta_submissions on delete set null,
  state text not null default 'active' check (state in ('active', 'completed', 'withdrawn')),
  price_paise bigint not null default 0 check (price_paise >= 0),
  enrolled_at timestamptz not null,
  unique (person_id, batch_id)
);
create index enrolments_batch on enrolments (batch_id, enrolled_at);
create index enrolments_enrolled on enrolments (enrolled_at desc);

create table automation_steps (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  person_id uuid references people on delete cascade,
  subject_id uuid,
  subject_version integer not null default 1,
  dedupe_key text not null unique,
  payload jsonb not null default '{}',
  due_at timestamptz not null,
  state text not null default 'planned' check (state in ('planned', 'running', 'done', 'skipped', 'cancelled', 'failed')),
  attempt integer not null default 0,
  lease_token uuid,
  leased_until timestamptz,
  retry_at timestamptz,
  reason text not null default '',
  created_at timestamptz not null,
  finished_at timestamptz
);
create index automation_steps_due on automation_steps (due_at) where state = 'planned';
create index automation_steps_running on automation_steps (leased_until) where state = 'running';
create index automation_steps_subject on automation_steps (subject_id);
create index automation_steps_person on automation_steps (person_id) where person_id is not null;
create index automation_steps_failed on automation_steps (finished_at) where state = 'failed';

create table deliveries (
  id uuid primary key default gen_random_uuid(),
  channel text not null check (channel in ('email')),
  kind text not null,
  person_id uuid references people on delete cascade,
  campaign_id uuid references lead_campaigns on delete cascade,
  subject_id uuid,
  to_address text not null,
  to_name text not null default '',
  template text not null,
  params jsonb not null default '{}',
  group_key text,
  idempotency_key text not null unique,
  due_at timestamptz not null,
  state text not null default 'pending' check (state in
    ('pending', 'sending', 'sent', 'retry', 'failed', 'unknown', 'cancelled')),
  attempt integer not null default 0,
  send_id uuid,
  lease_token uuid,
  leased_until timestamptz,
  retry_at timestamptz,
  reason text not null default '',
  created_at timestamptz not null,
  sent_at timestamptz
);
create index deliveries_due on deliveries (due_at, group_key) where state in ('pending', 'retry');
create index deliveries_held on deliveries (leased_until) where state in ('sending', 'unknown');
create index deliveries_send on deliveries (send_id) where send_id is not null;
create index deliveries_created on deliveries (created_at desc, id);
create index deliveries_state on deliveries (state, created_at desc, id);
create index deliveries_campaign on deliveries (campaign_id, state);
create index deliveries_person on deliveries (person_id, created_at desc);
create index deliveries_address on deliveries (to_address, sent_at desc);

create table email_logs (
  delivery_id uuid primary key references deliveries on delete cascade,
  person_id uuid references people on delete cascade,
  to_email text not null,
  from_email text not null,
  subject text not null,
  message_id text,
  state text not null default 'sending' check (state in ('sending', 'sent', 'processed', 'deferred', 'delivered', 'opened',
    'clicked', 'bounced', 'dropped', 'blocked', 'spam', 'unsubscribed', 'failed', 'unknown')),
  rank smallint not null default 0,
  reason text not null default '',
  opens integer not null default 0,
  clicks integer not null default 0,
  history jsonb not null default '[]',
  sent_at timestamptz,
  delivered_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index email_logs_created on email_logs (created_at desc);
create index email_logs_message on email_logs (message_id);
create index email_logs_to on email_logs (to_email);
create index email_logs_person on email_logs (person_id);
create index email_logs_trouble on email_logs (created_at desc)
  where state in ('bounced', 'dropped', 'blocked', 'spam', 'unsubscribed');

create table email_suppressions (
  email text primary key check (email = lower(email)),
  reason text not null check (reason in ('bounced', 'unsubscribed', 'spam', 'invalid')),
  detail text not null default '',
  delivery_id uuid references deliveries on delete set null,
  created_at timestamptz not null
);
create index email_suppressions_delivery on email_suppressions (delivery_id);

create table webhook_events (
  id bigint generated always as identity primary key,
  provider text not null,
  event_id text not null,
  kind text not null,
  delivery_id uuid,
  payload jsonb not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  outcome text not null default '',
  unique (provider, event_id)
);
create index webhook_events_waiting on webhook_events (id) where processed_at is null;
create index webhook_events_delivery on webhook_events (delivery_id, occurred_at);

create table notifications (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references people on delete cascade,
  kind text not null,
  title text not null,
  body text not null default '',
  url text not null default '',
  created_at timestamptz not null,
  read_at timestamptz
);
create index notifications_person on notifications (person_id, created_at desc);
create index notifications_unread on notifications (person_id) where read_at is null;

create table audit_logs (
  id uuid primary key default gen_random_uuid(),
  at timestamptz not null,
  actor_id uuid,
  actor_name text not null,
  action text not null,
  subject_type text not null default '',
  subject_id uuid,
  subject_label text not null default '',
  details jsonb not null default '{}'
);
create index audit_logs_at on audit_logs (at desc, id);
create index audit_logs_action on audit_logs (action, at desc);
create index audit_logs_actor on audit_logs (actor_id, at desc);
create index audit_logs_subject on audit_logs (subject_id, at desc);

create table error_logs (
  id uuid primary key default gen_random_uuid(),
  reference text not null unique,
  at timestamptz not null default now(),
  component text not null,
  kind text not null,
  message text not null,
  trace text not null default '',
  method text not null default '',
  path text not null default '',
  person_id uuid
);
create index error_logs_at on error_logs (at desc);
"""

CHECKED_FUNCTIONS = """
create function app_now() returns timestamptz language sql stable security definer set search_path = public, pg_temp
  as $$ select now() + shift from app_clock $$;

create function shift_clock(by interval) returns timestamptz language sql security definer set search_path = public, pg_temp
  as $$ update app_clock set shift = shift + by where by > '0' and app_role() = 'system'; select app_now() $$;

create function enter_as(role text, person uuid) returns timestamptz language plpgsql as $$
begin
  perform set_config('app.role', role, true), set_config('app.person_id', coalesce(person::text, ''), true);
  return app_now();
end $$;

-- Looks the sign-in up, takes its identity on for this transaction, and remembers at most every five minutes that it was seen.
-- Idle 12 hours and absolute 30 days run on real time: a moved business clock must not sign anybody out.
create function enter(token bytea) returns table (
  at timestamptz, role text, person_id uuid, sign_in_id uuid, name text, email text, must_change_password boolean)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  select app_now(), p.role, p.person_id, s.id, h.name, h.email, p.must_change_password, s.last_seen_at
    into at, role, person_id, sign_in_id, name, email, must_change_password
    from sign_ins s join profiles p on p.person_id = s.person_id join people h on h.id = s.person_id
   where s.token_hash = token and s.revoked_at is null and p.is_active
     and (p.active_since is null or s.created_at >= p.active_since)
     and s.last_seen_at > now() - interval '12 hours' and s.created_at > now() - interval '30 days';
  if not found then
    at := app_now(); role := 'anonymous';
  else
    update sign_ins set last_seen_at = now()
     where id = enter.sign_in_id and last_seen_at < now() - interval '5 minutes';
  end if;
  perform set_config('app.role', role, true), set_config('app.person_id', coalesce(person_id::text, ''), true);
  return next;
end $$;

-- Text search is not leakproof, so row security would keep it from its index: search as the owner, after asking who searches.
create function search_people(needle text, most integer) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  words text[] := case
    when needle ~ '^[-+0-9 ()./]+$' then array[regexp_replace(needle, '[^0-9]', '', 'g')]
    else string_to_array(translate(lower(needle), '.,;:()"''-_/', case when needle like '%@%' then '.,;:()"''-_/' else '           ' end), ' ') end;
  query text := (select string_agg(quote_literal(replace(word, '\', '\\')) || ':*', ' & ') from unnest(words) word where word <> '');
begin
  if app_role() not in ('admin', 'super_admin', 'system') or query is null then return; end if;
  return query select id from people where search @@ query::tsquery limit most;
end $$;

-- As the owner: a policy of courses that reads batches, whose policy reads courses, would go round for ever.
create function is_my_course(course uuid) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from enrolments e join batches b on b.id = e.batch_id
    where b.course_id = course and e.person_id = app_person()) $$;

create function count_leads() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op in ('INSERT', 'UPDATE') then
    insert into lead_counts select status, count(*) from after_rows group by status;
    insert into lead_tags select distinct unnest(tags) as tag from after_rows order by tag on conflict do nothing;
  end if;
  if tg_op in ('DELETE', 'UPDATE') then
    insert into lead_counts select status, -count(*) from before_rows group by status;
  end if;
  return null;
end $$;
create trigger count_inserted after insert on imported_leads referencing new table as after_rows
  for each statement execute function count_leads();
create trigger count_deleted after delete on imported_leads referencing old table as before_rows
  for each statement execute function count_leads();
create trigger count_updated after update on imported_leads referencing new table as after_rows old table as before_rows
  for each statement execute function count_leads();

create function fold_lead_counts() returns void language sql security definer set search_path = public, pg_temp as $$
  with taken as (delete from lead_counts returning status, change)
  insert into lead_counts select status, sum(change) from taken group by status having sum(change) <> 0 $$;
"""

# The whole comparison stands inside the sub-select: it is made once a statement, and the planner takes it for one row in
# two. A comparison outside would be taken for one in a hundred, and lists would be sorted instead of read off their index.
ADMINS = "(select app_role() in ('admin', 'super_admin', 'system'))"
OWNERS = "(select app_role() in ('super_admin', 'system'))"
SYSTEM = "(select app_role() = 'system')"
ANYONE = "(select app_role() <> 'none')"
PUBLISHED = "is_published or is_my_course(id)"
IN_COURSE = "exists (select from courses c where c.id = {table}.course_id)"


def own(column: str) -> str:
    return f"{column} = (select app_person())"


ADMIN_TABLE = {"select": ADMINS, "insert": ADMINS, "update": ADMINS, "delete": ADMINS}
STAFF_READ_SYSTEM_WRITE = {"select": ADMINS, "insert": SYSTEM, "update": SYSTEM, "delete": SYSTEM}

# table -> command -> who; a command that is missing is open to nobody.
POLICIES: dict[str, dict[str, str]] = {
    "app_clock": {"select": ANYONE},
    "business_settings": {"select": ANYONE, "insert": ADMINS, "update": ADMINS},
    "people": {**ADMIN_TABLE, "select": f"{ADMINS} or {own('id')}", "update": f"{ADMINS} or {own('id')}"},
    "profiles": {
        "select": f"{ADMINS} or {own('person_id')}",
        # An admin makes students; only a super admin makes or changes admins. Nobody raises their own role.
        "insert": f"{OWNERS} or ((select app_role() = 'admin') and role = 'student')",
        "update": f"{OWNERS} or ((select app_role() = 'admin') and role = 'student')"
        f" or ({own('person_id')} and role = (select app_role()))",
        "delete": OWNERS,
    },
    "sign_ins": {
        "select": f"{OWNERS} or {own('person_id')}",
        "insert": SYSTEM,
        "update": f"{OWNERS} or {own('person_id')}",
        "delete": SYSTEM,
    },
    "one_time_links": {"select": SYSTEM, "insert": SYSTEM, "update": SYSTEM, "delete": SYSTEM},
    "admin_requests": {"select": OWNERS, "insert": SYSTEM, "update": OWNERS, "delete": OWNERS},
    "courses": {**ADMIN_TABLE, "select": f"{ADMINS} or ({ANYONE} and ({PUBLISHED}))"},
    "modules": {**ADMIN_TABLE, "select": f"{ADMINS} or ({ANYONE} and {IN_COURSE.format(table='modules')})"},
    "batches": {**ADMIN_TABLE, "select": f"{ADMINS} or ({ANYONE} and {IN_COURSE.format(table='batches')})"},
    "enrolments": {**ADMIN_TABLE, "select": f"{ADMINS} or {own('person_id')}"},
    "lead_imports": ADMIN_TABLE,
    "lead_import_rows": ADMIN_TABLE,
    "imported_leads": ADMIN_TABLE,
    "lead_counts": {"select": ADMINS},
    "lead_tags": {"select": ADMINS, "delete": ADMINS},
    "lead_campaigns": ADMIN_TABLE,
    "cta_submissions": {**ADMIN_TABLE, "select": f"{ADMINS} or {own('person_id')}"},
    "automation_steps": ADMIN_TABLE,
    "deliveries": ADMIN_TABLE,
    "email_logs": {**ADMIN_TABLE, "delete": SYSTEM},
    "email_suppressions": ADMIN_TABLE,
    "webhook_events": STAFF_READ_SYSTEM_WRITE,
    "notifications": {
        "select": f"{SYSTEM} or {own('person_id')}",
        "insert": ADMINS,
        "update": f"{SYSTEM} or {own('person_id')}",
        "delete": f"{SYSTEM} or {own('person_id')}",
    },
    # Append-only: nobody changes or removes what was done.
    "audit_logs": {"select": ADMINS, "insert": f"{SYSTEM} or {own('actor_id')}"},
    "error_logs": {"select": ADMINS, "insert": ANYONE, "delete": ADMINS},
}

# Trigger functions need no grant; fold_lead_counts and shift_clock check nothing but who calls, so only the app may.
OURS = (
    "app_role()",
    "app_person()",
    "app_now()",
    "enter_as(text, uuid)",
    "enter(bytea)",
    "search_people(text, integer)",
    "is_my_course(uuid)",
    "shift_clock(interval)",
    "search_words(text, text, text)",
    "fold_lead_counts()",
)

DROP = """
drop table error_logs, audit_logs, notifications, webhook_events, email_suppressions, email_logs, deliveries,
  automation_steps, enrolments, cta_submissions, lead_campaigns, lead_tags, lead_counts, imported_leads, lead_import_rows,
  batches, modules, courses, admin_requests, one_time_links, sign_ins, profiles, people, lead_imports,
  business_settings, app_clock cascade;
drop function fold_lead_counts(), is_my_course(uuid), count_leads(), search_people(text, integer), enter(bytea), enter_as(text, uuid),
  shift_clock(interval), app_now(), app_person(), app_role(), search_words(text, text, text);
"""


def secure(table: str, commands: dict[str, str]) -> str:
    """Return the statements that put one table under row security."""
    grants = ", ".join(commands)
    lines = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"grant {grants} on {table} to gurudesk_app",
        f"create policy owner on {table} to gurudesk_owner using (true) with check (true)",
    ]
    for command, who in commands.items():
        check = {"insert": f"with check ({who})", "update": f"using ({who}) with check ({who})"}
        clause = check.get(command, f"using ({who})")
        lines.append(f"create policy app_{command} on {table} for {command} to gurudesk_app {clause}")
    return ";\n".join(lines) + ";"


def upgrade() -> None:
    op.execute(FUNCTIONS)
    op.execute(TABLES)
    op.execute(CHECKED_FUNCTIONS)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))
    for function in OURS:
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to gurudesk_app")


def downgrade() -> None:
    op.execute(DROP)
