"""Automations: rules an admin may change, the steps and deliveries that are theirs, and who wants none of them."""

from alembic import op

from adapters.postgres.row_security import ADMIN_TABLE, ADMINS, secure

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TABLES = """
-- What an admin has changed of a rule; one without a row here is as the code has it, in version 1.
create table automation_rules (
  key text primary key,
  is_on boolean not null,
  is_paused boolean not null default false,
  settings jsonb not null,
  version integer not null default 1,
  updated_by uuid references people on delete set null,
  updated_at timestamptz not null
);
create table automation_rule_versions (
  key text not null,
  version integer not null,
  is_on boolean not null,
  settings jsonb not null,
  changed_by uuid references people on delete set null,
  changed_at timestamptz not null,
  primary key (key, version)
);
alter table automation_steps add column rule_key text, add column rule_version integer;
create index automation_steps_rule_due on automation_steps (rule_key, due_at) where state = 'planned' and rule_key is not null;
create index automation_steps_own_due on automation_steps (due_at) where state = 'planned' and rule_key is null;
create index automation_steps_rule_ended on automation_steps (rule_key, finished_at)
  where rule_key is not null and finished_at is not null;
alter table deliveries add column rule_key text, add column rule_version integer,
  add column step_id uuid references automation_steps on delete set null, add column expires_at timestamptz;
create index deliveries_step on deliveries (step_id) where step_id is not null;
create index deliveries_rule on deliveries (rule_key, created_at) where rule_key is not null;
create index deliveries_rule_subject on deliveries (subject_id) where rule_key is not null;
create index deliveries_by_rules on deliveries (created_at) where rule_key is not null;
alter table people add column automations_stopped_at timestamptz;
-- Who is being written to about a course until they apply.
create table lead_sequences (
  id uuid primary key default gen_random_uuid(),
  lead_id uuid not null references imported_leads on delete cascade,
  person_id uuid not null references people on delete cascade,
  course_id uuid not null references courses on delete cascade,
  import_id uuid references lead_imports on delete set null,
  started_at timestamptz not null,
  started_by uuid references people on delete set null,
  stopped_at timestamptz,
  stop_reason text not null default '',
  unique (lead_id, course_id)
);
create index lead_sequences_person on lead_sequences (person_id);
create index lead_sequences_import on lead_sequences (import_id) where import_id is not null;
create index lead_sequences_course on lead_sequences (course_id);
insert into business_settings (key, value) values ('automations_paused', 'false'), ('automations_paused_why', '""'),
  ('automatic_messages_an_hour', '20000'), ('automatic_messages_counted_from', 'null');

-- Days are days of the calendar where somebody is; hours and minutes are what they are everywhere.
create function moment_of(anchor timestamptz, amount integer, unit text, zone text) returns timestamptz
language sql stable parallel safe as $$
  select case unit
    when 'days' then (anchor at time zone zone + make_interval(days => amount)) at time zone zone
    when 'hours' then anchor + make_interval(hours => amount)
    else anchor + make_interval(mins => amount) end $$;
revoke execute on function moment_of(timestamptz, integer, text, text) from public;
grant execute on function moment_of(timestamptz, integer, text, text) to gurudesk_app;
"""
POLICIES = {
    "automation_rules": ADMIN_TABLE,
    "automation_rule_versions": {"select": ADMINS, "insert": ADMINS},
    "lead_sequences": ADMIN_TABLE,
}
# What waits while rules are paused is not outstanding: the clock moves on past it.
OUTSTANDING = """
create or replace function sandbox.product_outstanding() returns table (channel text, how_many bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  -- One count an index: together they would read the whole table, and this is asked many times a second.
  select 'step', (select count(*) from automation_steps where state = 'running')
    + (select count(*) from automation_steps
        where state = 'planned' and due_at <= app_now() and (retry_at is null or retry_at <= now()){rules})
    + (select count(*) from payment_requests
        where state in ('open', 'disabled') and next_check_at <= app_now())
  union all
  select 'delivery', (select count(*) from deliveries where state = 'sending')
    + (select count(*) from deliveries d
        where state in ('pending', 'retry') and due_at <= app_now() and (retry_at is null or retry_at <= now())
          and not coalesce((select value = 'true' from business_settings where key = 'sending_paused'), false)
          and not exists (select from provider_traffic t where t.channel = d.channel
            and (t.opened_until > now() or t.probing_until > now())){rules})
  union all
  select 'webhook', count(*) from webhook_events where processed_at is null and provider <> 'instamojo'
$$;
"""
RULES = """
          and (rule_key is null or not (
            (select bool_or(value = 'true') from business_settings where key in ('automations_paused', 'sending_paused'))
            or rule_key in (select key from automation_rules where is_paused)))"""
DROP = """
drop function moment_of(timestamptz, integer, text, text);
delete from business_settings where key in ('automations_paused', 'automations_paused_why', 'automatic_messages_an_hour',
  'automatic_messages_counted_from');
alter table people drop column automations_stopped_at;
alter table deliveries drop column expires_at, drop column step_id, drop column rule_version, drop column rule_key;
alter table automation_steps drop column rule_version, drop column rule_key;
drop table lead_sequences, automation_rule_versions, automation_rules;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))
    op.execute(OUTSTANDING.format(rules=RULES))


def downgrade() -> None:
    op.execute(OUTSTANDING.format(rules=""))
    op.execute(DROP)
