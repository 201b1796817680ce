"""Columns of a token that nobody may rewrite, a receipt that WhatsApp can carry, what was opened found quickly, and no file
left of who is gone."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# A row policy says whose token may be changed, and no more of it than its end: neither its scopes nor its role, its hash or
# its last day. That it was used is written by `enter_with_token`. An end that was set is not taken back.
TOKENS = """
revoke update on api_tokens from gurudesk_app;
grant update (revoked_at) on api_tokens to gurudesk_app;
alter policy app_update on api_tokens with check ({check} and revoked_at is not null);
"""
WHO = "((select app_role() in ('super_admin', 'system')) or person_id = (select app_person()))"
TOKENS_AS_BEFORE = f"""
alter policy app_update on api_tokens with check ({WHO});
revoke update (revoked_at) on api_tokens from gurudesk_app;
grant update on api_tokens to gurudesk_app;
"""

# The receipt is a page of ours behind a link; a template whose words somebody has changed stays as it is.
RECEIPT = """
update whatsapp_templates set body = 'Thank you, {{1}}. We have received {{2}} for {{3}}. Your receipt is below.', media = '',
  buttons = '[{"kind": "link", "text": "See the receipt"}]', updated_at = now()
 where campaign = 'payment_received' and media = 'document'
   and body = 'Thank you, {{1}}. We have received {{2}} for {{3}}. Your receipt is attached.'
"""
RECEIPT_AS_BEFORE = """
update whatsapp_templates set body = 'Thank you, {{1}}. We have received {{2}} for {{3}}. Your receipt is attached.',
  media = 'document', buttons = '[]', updated_at = now()
 where campaign = 'payment_received' and media = ''
   and body = 'Thank you, {{1}}. We have received {{2}} for {{3}}. Your receipt is below.'
"""

# As WhatsApp's log has it: the list of deliveries can ask for these.
REACHED = """
create index email_logs_reached on email_logs (state, created_at desc) where state in ('delivered', 'opened', 'clicked')
"""

# Whatever deletes them, a person with all that hangs on them too: the files go after the commit, by a step.
FILES = """
create function plan_file_deletion() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  subject uuid := case tg_table_name when 'crm_messages' then (to_jsonb(old) ->> 'id')::uuid
    else (to_jsonb(old) ->> 'delivery_id')::uuid end;
begin
  insert into automation_steps (kind, subject_id, dedupe_key, payload, due_at, created_at)
  values ('delete_files', subject, 'delete_files:' || subject, case tg_table_name when 'crm_messages' then
    jsonb_build_object('files', jsonb_path_query_array(to_jsonb(old), '$.media.files[*].file')) else '{}' end,
    app_now(), app_now())
  on conflict (dedupe_key) do nothing;
  return null;
end $$;
create trigger plan_file_deletion after delete on crm_messages for each row when (old.media ? 'files')
  execute function plan_file_deletion();
create trigger plan_file_deletion after delete on call_logs for each row when (old.has_recording)
  execute function plan_file_deletion();
"""


def upgrade() -> None:
    op.execute(TOKENS.format(check=WHO))
    op.execute(RECEIPT)
    op.execute(REACHED)
    op.execute(FILES)


def downgrade() -> None:
    op.execute("drop trigger plan_file_deletion on crm_messages")
    op.execute("drop trigger plan_file_deletion on call_logs")
    op.execute("drop function plan_file_deletion()")
    op.execute("drop index email_logs_reached")
    op.execute(RECEIPT_AS_BEFORE)
    op.execute(TOKENS_AS_BEFORE)
