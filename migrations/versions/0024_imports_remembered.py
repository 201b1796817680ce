"""What an import says of itself: the sheets of a workbook that are not read, and every import that a lead was in."""

from alembic import op

revision = "0024"
down_revision = "0018"
branch_labels = None
depends_on = None

UP = """
alter table lead_imports add column sheets jsonb not null default '[]';
"""
DOWN = """
alter table lead_imports drop column sheets;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
