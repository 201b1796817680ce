"""What classes lacked when something went wrong: a meeting that is opened again after its end."""

from alembic import op

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None

COLUMNS = """
-- The last time the meeting began: an end before it is no end.
alter table sessions add column resumed_at timestamptz;
grant select (resumed_at) on sessions to gurudesk_app;
"""


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    op.execute("alter table sessions drop column resumed_at")
