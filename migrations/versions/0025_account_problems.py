"""What is wrong with our account at a provider, while nothing can be sent for it; and when an attempt was really made."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table provider_traffic add column account_problem text not null default ''")
    # Real time, unlike the moments of the business beside it: providers know of no business clock.
    op.execute("alter table deliveries add column attempted_at timestamptz")


def downgrade() -> None:
    op.execute("alter table deliveries drop column attempted_at")
    op.execute("alter table provider_traffic drop column account_problem")
