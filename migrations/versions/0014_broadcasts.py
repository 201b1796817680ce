"""Broadcasts: one message to many, who gets it and who is left out; and filters of leads that are kept under a name."""

from alembic import op

from adapters.postgres.row_security import ADMIN_TABLE, secure

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = """
create table saved_filters (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  filter jsonb not null,
  created_by uuid references people on delete set null,
  created_at timestamptz not null
);

create table broadcasts (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  channel text not null check (channel in ('email', 'whatsapp', 'call')),
  -- {"kind": "students" | "batch" | "leads", "batch": id, "filter": {…}}
  audience jsonb not null,
  is_marketing boolean not null,
  subject text not null default '',
  body text not null default '',
  whatsapp_template_id uuid references whatsapp_templates on delete set null,
  -- What fills a WhatsApp template: its numbered parameters, and the ends of its links.
  params text[] not null default '{}',
  links text[] not null default '{}',
  media_url text not null default '',
  deselected uuid[] not null default '{}',
  state text not null default 'draft' check (state in ('draft', 'scheduled', 'sending', 'done', 'cancelled')),
  version integer not null default 1,
  send_at timestamptz,
  recipient_count integer not null default 0,
  planned_count integer not null default 0,
  created_by uuid references people on delete set null,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  finished_at timestamptz
);
create index broadcasts_created on broadcasts (created_at desc, id);

-- Who was confirmed, in order, and who was left out then or has dropped out since, with the reason.
create table broadcast_recipients (
  broadcast_id uuid not null references broadcasts on delete cascade,
  person_id uuid not null references people on delete cascade,
  place integer not null,
  reason text not null default '',
  primary key (broadcast_id, person_id)
);
create index broadcast_recipients_place on broadcast_recipients (broadcast_id, place);
create index broadcast_recipients_person on broadcast_recipients (person_id);

alter table deliveries add constraint deliveries_broadcast foreign key (broadcast_id) references broadcasts on delete cascade;

insert into business_settings (key, value) values
  ('quiet_hours', '{"whatsapp": ["21:00", "09:00"], "call": ["20:00", "10:00"]}'),
  ('marketing_a_day', '1'), ('call_paise_a_minute', '600');

-- The first moment from `at` on that is not between the two times of day in the zone: quiet hours may pass midnight.
create function after_quiet_hours(at timestamptz, zone text, quiet_from time, quiet_until time) returns timestamptz
language sql stable parallel safe as $$
  select case
    when quiet_from is null or quiet_until is null or quiet_from = quiet_until then at
    when quiet_from < quiet_until and here::time >= quiet_from and here::time < quiet_until
      then (here::date + quiet_until) at time zone zone
    when quiet_from > quiet_until and here::time >= quiet_from then (here::date + 1 + quiet_until) at time zone zone
    when quiet_from > quiet_until and here::time < quiet_until then (here::date + quiet_until) at time zone zone
    else at end
  from (select at at time zone zone as here) h $$;
revoke execute on function after_quiet_hours(timestamptz, text, time, time) from public;
grant execute on function after_quiet_hours(timestamptz, text, time, time) to gurudesk_app;
"""
POLICIES = {"saved_filters": ADMIN_TABLE, "broadcasts": ADMIN_TABLE, "broadcast_recipients": ADMIN_TABLE}
DROP = """
delete from business_settings where key in ('quiet_hours', 'marketing_a_day', 'call_paise_a_minute');
alter table deliveries drop constraint deliveries_broadcast;
drop table broadcast_recipients, broadcasts, saved_filters;
drop function after_quiet_hours(timestamptz, text, time, time);
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))


def downgrade() -> None:
    op.execute(DROP)
