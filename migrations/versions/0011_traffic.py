"""Traffic to the providers: how much each may still take, whether it answers, what was said, and tests by hand."""

from alembic import op

from adapters.postgres.row_security import ADMINS, SYSTEM, secure

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = """
-- One row a provider, shared by all processes; moments are real time, since no provider knows of our business clock.
-- While opened_until lies ahead nothing is sent; failures says whether that is an outage or a pause the provider asked for.
create table provider_traffic (
  provider text primary key,
  channel text unique,
  tokens double precision not null default 0,
  refilled_at timestamptz not null default 'epoch',
  failures integer not null default 0 check (failures >= 0),
  opened_until timestamptz,
  probing_until timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_error text not null default '',
  quota_left integer,
  quota_limit integer,
  quota_resets_at timestamptz,
  quota_seen_at timestamptz
);
insert into provider_traffic (provider, channel) values
  ('sendgrid', 'email'), ('aisensy', 'whatsapp'), ('bolna', 'call'), ('instamojo', null), ('zoom', null);

create table provider_requests (
  id uuid primary key default gen_random_uuid(),
  provider text not null references provider_traffic,
  at timestamptz not null,
  method text not null,
  path text not null,
  outcome text not null check (outcome in ('answered', 'refused', 'throttled', 'failed', 'unreachable', 'silent')),
  status integer,
  error text not null default '',
  duration_ms double precision not null,
  request_headers jsonb not null default '{}',
  request_body text not null default '',
  request_bytes bigint not null default 0,
  response_headers jsonb not null default '{}',
  response_body text not null default '',
  response_bytes bigint not null default 0
);
create index provider_requests_at on provider_requests (provider, at desc, id);

create table provider_tests (
  id uuid primary key default gen_random_uuid(),
  provider text not null references provider_traffic,
  asked_by uuid references people on delete set null,
  asked_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'succeeded', 'failed', 'unknown')),
  outcome text not null default '',
  link text not null default '',
  ended_at timestamptz
);
create index provider_tests_asked on provider_tests (provider, asked_at desc);
"""

POLICIES: dict[str, dict[str, str]] = {
    # An admin may close the breaker by hand.
    "provider_traffic": {"select": ADMINS, "update": ADMINS},
    "provider_requests": {"select": ADMINS, "insert": SYSTEM, "delete": SYSTEM},
    "provider_tests": {"select": ADMINS, "insert": ADMINS, "update": SYSTEM},
}


def upgrade() -> None:
    op.execute(TABLES)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))


def downgrade() -> None:
    op.execute("drop table provider_tests, provider_requests, provider_traffic")
