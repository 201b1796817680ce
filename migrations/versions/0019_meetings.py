"""Making meetings: whose turn it is to talk to the provider about a session, and what it was last asked for."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = """
-- The step that talks to the provider; another one waits until it has ended.
alter table sessions add column zoom_step_id uuid;
-- Whose meeting it is: a meeting cannot change its host, so another host means another meeting.
alter table sessions add column zoom_host text not null default '';
-- The meeting that was asked for and never answered: looked up as it was asked, whatever the session has become since.
alter table sessions add column zoom_asked jsonb not null default '{}';
grant select (zoom_step_id, zoom_host, zoom_asked) on sessions to gurudesk_app;
"""


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    op.execute("alter table sessions drop column zoom_asked, drop column zoom_host, drop column zoom_step_id")
