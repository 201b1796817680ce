"""What an import says of itself: the sheets of a workbook that are not read, and every import that a lead was in."""

from alembic import op

from adapters.postgres.row_security import ADMINS, secure

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# A lead itself knows its first and its last import. Those between are written down when the last one changes, which costs
# nothing for leads that are new or met for the second time. Like the lead, it has no foreign key on the import.
UP = """
alter table lead_imports add column sheets jsonb not null default '[]';

create table lead_past_imports (
  import_id uuid not null,
  lead_id uuid not null references imported_leads on delete cascade,
  primary key (import_id, lead_id)
);
create index lead_past_imports_lead on lead_past_imports (lead_id);

create function remember_import() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into lead_past_imports values (old.last_import_id, old.id) on conflict do nothing;
  return null;
end $$;
create trigger remember_import after update of last_import_id on imported_leads for each row
  when (old.last_import_id is not null and old.last_import_id is distinct from new.last_import_id
    and old.last_import_id is distinct from old.import_id)
  execute function remember_import();
"""
DOWN = """
drop trigger remember_import on imported_leads;
drop function remember_import();
drop table lead_past_imports;
alter table lead_imports drop column sheets;
"""


def upgrade() -> None:
    op.execute(UP)
    op.execute(secure("lead_past_imports", {"select": ADMINS}))


def downgrade() -> None:
    op.execute(DOWN)
