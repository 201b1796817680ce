"""Files of assignments, submissions, pictures and recordings go with the rows that name them, whatever deletes those."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES = ("assignment_files", "submission_files", "profile_pictures", "recordings")

# As the owner: a student who takes a file away may plan no step, and this one names nothing but what they took away.
PLAN = """
create function plan_stored_file_deletion() returns trigger language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into automation_steps (kind, dedupe_key, payload, due_at, created_at)
  values ('delete_files', 'delete_files:' || old.stored_name, jsonb_build_object('files', jsonb_build_array(old.stored_name)),
    app_now(), app_now())
  on conflict (dedupe_key) do nothing;
  return null;
end $$;
revoke execute on function plan_stored_file_deletion() from public;
"""


def upgrade() -> None:
    op.execute(PLAN)
    for table in TABLES:
        op.execute(
            f"create trigger plan_file_deletion after delete on {table} for each row when (old.stored_name is not null)"
            " execute function plan_stored_file_deletion()"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"drop trigger plan_file_deletion on {table}")
    op.execute("drop function plan_stored_file_deletion()")
