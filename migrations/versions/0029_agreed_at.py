"""When an enrolment was agreed on, where that is not when the student came into its batch."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # `enrolled_at` says since when somebody is in the batch: what was over before does not count for them. Moving them, or
    # enrolling them again, is no new sale, so what it was before is kept here; null while the two are the same.
    op.execute("alter table enrolments add column agreed_at timestamptz")
    # Figures read the end of this one.
    op.execute("create index enrolments_agreed on enrolments ((coalesce(agreed_at, enrolled_at)) desc)")


def downgrade() -> None:
    op.execute("alter table enrolments drop column agreed_at")
