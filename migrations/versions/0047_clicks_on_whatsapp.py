"""Who came by the link of a message on WhatsApp has clicked it, as who came by an e-mail's."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table whatsapp_logs add column clicked_at timestamptz")


def downgrade() -> None:
    op.execute("alter table whatsapp_logs drop column clicked_at")
