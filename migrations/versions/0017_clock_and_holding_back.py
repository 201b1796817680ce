"""The clock's functions know of what came after them: providers that are left alone, and payments that are looked at again.

What waits for a provider to answer waits in real time. A payment's webhook that could not be read waits for its step.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

HEAD = "language sql stable security definer set search_path = public, pg_temp as $$"

UPCOMING = """
create or replace function sandbox.product_upcoming(most integer)
returns table (at timestamptz, channel text, kind text, how_many bigint)
{head}
  (select due_at, 'step', automation_steps.kind, count(*) from automation_steps
    where state = 'planned' and due_at > app_now() group by 1, 3 order by 1 limit most)
  union all
  (select due_at, deliveries.channel, deliveries.kind, count(*) from deliveries
    where state in ('pending', 'retry') and due_at > app_now() group by 1, 2, 3 order by 1 limit most)
{payments}  order by 1 limit most
$$;
"""
UPCOMING_PAYMENTS = """  union all
  (select next_check_at, 'step', 'check_payment', count(*) from payment_requests
    where state in ('open', 'disabled') and next_check_at > app_now() group by 1 order by 1 limit most)
"""
NEXT = """
create or replace function sandbox.product_next() returns timestamptz
{head}
  select least(
    (select min(due_at) from automation_steps where state = 'planned' and due_at > app_now()),
    (select min(due_at) from deliveries where state in ('pending', 'retry') and due_at > app_now()){payments})
$$;
"""
NEXT_PAYMENT = """,
    (select min(next_check_at) from payment_requests where state in ('open', 'disabled') and next_check_at > app_now())"""
OUTSTANDING = """
create or replace function sandbox.product_outstanding() returns table (channel text, how_many bigint)
{head}
  -- One count an index: together they would read the whole table, and this is asked many times a second.
  select 'step', (select count(*) from automation_steps where state = 'running')
    + (select count(*) from automation_steps
        where state = 'planned' and due_at <= app_now() and (retry_at is null or retry_at <= now())){payments}
  union all
  select 'delivery', (select count(*) from deliveries where state = 'sending')
    + (select count(*) from deliveries d
        where state in ('pending', 'retry') and due_at <= app_now() and (retry_at is null or retry_at <= now())
          and not coalesce((select value = 'true' from business_settings where key = 'sending_paused'), false){held})
  union all
  select 'webhook', count(*) from webhook_events where processed_at is null{webhooks}
$$;
"""
DUE_PAYMENTS = """
    + (select count(*) from payment_requests
        where state in ('open', 'disabled') and next_check_at <= app_now())"""
HELD = """
          and not exists (select from provider_traffic t where t.channel = d.channel
            and (t.opened_until > now() or t.probing_until > now()))"""
WEBHOOKS = " and provider <> 'instamojo'"


def upgrade() -> None:
    op.execute(UPCOMING.format(head=HEAD, payments=UPCOMING_PAYMENTS))
    op.execute(NEXT.format(head=HEAD, payments=NEXT_PAYMENT))
    op.execute(OUTSTANDING.format(head=HEAD, payments=DUE_PAYMENTS, held=HELD, webhooks=WEBHOOKS))


def downgrade() -> None:
    op.execute(UPCOMING.format(head=HEAD, payments=""))
    op.execute(NEXT.format(head=HEAD, payments=""))
    op.execute(OUTSTANDING.format(head=HEAD, payments="", held="", webhooks=""))
