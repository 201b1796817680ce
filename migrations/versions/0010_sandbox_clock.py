"""What the sandbox needs to move the clock, to fail on purpose by provider, and to show each callback with what was said.

Its role still reads nothing of the business. Functions of the owner tell it when something is due, of which kind, and how
much of it, never about whom; one moves the clock on.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# What waits for another attempt waits in real time: moving the clock neither hastens it nor waits for it.
BUSINESS = """
create function sandbox.product_upcoming(most integer)
returns table (at timestamptz, channel text, kind text, how_many bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  (select due_at, 'step', automation_steps.kind, count(*) from automation_steps
    where state = 'planned' and due_at > app_now() group by 1, 3 order by 1 limit most)
  union all
  (select due_at, deliveries.channel, deliveries.kind, count(*) from deliveries
    where state in ('pending', 'retry') and due_at > app_now() group by 1, 2, 3 order by 1 limit most)
  order by 1 limit most
$$;

create function sandbox.product_next() returns timestamptz
language sql stable security definer set search_path = public, pg_temp as $$
  select least(
    (select min(due_at) from automation_steps where state = 'planned' and due_at > app_now()),
    (select min(due_at) from deliveries where state in ('pending', 'retry') and due_at > app_now()))
$$;

create function sandbox.product_outstanding() returns table (channel text, how_many bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  -- One count an index: together they would read the whole table, and this is asked many times a second.
  select 'step', (select count(*) from automation_steps where state = 'running')
    + (select count(*) from automation_steps
        where state = 'planned' and due_at <= app_now() and (retry_at is null or retry_at <= now()))
  union all
  select 'delivery', (select count(*) from deliveries where state = 'sending')
    + (select count(*) from deliveries
        where state in ('pending', 'retry') and due_at <= app_now() and (retry_at is null or retry_at <= now())
          and not coalesce((select value = 'true' from business_settings where key = 'sending_paused'), false))
  union all
  select 'webhook', count(*) from webhook_events where processed_at is null
$$;

create function sandbox.product_happened(since timestamptz, until timestamptz)
returns table (at timestamptz, channel text, kind text, outcome text, how_many bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select date_trunc('minute', finished_at), 'step', automation_steps.kind, state, count(*) from automation_steps
    where finished_at > since and finished_at <= until group by 1, 3, 4
  union all
  select date_trunc('minute', sent_at), deliveries.channel, deliveries.kind, 'sent', count(*) from deliveries
    where sent_at > since and sent_at <= until group by 1, 2, 3
$$;

-- Business time never goes back, and no slip of the keyboard ends in another century.
create function sandbox.advance_clock(by interval) returns timestamptz
language sql security definer set search_path = public, pg_temp as $$
  update app_clock set shift = shift + by where by > '0' and by <= '366 days';
  select app_now()
$$;
"""
FUNCTIONS = (
    "product_upcoming(integer)",
    "product_next()",
    "product_outstanding()",
    "product_happened(timestamptz, timestamptz)",
    "advance_clock(interval)",
)

TABLES = """
create table sandbox.clock_moves (
  id bigint generated always as identity primary key,
  from_at timestamptz not null,
  until_at timestamptz not null,
  reached_at timestamptz not null,
  moments integer not null default 0,
  state text not null default 'running' check (state in ('running', 'done', 'failed', 'stopped')),
  reason text not null default '',
  began_at timestamptz not null default clock_timestamp()
);

create index call_steps_at on sandbox.call_steps (at);
create index aisensy_messages_last on sandbox.aisensy_messages (greatest(sent_at, delivered_at, read_at, failed_at));

create table sandbox.fault_rates (
  provider text primary key,
  rate double precision not null check (rate between 0 and 1),
  seed bigint not null
);
create sequence sandbox.call_numbers;
create sequence sandbox.whatsapp_numbers;
alter table sandbox.faults add column seconds double precision;

alter table sandbox.callbacks add column is_held boolean not null default false;
alter table sandbox.callback_attempts add column headers jsonb not null default '{}', add column body text not null default '';
create index callbacks_newest on sandbox.callbacks (provider, id desc);

alter table sandbox.posts add column is_held boolean not null default false,
  add column is_signed_wrongly boolean not null default false;
alter table sandbox.posts drop constraint posts_state_check, add constraint posts_state_check
  check (state in ('pending', 'accepted', 'given_up', 'off', 'never'));
alter table sandbox.attempts add column headers jsonb not null default '{}', add column body text not null default '',
  add column answer text not null default '';

alter table sandbox.aisensy_account add column is_webhook_on boolean not null default true;

create table sandbox.zoom_hosting (
  only_row boolean primary key default true check (only_row),
  is_automatic boolean
);
insert into sandbox.zoom_hosting default values;
alter table sandbox.zoom_instances add column ends_at timestamptz;
alter table sandbox.zoom_meetings add column hosted_for timestamptz;

grant select, insert, update, delete on sandbox.clock_moves, sandbox.fault_rates, sandbox.zoom_hosting to gurudesk_sandbox;
grant usage on all sequences in schema sandbox to gurudesk_sandbox;
"""
DOWN = """
alter table sandbox.zoom_instances drop column ends_at;
alter table sandbox.zoom_meetings drop column hosted_for;
alter table sandbox.aisensy_account drop column is_webhook_on;
drop sequence sandbox.call_numbers, sandbox.whatsapp_numbers;
drop table sandbox.zoom_hosting, sandbox.fault_rates, sandbox.clock_moves;
delete from sandbox.posts where state = 'never';
alter table sandbox.posts drop constraint posts_state_check, add constraint posts_state_check
  check (state in ('pending', 'accepted', 'given_up', 'off'));
alter table sandbox.posts drop column is_held, drop column is_signed_wrongly;
alter table sandbox.attempts drop column headers, drop column body, drop column answer;
drop index sandbox.callbacks_newest, sandbox.call_steps_at, sandbox.aisensy_messages_last;
alter table sandbox.callback_attempts drop column headers, drop column body;
alter table sandbox.callbacks drop column is_held;
alter table sandbox.faults drop column seconds;
"""


def upgrade() -> None:
    op.execute(BUSINESS)
    for function in FUNCTIONS:
        op.execute(f"revoke execute on function sandbox.{function} from public")
        op.execute(f"grant execute on function sandbox.{function} to gurudesk_sandbox")
    op.execute(TABLES)


def downgrade() -> None:
    op.execute(DOWN)
    op.execute(f"drop function {', '.join(f'sandbox.{function}' for function in FUNCTIONS)}")
