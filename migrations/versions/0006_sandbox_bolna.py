"""What the sandbox remembers of Bolna's side: the account, its agents, and every call with its statuses to come."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
create table sandbox.bolna_account (
  id integer primary key check (id = 1),
  wallet double precision not null default 50000,
  most_at_once integer not null default 10 check (most_at_once > 0)
);
insert into sandbox.bolna_account (id) values (1);

create table sandbox.bolna_agents (
  id text primary key,
  agent_name text not null,
  has_own_webhook boolean not null default false,
  webhook_url text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table sandbox.calls (
  id text primary key,
  agent_id text not null references sandbox.bolna_agents on delete cascade,
  to_number text not null,
  from_number text not null,
  user_data jsonb not null,
  retry_config jsonb,
  fate text not null,
  talk double precision not null,
  cost double precision not null,
  scheduled_at timestamptz,
  line_free_at timestamptz,
  created_at timestamptz not null
);
create index calls_created on sandbox.calls (created_at desc, id);
create index calls_line on sandbox.calls (line_free_at);

create table sandbox.call_steps (
  call_id text not null references sandbox.calls on delete cascade,
  number integer not null,
  status text not null,
  at timestamptz not null,
  attempt integer not null,
  primary key (call_id, number)
);

grant select, insert, update, delete on sandbox.bolna_account, sandbox.bolna_agents, sandbox.calls, sandbox.call_steps
  to gurudesk_sandbox;
grant usage on all sequences in schema sandbox to gurudesk_sandbox;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table sandbox.call_steps, sandbox.calls, sandbox.bolna_agents, sandbox.bolna_account")
