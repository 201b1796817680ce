"""Whoever applied is found by their telephone as well: an application may have come by a link that somebody passed on."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index cta_submissions_phone on cta_submissions (phone)")


def downgrade() -> None:
    op.execute("drop index cta_submissions_phone")
