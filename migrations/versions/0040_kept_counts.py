"""Counts that every page shows and that cost too much to be counted for each: the worker keeps them."""

from alembic import op

from adapters.postgres.row_security import ADMINS, secure

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# When it was counted is real time: whoever counts has stood still when that is long ago.
TABLE = """
create table kept_counts (
  name text primary key,
  count integer not null check (count >= 0),
  counted_at timestamptz not null
);
insert into kept_counts (name, count, counted_at) values ('problems', 0, now());
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(secure("kept_counts", {"select": ADMINS, "update": ADMINS}))


def downgrade() -> None:
    op.execute("drop table kept_counts")
