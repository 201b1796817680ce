"""Signed ways to a payment are made of its id when a message leaves, and kept nowhere: neither those that were already."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

LINKS = """
update deliveries set params = params || jsonb_build_object('links', jsonb_build_array('payment_id'),
  'buttons', jsonb_build_array(subject_id))
where kind = 'payment_link' and channel = 'whatsapp' and params ? 'buttons' and not params ? 'links' and subject_id is not null
"""
RECEIPTS = """
update deliveries set params = params || jsonb_build_object('links', jsonb_build_array('receipt_id'),
  'buttons', jsonb_build_array(substring(params -> 'buttons' ->> 0 from '[^/]+$')))
where kind = 'payment_received' and channel = 'whatsapp' and params ? 'buttons' and not params ? 'links'
  and subject_id is not null
"""


def upgrade() -> None:
    op.execute(LINKS)
    op.execute(RECEIPTS)


def downgrade() -> None:
    pass
