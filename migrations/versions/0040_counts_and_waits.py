"""Counts that every page shows, kept by the worker; and for the sandbox's clock, what waits some seconds of real time."""

from alembic import op

from adapters.postgres.row_security import ADMINS, secure

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# When it was counted is real time: whoever counts has stood still when that is long ago.
TABLE = """
create table kept_counts (
  name text primary key,
  count integer not null check (count >= 0),
  counted_at timestamptz not null
);
insert into kept_counts (name, count, counted_at) values ('problems', 0, now());
"""
# Seconds until the first of what is due may be tried again, if that is within so many: the clock does not jump over it. What
# waits longer, or has been tried three times, is in trouble, and what is held back waits for nobody.
WAITS = """
create function sandbox.product_waits(within double precision) returns double precision
language sql stable security definer set search_path = public, pg_temp as $$
  select extract(epoch from min(at) - now())::double precision from (
    select retry_at as at from automation_steps
     where state = 'planned' and due_at <= app_now() and retry_at > now() and attempt <= 3 and not {held}
    union all
    select d.retry_at from deliveries d
     where d.state in ('pending', 'retry') and d.due_at <= app_now() and d.retry_at > now() and d.attempt <= 3 and not {held}
       and not coalesce((select value = 'true' from business_settings where key = 'sending_paused'), false)
       and not exists (select from provider_traffic t where t.channel = d.channel
         and (t.opened_until > now() or t.probing_until > now()))
    union all
    select leased_until from deliveries where state = 'unknown' and channel <> 'whatsapp' and leased_until > now()
  ) waiting where at <= now() + make_interval(secs => within)
$$;
revoke execute on function sandbox.product_waits(double precision) from public;
grant execute on function sandbox.product_waits(double precision) to gurudesk_sandbox;
"""
HELD = """(rule_key is not null and (
       (select bool_or(value = 'true') from business_settings where key in ('automations_paused', 'sending_paused'))
       or rule_key in (select key from automation_rules where is_paused)))"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(WAITS.format(held=HELD))
    op.execute(secure("kept_counts", {"select": ADMINS, "update": ADMINS}))


def downgrade() -> None:
    op.execute("drop function sandbox.product_waits(double precision)")
    op.execute("drop table kept_counts")
