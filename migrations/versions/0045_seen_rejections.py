"""How many of a day's rejected webhooks somebody has noted as seen."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

ADMINS = "(select app_role() in ('admin', 'super_admin', 'system'))"
SYSTEM = "(select app_role() = 'system')"


def upgrade() -> None:
    op.execute("alter table webhook_rejections add column seen integer not null default 0")
    op.execute(f"alter policy app_update on webhook_rejections using ({ADMINS}) with check ({ADMINS})")


def downgrade() -> None:
    op.execute(f"alter policy app_update on webhook_rejections using ({SYSTEM}) with check ({SYSTEM})")
    op.execute("alter table webhook_rejections drop column seen")
