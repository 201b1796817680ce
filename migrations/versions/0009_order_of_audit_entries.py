"""Audit entries are numbered as they are written: those of one transaction share their moment, and still have an order."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table audit_logs add column sequence bigint not null generated always as identity")
    op.execute("drop index audit_logs_at")
    op.execute("create index audit_logs_at on audit_logs (at desc, sequence desc)")


def downgrade() -> None:
    op.execute("drop index audit_logs_at")
    op.execute("alter table audit_logs drop column sequence")
    op.execute("create index audit_logs_at on audit_logs (at desc, id)")
