"""Payments: what we ask people for, the gateway's requests for it, each attempt to pay one, and what was given back.

Amounts are paise. Invoices are never removed by cascade from a person: money that came in is not forgotten.
"""

from alembic import op

from adapters.postgres.row_security import ADMINS, SYSTEM, secure

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
create table payments (
  id uuid primary key default gen_random_uuid(),
  number bigint generated always as identity unique,
  person_id uuid not null references people deferrable initially deferred,
  enrolment_id uuid references enrolments on delete set null,
  application_id uuid references cta_submissions on delete set null,
  purpose text not null check (length(purpose) between 1 and 30),
  amount_paise bigint not null check (amount_paise >= 900),
  paid_paise bigint not null default 0 check (paid_paise >= 0),
  refunded_paise bigint not null default 0 check (refunded_paise between 0 and paid_paise),
  cancelled_at timestamptz,
  -- Follows from the figures, so that it can never contradict them.
  state text not null generated always as (case
    when refunded_paise > 0 and refunded_paise = paid_paise then 'refunded'
    when refunded_paise > 0 then 'part_refunded'
    when paid_paise >= amount_paise then 'paid'
    when cancelled_at is not null then 'cancelled'
    when paid_paise > 0 then 'part_paid'
    else 'due' end) stored,
  due_on date,
  -- Through what the link leaves as soon as there is one to pay at.
  announce text[] not null default '{}',
  form_key uuid unique,
  created_by uuid references people on delete set null,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  paid_at timestamptz
);
create index payments_created on payments (created_at desc, id);
create index payments_state on payments (state, created_at desc, id);
create index payments_person on payments (person_id, created_at desc);

create table payment_requests (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references payments on delete cascade,
  part smallint not null,
  reference text not null unique,
  gateway text not null default 'instamojo',
  gateway_id text,
  longurl text not null default '',
  amount_paise bigint not null check (amount_paise between 900 and 20000000),
  due_on date,
  state text not null default 'planned' check (state in
    ('planned', 'creating', 'open', 'paid', 'disabled', 'failed', 'unknown')),
  reason text not null default '',
  asked_at timestamptz,
  opened_at timestamptz,
  paid_at timestamptz,
  checked_at timestamptz,
  next_check_at timestamptz,
  checks integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (payment_id, part),
  unique (gateway, gateway_id)
);
create index payment_requests_check on payment_requests (next_check_at) where next_check_at is not null;

create table gateway_payments (
  id uuid primary key default gen_random_uuid(),
  gateway text not null default 'instamojo',
  gateway_payment_id text not null,
  -- Missing where the gateway holds money that fits nothing we have asked for.
  payment_id uuid references payments on delete cascade,
  request_id uuid references payment_requests on delete cascade,
  gateway_request_id text not null default '',
  status text not null check (status in ('credit', 'failed', 'pending')),
  amount_paise bigint not null,
  fees_paise bigint not null default 0,
  instrument text not null default '',
  reason text not null default '',
  problem text not null default '',
  attempted_at timestamptz,
  credited_at timestamptz,
  resolved_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (gateway, gateway_payment_id)
);
create index gateway_payments_payment on gateway_payments (payment_id);
create index gateway_payments_request on gateway_payments (request_id);
create index gateway_payments_credited on gateway_payments (credited_at desc) where credited_at is not null;
create index gateway_payments_problem on gateway_payments (created_at desc) where problem <> '' and resolved_at is null;

create table refunds (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references payments on delete cascade,
  gateway_payment_id uuid not null references gateway_payments on delete cascade,
  amount_paise bigint not null check (amount_paise > 0),
  kind text not null,
  body text not null,
  reference text not null unique,
  form_key uuid not null,
  state text not null default 'planned' check (state in ('planned', 'asking', 'asked', 'failed', 'unknown')),
  gateway_id text,
  gateway_status text not null default '',
  reason text not null default '',
  created_by uuid references people on delete set null,
  created_at timestamptz not null,
  asked_at timestamptz,
  taken_at timestamptz,
  unique (form_key, gateway_payment_id)
);
create index refunds_payment on refunds (payment_id);
create index refunds_gateway_payment on refunds (gateway_payment_id);
create index refunds_taken on refunds (taken_at desc) where taken_at is not null;
"""

# Whose payment it is: the policy of payments decides what the sub-select finds.
OF_OWN_PAYMENT = "exists (select from payments p where p.id = {table}.payment_id)"
MONEY = {"insert": ADMINS, "update": ADMINS, "delete": SYSTEM}


def of_payment(table: str) -> dict[str, str]:
    return {"select": f"{ADMINS} or {OF_OWN_PAYMENT.format(table=table)}", **MONEY}


# table -> command -> who. Nobody deletes money but the removal of the demo.
POLICIES: dict[str, dict[str, str]] = {
    "payments": {"select": f"{ADMINS} or person_id = (select app_person())", **MONEY},
    "payment_requests": of_payment("payment_requests"),
    "gateway_payments": of_payment("gateway_payments"),
    "refunds": of_payment("refunds"),
}


def upgrade() -> None:
    op.execute(TABLES)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))


def downgrade() -> None:
    op.execute("drop table refunds, gateway_payments, payment_requests, payments cascade")
