"""Texts of e-mails that are written in the product, and what WhatsApp templates were before they were changed."""

from alembic import op

from adapters.postgres.row_security import ADMINS, secure

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = """
-- The newest version of a key counts; ours, which is in the code, where there is none or `is_default` says so.
create table message_templates (
  key text not null,
  version integer not null check (version > 0),
  subject text not null,
  body text not null,
  is_default boolean not null default false,
  restored_from integer,
  created_by uuid references people on delete set null,
  created_at timestamptz not null,
  primary key (key, version)
);
create index message_templates_author on message_templates (created_by) where created_by is not null;

-- The template as it was typed in each time. The first version is what it was before its first change.
create table whatsapp_template_versions (
  template_id uuid not null references whatsapp_templates on delete cascade,
  version integer not null check (version > 0),
  campaign text not null,
  title text not null,
  category text not null,
  language text not null,
  body text not null,
  footer text not null,
  param_labels text[] not null,
  media text not null,
  buttons jsonb not null,
  price_paise numeric(8, 2) not null,
  created_by uuid references people on delete set null,
  created_at timestamptz not null,
  primary key (template_id, version)
);
create index whatsapp_template_versions_author on whatsapp_template_versions (created_by) where created_by is not null;
"""
# What was is never rewritten.
KEPT = {"select": ADMINS, "insert": ADMINS}


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(secure("message_templates", KEPT))
    op.execute(secure("whatsapp_template_versions", KEPT))


def downgrade() -> None:
    op.execute("drop table whatsapp_template_versions, message_templates")
