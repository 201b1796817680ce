"""Whom Zoom names as the host of a class's meeting: who hosts is no participant that nobody could name."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table sessions add column zoom_host_email text not null default ''")
    op.execute("grant select (zoom_host_email) on sessions to gurudesk_app")


def downgrade() -> None:
    op.execute("alter table sessions drop column zoom_host_email")
