"""Indexes of leads that grow at their end, so that an import of 500,000 rows adds to a few pages and not to all of them.

What an import adds is the newest there is, and its identities ascend: read backwards, these indexes give the newest first.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Leads of an import that brought them need no second entry; those that a later import came upon are few.
UP = """
drop index imported_leads_created, imported_leads_status, imported_leads_import, imported_leads_last_import,
  imported_leads_source;
create index imported_leads_created on imported_leads (created_at, id);
create index imported_leads_status on imported_leads (status, created_at, id);
create index imported_leads_source on imported_leads (source, created_at, id);
create index imported_leads_import on imported_leads (import_id);
create index imported_leads_last_import on imported_leads (last_import_id) where last_import_id is distinct from import_id;
alter table people drop constraint people_phone_check;
alter table people add constraint people_phone_check
  check (rtrim(phone, '0123456789') = '+' and phone not like '+0%' and length(phone) between 8 and 16);

-- Room for the words of 500,000 people: sorting them in is for after the import, not for the insert that fills the list.
alter index people_search set (gin_pending_list_limit = 131072);
create function sort_in_people() returns void language sql security definer set search_path = public, pg_temp
  as $$ select gin_clean_pending_list('people_search') $$;
revoke execute on function sort_in_people() from public;
grant execute on function sort_in_people() to gurudesk_app;
"""
DOWN = """
drop function sort_in_people();
alter index people_search set (gin_pending_list_limit = 32768);
drop index imported_leads_created, imported_leads_status, imported_leads_import, imported_leads_last_import,
  imported_leads_source;
create index imported_leads_created on imported_leads (created_at desc, id);
create index imported_leads_status on imported_leads (status, created_at desc, id);
create index imported_leads_import on imported_leads (import_id, created_at desc, id);
create index imported_leads_last_import on imported_leads (last_import_id);
create index imported_leads_source on imported_leads (source, created_at desc, id);
alter table people drop constraint people_phone_check;
alter table people add constraint people_phone_check check (phone ~ '^\\+[1-9][0-9]{6,14}$');
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
