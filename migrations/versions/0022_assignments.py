"""Assignments, what students hand in for them, longer deadlines for single students, and profile pictures.

Files lie in the file store under names of ours; rows say how they are called, how large they are, and their SHA-256.
Moments are UTC, sizes bytes; half points are given.
"""

from alembic import op

from adapters.postgres.row_security import ADMIN_TABLE, ADMINS, SYSTEM, secure

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = """
create table assignments (
  id uuid primary key default gen_random_uuid(),
  batch_id uuid not null references batches on delete cascade,
  module_id uuid references modules on delete set null,
  session_id uuid references sessions on delete set null,
  title text not null check (length(title) between 1 and 120),
  instructions text not null default '',
  due_at timestamptz not null,
  points integer not null default 10 check (points between 1 and 1000),
  accepts_late boolean not null default true,
  -- Students see it from then on; none while it is a draft or withdrawn.
  published_at timestamptz,
  form_key uuid unique,
  created_by uuid references people on delete set null,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index assignments_due on assignments (due_at desc, id);
create index assignments_batch on assignments (batch_id, due_at);
create index assignments_module on assignments (module_id) where module_id is not null;
create index assignments_session on assignments (session_id) where session_id is not null;

create table assignment_files (
  id uuid primary key default gen_random_uuid(),
  assignment_id uuid not null references assignments on delete cascade,
  name text not null,
  stored_name text not null unique,
  media_type text not null,
  size bigint not null,
  sha256 text not null,
  place bigint not null generated always as identity, -- in which order they came
  created_at timestamptz not null
);
create index assignment_files_assignment on assignment_files (assignment_id);

create table submissions (
  id uuid primary key default gen_random_uuid(),
  assignment_id uuid not null references assignments on delete cascade,
  person_id uuid not null references people on delete cascade,
  state text not null default 'draft' check (state in ('draft', 'submitted', 'returned', 'graded')),
  text text not null default '',
  links text[] not null default '{}',
  -- Rises with each change: who grades, or saves in another window, does not overwrite what they have not seen.
  version integer not null default 1,
  submitted_at timestamptz check (submitted_at is not null or state = 'draft'),
  is_late boolean not null default false,
  score numeric(5, 1) check (score >= 0 and score * 2 = trunc(score * 2)),
  comment text not null default '',
  graded_by uuid references people on delete set null,
  graded_at timestamptz check (graded_at is not null or state in ('draft', 'submitted')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (assignment_id, person_id)
);
create index submissions_person on submissions (person_id, assignment_id);
create index submissions_queue on submissions (assignment_id, submitted_at, id) where submitted_at is not null;

create table submission_files (
  id uuid primary key default gen_random_uuid(),
  submission_id uuid not null references submissions on delete cascade,
  name text not null,
  stored_name text not null unique,
  media_type text not null,
  size bigint not null,
  sha256 text not null,
  place bigint not null generated always as identity, -- in which order they came
  created_at timestamptz not null
);
create index submission_files_submission on submission_files (submission_id);

create table assignment_extensions (
  assignment_id uuid not null references assignments on delete cascade,
  person_id uuid not null references people on delete cascade,
  due_at timestamptz not null,
  reason text not null default '',
  created_by uuid references people on delete set null,
  created_at timestamptz not null,
  primary key (assignment_id, person_id)
);
create index assignment_extensions_person on assignment_extensions (person_id);

create table profile_pictures (
  person_id uuid primary key references people on delete cascade,
  stored_name text not null unique,
  size bigint not null,
  updated_at timestamptz not null
);
"""

# Policies of enrolments decide which of them the sub-select finds: for a student, their own.
MY_BATCH = """batch_id in (select e.batch_id from enrolments e
  where e.person_id = (select app_person()) and e.state <> 'withdrawn')"""
OWN = "person_id = (select app_person())"
# The policies of assignments decide here, too.
TO_ME = f"{OWN} and assignment_id in (select a.id from assignments a)"
OF_MINE = "submission_id in (select s.id from submissions s where s.person_id = (select app_person()))"

POLICIES: dict[str, dict[str, str]] = {
    "assignments": ADMIN_TABLE | {"select": f"{ADMINS} or (published_at is not null and {MY_BATCH})"},
    "assignment_files": {
        "select": f"{ADMINS} or assignment_id in (select a.id from assignments a)",
        "insert": ADMINS,
        "delete": ADMINS,
    },
    "submissions": {
        "select": f"{ADMINS} or {OWN}",
        "insert": f"{SYSTEM} or ({TO_ME})",
        "update": f"{ADMINS} or {OWN}",
        "delete": SYSTEM,
    },
    "submission_files": {
        "select": f"{ADMINS} or {OF_MINE}",
        "insert": f"{SYSTEM} or {OF_MINE}",
        "delete": f"{SYSTEM} or {OF_MINE}",
    },
    "assignment_extensions": ADMIN_TABLE | {"select": f"{ADMINS} or {OWN}"},
    "profile_pictures": {
        "select": f"{ADMINS} or {OWN}",
        "insert": f"{SYSTEM} or {OWN}",
        "update": f"{SYSTEM} or {OWN}",
        "delete": f"{ADMINS} or {OWN}",
    },
}

# A student may change their submission, but no row policy says which of its columns: what graders write is theirs alone,
# and what is graded stays as it was graded.
GRADING = """
create function guard_grading() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if app_role() in ('admin', 'super_admin', 'system') or current_user <> 'gurudesk_app' then return new; end if;
  if new.state not in ('draft', 'submitted', old.state) or old.state = 'graded'
    or (new.score, new.comment, new.graded_by, new.graded_at, new.person_id, new.assignment_id)
      is distinct from (old.score, old.comment, old.graded_by, old.graded_at, old.person_id, old.assignment_id) then
    raise insufficient_privilege using message = 'only graders may change this';
  end if;
  return new;
end $$;
create function guard_new_submission() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if app_role() <> 'system' and current_user = 'gurudesk_app'
    and (new.state not in ('draft', 'submitted') or new.score is not null or new.graded_at is not null or new.comment <> '') then
    raise insufficient_privilege using message = 'only graders may change this';
  end if;
  return new;
end $$;
-- The receipt leaves as the business: a student plans it for what they have handed in themselves, and nothing else.
create function plan_submission_receipt(submission uuid) returns void language sql security definer
  set search_path = public, pg_temp as $$
  insert into automation_steps (kind, person_id, subject_id, subject_version, dedupe_key, payload, due_at, created_at)
  select 'send_submission_receipt', s.person_id, s.id, s.version, 'send_submission_receipt:' || s.id || ':' || s.version, '{}',
    app_now(), app_now()
    from submissions s
   where s.id = plan_submission_receipt.submission and s.state = 'submitted' and s.person_id = app_person()
  on conflict (dedupe_key) do nothing $$;
revoke execute on function plan_submission_receipt(uuid) from public;
grant execute on function plan_submission_receipt(uuid) to gurudesk_app;
create trigger guard_grading before update on submissions for each row execute function guard_grading();
create trigger guard_new_submission before insert on submissions for each row execute function guard_new_submission();
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))
    op.execute(GRADING)


def downgrade() -> None:
    op.execute("drop function plan_submission_receipt(uuid)")
    op.execute(
        "drop table profile_pictures, assignment_extensions, submission_files, submissions, assignment_files, assignments"
    )
    op.execute("drop function guard_grading(), guard_new_submission()")
