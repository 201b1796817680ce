"""How many messages automations may write within an hour beyond their limit, because somebody let them go knowingly."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("insert into business_settings (key, value) values ('automatic_messages_let_go', '0')")


def downgrade() -> None:
    op.execute("delete from business_settings where key = 'automatic_messages_let_go'")
