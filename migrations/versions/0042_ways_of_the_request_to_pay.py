"""The request to pay gets its ways back where saving its form had taken them: its link was made, and sent to nobody."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("automation_rules", "automation_rule_versions"):
        op.execute(f"""
          update {table} set settings = jsonb_set(settings, '{{channels}}', '["email", "whatsapp"]')
           where key = 'approval_payment' and settings -> 'channels' = '[]'
        """)


def downgrade() -> None:
    pass  # What was lost by mistake is not taken away again.
