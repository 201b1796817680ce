"""By which step of a rule somebody was asked to pay: what is sent about it is the rule's."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table payments add column step_id uuid references automation_steps on delete set null")
    op.execute("create index payments_step on payments (step_id) where step_id is not null")


def downgrade() -> None:
    op.execute("alter table payments drop column step_id")
