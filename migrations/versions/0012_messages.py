"""WhatsApp messages and calls beside e-mails: what is sent, what became of it, and what people answer."""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.row_security import ADMIN_TABLE, ADMINS, SYSTEM, secure

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DELIVERIES = """
alter table deliveries drop constraint deliveries_channel_check;
alter table deliveries add constraint deliveries_channel_check check (channel in ('email', 'whatsapp', 'call'));
alter table deliveries
  add column broadcast_id uuid,
  -- Marketing is what people may opt out of; everything else they asked for, or need.
  add column marketing boolean not null default false,
  add column is_bulk boolean not null generated always as (campaign_id is not null or broadcast_id is not null) stored;
update deliveries set marketing = true where campaign_id is not null;
create index deliveries_broadcast on deliveries (broadcast_id, state) where broadcast_id is not null;
-- Each channel is claimed by itself, and what is written to one person overtakes what is written to thousands.
drop index deliveries_due;
create index deliveries_due on deliveries (channel, is_bulk, due_at, group_key) where state in ('pending', 'retry');
drop index deliveries_held;
create index deliveries_held on deliveries (channel, leased_until) where state in ('sending', 'unknown');
create index deliveries_channel on deliveries (channel, created_at desc, id);
drop index webhook_events_waiting;
create index webhook_events_waiting on webhook_events (provider, id) where processed_at is null;
"""

TABLES = """
-- ``campaign`` is the name of the live campaign at AiSensy; ``body`` holds {{1}}, {{2}} … as WhatsApp numbers them.
create table whatsapp_templates (
  id uuid primary key default gen_random_uuid(),
  campaign text not null unique,
  title text not null,
  category text not null check (category in ('utility', 'marketing')),
  language text not null default 'en',
  body text not null,
  footer text not null default '',
  -- What each numbered parameter is, in words: the first names {{1}}.
  param_labels text[] not null default '{}',
  media text not null default '' check (media in ('', 'image', 'video', 'document')),
  -- In order, as [{"kind": "link" or "reply", "text": …}]; a link's end is filled for each recipient.
  buttons jsonb not null default '[]',
  price_paise numeric(8, 2) not null default 0 check (price_paise >= 0),
  is_active boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table whatsapp_logs (
  delivery_id uuid primary key references deliveries on delete cascade,
  person_id uuid references people on delete cascade,
  to_phone text not null,
  campaign text not null default '',
  params jsonb not null default '[]',
  media jsonb,
  body text not null default '',
  price_paise numeric(8, 2) not null default 0,
  -- The id the provider answered with, and WhatsApp's own, which only its reports tell.
  submitted_id text,
  message_id text,
  state text not null default 'sending' check (state in
    ('sending', 'unknown', 'submitted', 'sent', 'failed', 'delivered', 'read')),
  rank smallint not null default 0,
  reason text not null default '',
  code integer,
  fault text not null default '',
  history jsonb not null default '[]',
  submitted_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index whatsapp_logs_submitted on whatsapp_logs (submitted_id) where submitted_id is not null;
create index whatsapp_logs_message on whatsapp_logs (message_id) where message_id is not null;
create index whatsapp_logs_phone on whatsapp_logs (to_phone, created_at desc);
create index whatsapp_logs_person on whatsapp_logs (person_id);
create index whatsapp_logs_state on whatsapp_logs (state, created_at desc) where state in ('delivered', 'read', 'failed');

create table call_logs (
  delivery_id uuid primary key references deliveries on delete cascade,
  person_id uuid references people on delete cascade,
  to_phone text not null,
  agent_id text not null default '',
  user_data jsonb not null default '{}',
  call_id text,
  -- The provider's own word beside our state.
  status text not null default '',
  state text not null default 'sending' check (state in ('sending', 'unknown', 'queued', 'ringing', 'talking', 'ending',
    'completed', 'voicemail', 'no_answer', 'busy', 'stopped', 'failed')),
  rank smallint not null default 0,
  reason text not null default '',
  duration_seconds numeric(8, 1),
  has_recording boolean not null default false,
  transcript text not null default '',
  summary text not null default '',
  extracted jsonb,
  cost_cents numeric(10, 3),
  history jsonb not null default '[]',
  started_at timestamptz,
  ended_at timestamptz,
  reported_at timestamptz,
  read_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index call_logs_call on call_logs (call_id) where call_id is not null;
create index call_logs_person on call_logs (person_id);
create index call_logs_phone on call_logs (to_phone, created_at desc);
create index call_logs_state on call_logs (state, created_at desc)
  where state in ('completed', 'voicemail', 'no_answer', 'busy', 'stopped', 'failed');

-- Numbers that get no more marketing. ``expires_at`` is set where that holds for a while only.
create table phone_suppressions (
  phone text not null check (phone ~ '^\\+[1-9][0-9]{6,14}$'),
  channel text not null check (channel in ('whatsapp', 'call', 'all')),
  reason text not null check (reason in ('opted_out', 'invalid', 'withheld')),
  detail text not null default '',
  delivery_id uuid references deliveries on delete set null,
  expires_at timestamptz,
  created_at timestamptz not null,
  primary key (phone, channel)
);
create index phone_suppressions_delivery on phone_suppressions (delivery_id);

-- What people write to us, and what we answer in our own words. Planned messages are deliveries alone.
create table crm_messages (
  id uuid primary key default gen_random_uuid(),
  person_id uuid references people on delete cascade,
  channel text not null check (channel in ('email', 'whatsapp', 'call', 'note')),
  direction text not null check (direction in ('in', 'out')),
  delivery_id uuid references deliveries on delete set null,
  provider_message_id text,
  from_address text not null default '',
  to_address text not null default '',
  subject text not null default '',
  body text not null default '',
  media jsonb,
  is_read boolean not null default false,
  occurred_at timestamptz not null,
  created_at timestamptz not null,
  unique (channel, provider_message_id)
);
create index crm_messages_person on crm_messages (person_id, occurred_at desc);
create index crm_messages_in on crm_messages (channel, occurred_at desc, id) where direction = 'in';
create index crm_messages_from on crm_messages (channel, from_address, occurred_at desc) where direction = 'in';
create index crm_messages_unread on crm_messages (occurred_at desc) where direction = 'in' and not is_read;
create index crm_messages_delivery on crm_messages (delivery_id);

-- Webhooks that were turned away: counted, never kept, so that forging many fills nothing.
create table webhook_rejections (
  provider text not null,
  reason text not null,
  day date not null,
  count integer not null default 1,
  last_bytes integer not null default 0,
  last_at timestamptz not null,
  primary key (provider, reason, day)
);
create index webhook_rejections_last on webhook_rejections (last_at desc);
"""


POLICIES: dict[str, dict[str, str]] = {
    "whatsapp_templates": {"select": ADMINS, "insert": ADMINS, "update": ADMINS},
    "whatsapp_logs": {**ADMIN_TABLE, "delete": SYSTEM},
    "call_logs": {**ADMIN_TABLE, "delete": SYSTEM},
    "phone_suppressions": ADMIN_TABLE,
    "crm_messages": ADMIN_TABLE,
    "webhook_rejections": {"select": ADMINS, "insert": SYSTEM, "update": SYSTEM, "delete": SYSTEM},
}

STOP = "Reply STOP to opt out"


def _link(text: str) -> dict[str, str]:
    return {"kind": "link", "text": text}


def _reply(text: str) -> dict[str, str]:
    return {"kind": "reply", "text": text}


# The campaigns the sandbox's account has, and that a real account is to be given by the same names.
TEMPLATES = [
    {
        "campaign": "welcome",
        "title": "Welcome to a batch",
        "body": "Hi {{1}}, welcome to {{2}}!\n\nYour batch {{3}} begins on {{4}}. We are glad you are with us.",
        "param_labels": ["First name", "Course", "Batch", "First day"],
        "buttons": [_reply("Thank you"), _reply("I have a question")],
    },
    {
        "campaign": "cta_invitation",
        "title": "Invitation to apply",
        "category": "marketing",
        "body": "Hi {{1}}, seats for {{2}} are open. Tell us about yourself, it takes a minute.",
        "footer": STOP,
        "param_labels": ["First name", "Course"],
        "buttons": [_link("Apply now"), _reply("Tell me more"), _reply("Stop messages")],
    },
    {
        "campaign": "application_approved",
        "title": "Application approved",
        "body": "Good news, {{1}}: your application for {{2}} is approved. Your seat is kept until {{3}}.",
        "param_labels": ["First name", "Course", "Kept until"],
        "buttons": [_link("Keep my seat")],
    },
    {
        "campaign": "payment_link",
        "title": "Payment link",
        "body": "Hi {{1}}, please pay {{2}} for {{3}} by {{4}}. The link below is yours alone.",
        "param_labels": ["First name", "Amount", "What for", "Due"],
        "buttons": [_link("Pay now"), _reply("I need more time")],
    },
    {
        "campaign": "payment_received",
        "title": "Payment received",
        "body": "Thank you, {{1}}. We have received {{2}} for {{3}}. Your receipt is attached.",
        "param_labels": ["First name", "Amount", "What for"],
        "media": "document",
    },
    {
        "campaign": "class_reminder",
        "title": "Class reminder",
        "body": "Hi {{1}}, {{2}} begins on {{3}}. Join from your phone or your computer.",
        "param_labels": ["First name", "Class", "When"],
        "buttons": [_link("Join the class"), _reply("I will be late")],
    },
    {
        "campaign": "recording_ready",
        "title": "Recording ready",
        "body": "Hi {{1}}, the recording of {{2}} is ready.",
        "param_labels": ["First name", "Class"],
        "buttons": [_link("Watch the recording")],
    },
    {
        "campaign": "assignment_due",
        "title": "Assignment due",
        "body": "Hi {{1}}, {{2}} is due on {{3}}. Hand it in here.",
        "param_labels": ["First name", "Assignment", "When"],
        "buttons": [_link("Hand it in")],
    },
    {
        "campaign": "certificate_ready",
        "title": "Certificate ready",
        "body": "Congratulations, {{1}}! You have completed {{2}}. Your certificate is attached.",
        "param_labels": ["First name", "Course"],
        "media": "document",
        "buttons": [_link("Verify it")],
    },
    {
        "campaign": "course_banner",
        "title": "Course with a picture",
        "category": "marketing",
        "body": "Hi {{1}}, {{2}} starts on {{3}}. Early seats cost {{4}}.",
        "footer": STOP,
        "param_labels": ["First name", "Course", "First day", "Price"],
        "media": "image",
        "buttons": [_link("See the course"), _reply("Stop messages")],
    },
    {
        "campaign": "course_video",
        "title": "Course with a video",
        "category": "marketing",
        "body": "Hi {{1}}, meet the people who teach {{2}}.",
        "footer": STOP,
        "param_labels": ["First name", "Course"],
        "media": "video",
    },
    {
        "campaign": "announcement",
        "title": "Announcement",
        "body": "Hi {{1}}, a word from {{2}}: {{3}}",
        "param_labels": ["First name", "From", "Message"],
    },
]
# What a message costs in India, about; what your own contract says is typed in on the page of the templates.
PRICES = {"utility": "13", "marketing": "88"}
DEFAULTS = {"category": "utility", "footer": "", "media": "", "buttons": []}
SEED = """
insert into whatsapp_templates (campaign, title, category, body, footer, param_labels, media, buttons, price_paise,
  created_at, updated_at)
values (:campaign, :title, :category, :body, :footer, :param_labels, :media, :buttons, cast(:price as numeric), now(), now())
"""

DROP = """
drop table webhook_rejections, crm_messages, phone_suppressions, call_logs, whatsapp_logs, whatsapp_templates;
delete from deliveries where channel <> 'email';
drop index deliveries_broadcast, deliveries_due, deliveries_held, deliveries_channel, webhook_events_waiting;
alter table deliveries drop column is_bulk, drop column broadcast_id, drop column marketing;
alter table deliveries drop constraint deliveries_channel_check;
alter table deliveries add constraint deliveries_channel_check check (channel in ('email'));
create index deliveries_due on deliveries (due_at, group_key) where state in ('pending', 'retry');
create index deliveries_held on deliveries (leased_until) where state in ('sending', 'unknown');
create index webhook_events_waiting on webhook_events (id) where processed_at is null;
"""


def upgrade() -> None:
    op.execute(DELIVERIES)
    op.execute(TABLES)
    for table, commands in POLICIES.items():
        op.execute(secure(table, commands))
    seed = sa.text(SEED).bindparams(
        sa.bindparam("buttons", type_=sa.JSON), sa.bindparam("param_labels", type_=sa.ARRAY(sa.Text))
    )
    for template in TEMPLATES:
        values = DEFAULTS | template
        op.get_bind().execute(seed, values | {"price": PRICES[values["category"]]})


def downgrade() -> None:
    op.execute(DROP)
