"""Audit entries get an order within one moment, and the deletion of many leads becomes something that can be watched."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Of `leads`, which were chosen when somebody confirmed how many they are, `seen` have been gone through.
TABLE = """
create table lead_deletions (
  id uuid primary key default gen_random_uuid(),
  leads uuid[] not null,
  total integer not null,
  seen integer not null default 0,
  removed integer not null default 0,
  people_kept integer not null default 0,
  filter jsonb not null default '{}',
  state text not null default 'running' check (state in ('running', 'stopped', 'done')),
  step_id uuid,
  created_by uuid,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index lead_deletions_running on lead_deletions (created_at) where state = 'running';
alter table lead_deletions enable row level security;
alter table lead_deletions force row level security;
grant select, insert, update on lead_deletions to gurudesk_app;
create policy owner on lead_deletions to gurudesk_owner using (true) with check (true);
"""
ADMINS = "(select app_role() in ('admin', 'super_admin', 'system'))"


def upgrade() -> None:
    # Those of one transaction share their moment.
    op.execute("alter table audit_logs add column sequence bigint not null generated always as identity")
    op.execute("drop index audit_logs_at")
    op.execute("create index audit_logs_at on audit_logs (at desc, sequence desc)")
    op.execute(TABLE)
    op.execute(f"create policy app_select on lead_deletions for select to gurudesk_app using ({ADMINS})")
    op.execute(f"create policy app_insert on lead_deletions for insert to gurudesk_app with check ({ADMINS})")
    op.execute(
        f"create policy app_update on lead_deletions for update to gurudesk_app using ({ADMINS}) with check ({ADMINS})"
    )


def downgrade() -> None:
    op.execute("drop table lead_deletions")
    op.execute("drop index audit_logs_at")
    op.execute("alter table audit_logs drop column sequence")
    op.execute("create index audit_logs_at on audit_logs (at desc, id)")
