"""What the sandbox still has to call back about, and each attempt at it."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
create table sandbox.callbacks (
  id bigint generated always as identity primary key,
  provider text not null,
  kind text not null,
  subject text not null,
  url text not null,
  media_type text not null,
  body bytea not null,
  is_signed_wrongly boolean not null default false,
  state text not null default 'pending' check (state in ('pending', 'accepted', 'given_up', 'never')),
  attempts integer not null default 0,
  created_at timestamptz not null,
  due_at timestamptz not null
);
create index callbacks_due on sandbox.callbacks (due_at, id) where state = 'pending';
create index callbacks_subject on sandbox.callbacks (provider, subject, id);

create table sandbox.callback_attempts (
  id bigint generated always as identity primary key,
  callback_id bigint not null references sandbox.callbacks on delete cascade,
  at timestamptz not null,
  status integer,
  error text not null,
  answer text not null,
  duration_ms double precision not null
);
create index callback_attempts_callback on sandbox.callback_attempts (callback_id, id);

grant select, insert, update, delete on sandbox.callbacks, sandbox.callback_attempts to gurudesk_sandbox;
grant usage on all sequences in schema sandbox to gurudesk_sandbox;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table sandbox.callback_attempts, sandbox.callbacks")
