"""Personal tokens for the JSON API, and the answers kept so that a request sent twice is done once."""

from alembic import op

from adapters.postgres.row_security import SYSTEM, secure

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = """
-- Created, used and expiring in real time, as sign-ins are: a moved business clock ends none and revives none.
create table api_tokens (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references profiles on delete cascade,
  -- The role it was made with: it acts with that one, and stops when its person no longer has as much.
  role text not null check (role in ('student', 'admin', 'super_admin')),
  name text not null check (name <> ''),
  public_id text not null unique,
  token_hash bytea not null unique,
  scopes text[] not null default '{}',
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_tokens_person on api_tokens (person_id, created_at desc);
create index api_tokens_created on api_tokens (created_at desc, id);

create table api_answers (
  token_id uuid not null references api_tokens on delete cascade,
  key text not null,
  person_id uuid not null references people on delete cascade,
  request_hash bytea not null,
  status smallint,
  answer text,
  -- What the answer is still about to tell of: a delivery under way, looked at anew each time.
  follows uuid,
  created_at timestamptz not null default now(),
  primary key (token_id, key)
);
create index api_answers_created on api_answers (created_at);
"""

# Looks the token up and takes its identity on for this transaction, as `enter` does for sign-ins. Nobody with a temporary
# password, without an account that is active, or with less of a role than the token was made with gets in by one.
FUNCTION = """
create function enter_with_token(token bytea) returns table (
  at timestamptz, role text, person_id uuid, token_id uuid, token_name text, scopes text[], name text, email text, refusal text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ranks text[] := array['student', 'admin', 'super_admin'];
begin
  select app_now(), t.role, t.person_id, t.id, t.name, t.scopes, h.name, h.email, case
      when t.revoked_at is not null then 'revoked'
      when t.expires_at <= now() then 'expired'
      when not p.is_active or p.active_since > t.created_at then 'inactive'
      when array_position(ranks, p.role) < array_position(ranks, t.role) then 'demoted'
      when p.must_change_password then 'password'
      else '' end
    into at, role, person_id, token_id, token_name, scopes, name, email, refusal
    from api_tokens t join profiles p on p.person_id = t.person_id join people h on h.id = t.person_id
   where t.token_hash = token;
  if not found then
    at := app_now(); role := 'anonymous'; refusal := 'unknown';
  elsif refusal <> '' then
    role := 'anonymous'; person_id := null;
  else
    update api_tokens t set last_used_at = now()
     where t.id = enter_with_token.token_id
       and (t.last_used_at is null or t.last_used_at < now() - interval '5 minutes');
  end if;
  perform set_config('app.role', role, true), set_config('app.person_id', coalesce(person_id::text, ''), true);
  return next;
end $$;
"""

OWNERS = "(select app_role() in ('super_admin', 'system'))"
MINE = "person_id = (select app_person())"
# Nobody makes a token that can do more than they can, nor one for somebody else.
MAKERS = f"{SYSTEM} or ((select app_role() in ('admin', 'super_admin')) and {MINE} and role = (select app_role()))"

POLICIES = {
    "api_tokens": {
        "select": f"{OWNERS} or {MINE}",
        "insert": MAKERS,
        "update": f"{OWNERS} or {MINE}",
        "delete": SYSTEM,
    },
    "api_answers": {
        "select": f"{SYSTEM} or {MINE}",
        "insert": f"{SYSTEM} or {MINE}",
        "update": f"{SYSTEM} or {MINE}",
        "delete": f"{SYSTEM} or {MINE}",
    },
}


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FUNCTION)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))
    op.execute("revoke execute on function enter_with_token(bytea) from public")
    op.execute("grant execute on function enter_with_token(bytea) to gurudesk_app")


def downgrade() -> None:
    op.execute("drop function enter_with_token(bytea)")
    op.execute("drop table api_answers, api_tokens")
