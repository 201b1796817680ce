"""What the automations of leads, approvals and payments need: sequences that are settled, instalments, birthdays, texts."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0032"
branch_labels = None
depends_on = None

UP = """
-- A sequence that begins once more is another version of itself. Those begun or stopped in numbers are unsettled until a
-- worker has planned their steps, or cancelled them.
alter table lead_sequences add column version integer not null default 1,
  add column is_unsettled boolean not null default false;
create index lead_sequences_unsettled on lead_sequences (id) where is_unsettled;
-- What the dry run of an import finds for a sequence: how many leads can be e-mailed, and by course how many of them have
-- applied for it, are in it, or have been written to about it.
alter table lead_imports add column reachable_count integer not null default 0, add column taken jsonb not null default '{}';
-- The sequence that led to an application.
alter table cta_submissions add column sequence_id uuid references lead_sequences on delete set null;
create index cta_submissions_sequence on cta_submissions (sequence_id) where sequence_id is not null;

alter table courses add column instalments smallint not null default 1 check (instalments between 1 and 12),
  add column instalment_every smallint not null default 1 check (instalment_every between 1 and 365),
  add column instalment_unit text not null default 'months' check (instalment_unit in ('days', 'months'));
-- Empty is as the course has it.
alter table batches add column price_paise bigint check (price_paise >= 0),
  add column instalments smallint check (instalments between 1 and 12);

alter table people add column birthday date;
create index payments_enrolment on payments (enrolment_id) where enrolment_id is not null;
create index payments_application on payments (application_id) where application_id is not null;
"""
DOWN = """
drop index payments_application;
drop index payments_enrolment;
alter table people drop column birthday;
alter table batches drop column instalments, drop column price_paise;
alter table courses drop column instalment_unit, drop column instalment_every, drop column instalments;
alter table cta_submissions drop column sequence_id;
alter table lead_imports drop column taken, drop column reachable_count;
alter table lead_sequences drop column is_unsettled, drop column version;
"""

PAY = [{"kind": "link", "text": "Pay now"}]
APPLY = [{"kind": "link", "text": "Apply now"}]
# The campaigns a real account is to be given by the same names. A parameter is named after the variable that fills it.
TEMPLATES = [
    {
        "campaign": "approval_welcome",
        "title": "Welcome to the course",
        "category": "utility",
        "body": "Hi {{1}}, welcome to {{2}}. Your place in {{3}} is confirmed. Your sign-in details are in your e-mail.",
        "param_labels": ["First name", "Course title", "Batch name"],
        "buttons": [],
    },
    {
        "campaign": "unpaid_reminder",
        "title": "Payment after approval",
        "category": "utility",
        "body": "Hi {{1}}, your place in {{2}} is kept for you. {{3}} is still to be paid. You can pay behind the button.",
        "param_labels": ["First name", "Course title", "Amount"],
        "buttons": PAY,
    },
    {
        "campaign": "payment_reminder",
        "title": "Payment reminder",
        "category": "utility",
        "body": "Hi {{1}}, your payment of {{2}} for {{3}} was due on {{4}}. You can pay behind the button.",
        "param_labels": ["First name", "Amount", "Purpose", "Due"],
        "buttons": PAY,
    },
    {
        "campaign": "payment_ahead",
        "title": "Payment coming up",
        "category": "utility",
        "body": "Hi {{1}}, your payment of {{2}} for {{3}} is due on {{4}}. You can pay behind the button.",
        "param_labels": ["First name", "Amount", "Purpose", "Due"],
        "buttons": PAY,
    },
    {
        "campaign": "lead_reminder",
        "title": "Reminder to apply",
        "category": "marketing",
        "body": "Hi {{1}}, you asked about {{2}}. Places are still open. You can apply behind the button.",
        "param_labels": ["First name", "Course title"],
        "buttons": APPLY,
    },
    {
        "campaign": "birthday",
        "title": "Birthday",
        "category": "marketing",
        "body": "Hi {{1}}, all of us wish you a happy birthday and a good year.",
        "param_labels": ["First name"],
        "buttons": [],
    },
]
SEED = """
insert into whatsapp_templates (campaign, title, category, body, footer, param_labels, media, buttons, price_paise,
  created_at, updated_at)
values (:campaign, :title, :category, :body, case :category when 'marketing' then 'Reply STOP to opt out' else '' end, :param_labels, '', :buttons,
  case :category when 'marketing' then 88 else 13 end, now(), now())
on conflict (campaign) do nothing
"""


def upgrade() -> None:
    op.execute(UP)
    seed = sa.text(SEED).bindparams(
        sa.bindparam("buttons", type_=sa.JSON), sa.bindparam("param_labels", type_=sa.ARRAY(sa.Text))
    )
    for template in TEMPLATES:
        op.get_bind().execute(seed, template)


def downgrade() -> None:
    op.execute(DOWN)
    names = ", ".join(f"'{template['campaign']}'" for template in TEMPLATES)
    op.execute(f"delete from whatsapp_templates where campaign in ({names})")
