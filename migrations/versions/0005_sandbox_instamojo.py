"""What the sandbox remembers of Instamojo's side: payment requests, attempts to pay them, refunds."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
create table sandbox.payment_requests (
  id text primary key,
  purpose text not null,
  amount numeric(12, 2) not null,
  buyer_name text not null,
  email text not null,
  phone text not null,
  send_email boolean not null,
  send_sms boolean not null,
  redirect_url text not null,
  webhook text not null,
  allow_repeated_payments boolean not null,
  is_enabled boolean not null default true,
  expires_at timestamptz,
  completed_at timestamptz,
  created_at timestamptz not null,
  modified_at timestamptz not null
);
create index payment_requests_created on sandbox.payment_requests (created_at desc, id);
create index payment_requests_modified on sandbox.payment_requests (modified_at desc, id);

create table sandbox.payments (
  id text primary key,
  payment_request_id text not null references sandbox.payment_requests on delete cascade,
  status text not null check (status in ('Credit', 'Failed')),
  amount numeric(12, 2) not null,
  fees numeric(12, 2) not null,
  buyer_name text not null,
  email text not null,
  phone text not null,
  instrument_type text not null,
  billing_instrument text not null,
  failure_reason text not null default '',
  failure_message text not null default '',
  payout_id text not null default '',
  payout_at timestamptz,
  created_at timestamptz not null
);
create index payments_request on sandbox.payments (payment_request_id, created_at, id);
create index payments_created on sandbox.payments (created_at desc, id);

create table sandbox.refunds (
  id text primary key,
  payment_id text not null references sandbox.payments on delete cascade,
  status text not null,
  type text not null,
  body text not null,
  refund_amount numeric(12, 2) not null,
  total_amount numeric(12, 2) not null,
  created_at timestamptz not null
);
create index refunds_payment on sandbox.refunds (payment_id);
create index refunds_created on sandbox.refunds (created_at desc, id);

create table sandbox.payment_accounts (
  username text primary key,
  reports_failed_payments boolean not null
);
insert into sandbox.payment_accounts values ('demo', false);

grant select, insert, update, delete on sandbox.payment_requests, sandbox.payments, sandbox.refunds,
  sandbox.payment_accounts to gurudesk_sandbox;
grant usage on all sequences in schema sandbox to gurudesk_sandbox;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table sandbox.refunds, sandbox.payments, sandbox.payment_requests, sandbox.payment_accounts")
