"""What the page of one person reads: their deliveries by when they ended, their steps by when they were finished."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# When a delivery came to its end, null while it is still to leave; domain/timeline/moments.py says the same.
ENDED = """
(case when state in ('pending', 'retry', 'sending') then null when state = 'cancelled' then created_at
  when sent_at is not null then sent_at when due_at > created_at then due_at else created_at end)
"""


def upgrade() -> None:
    op.execute(f"create index deliveries_ended on deliveries (person_id, {ENDED} desc)")
    # Instead of the one on the person alone: what is still planned has no end, and stands first.
    op.execute(
        "create index automation_steps_finished on automation_steps (person_id, finished_at desc) where person_id is not null"
    )
    op.execute("drop index automation_steps_person")


def downgrade() -> None:
    op.execute("create index automation_steps_person on automation_steps (person_id) where person_id is not null")
    op.execute("drop index automation_steps_finished")
    op.execute("drop index deliveries_ended")
