"""Steps are found by their rule: an index by the moment alone led the search for one rule through the due steps of all."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("drop index automation_steps_due")
    op.execute(
        "create index automation_steps_stuck on automation_steps (due_at) where state = 'planned' and attempt >= 3"
    )


def downgrade() -> None:
    op.execute("drop index automation_steps_stuck")
    op.execute("create index automation_steps_due on automation_steps (due_at) where state = 'planned'")
