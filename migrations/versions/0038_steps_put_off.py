"""What a step was due from before it was put off."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Until when a message is of use counts from the moment it was for, however often its step is put off.
    op.execute("alter table automation_steps add column put_off_from timestamptz")


def downgrade() -> None:
    op.execute("alter table automation_steps drop column put_off_from")
