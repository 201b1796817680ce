"""Conversion: the funnel of an import, whose people are counted once however often they were written to, and its money."""

from uuid import UUID, uuid4

from domain.admissions.approving import Approval, approve
from domain.leads.conversion import find_campaign_conversion, find_import_conversion
from domain.leads.filters import LeadFilter
from domain.leads.sequences import settle_some, start_sequences
from domain.leads.tracking import note_arrival
from domain.work import Work
from tests.fixtures.applicants import ROHIT, apply_for
from tests.fixtures.leads import new_lead

IMPORT = """
insert into lead_imports (file_name, stored_name, file_size, file_hash, header, state, created_at, started_at)
values ('fair.csv', 'x', 1, 'x', '[]', 'done', %(now)s, %(now)s) returning id
"""
CAMPAIGN = """
insert into lead_campaigns (name, course_id, filter, recipient_count, created_at) values ('Spring', %(course)s, '{}', 1, %(now)s)
returning id
"""
MAIL = """
with mail as (
  insert into deliveries (channel, kind, person_id, subject_id, campaign_id, to_address, template, idempotency_key, state, due_at,
    created_at, rule_key) values ('email', 'lead', %(person)s, %(subject)s, %(campaign)s, 'a@example.test', '', %(key)s, 'sent',
    %(now)s, %(now)s, %(rule)s) returning id
) insert into email_logs (delivery_id, person_id, to_email, from_email, subject, delivered_at, opened_at, created_at, updated_at)
select id, %(person)s, 'a@example.test', 'b@example.test', '', %(now)s, %(opened)s, %(now)s, %(now)s from mail
returning delivery_id
"""

MESSAGE = """
with message as (
  insert into deliveries (channel, kind, person_id, to_address, template, idempotency_key, state, due_at, created_at, rule_key)
  values ('whatsapp', 'lead_day_1', %(person)s, '+919800000001', '', 'by whatsapp', 'sent', %(now)s, %(now)s, 'lead_day_1')
  returning id
) insert into whatsapp_logs (delivery_id, person_id, to_phone, delivered_at, read_at, created_at, updated_at)
select id, %(person)s, '+919800000001', %(now)s, %(now)s, %(now)s, %(now)s from message returning delivery_id
"""


async def mailed(work: Work, person: UUID, *, subject=None, campaign=None, rule=None, opened=False) -> UUID:
    values = {
        "person": person,
        "subject": subject,
        "campaign": campaign,
        "rule": rule,
        "key": str(uuid4()),
        "now": work.now,
    }
    delivery_id: UUID = await work.value(MAIL, **values, opened=work.now if opened else None)
    return delivery_id


async def test_an_import_counts_what_campaigns_and_sequences_brought_and_a_campaign_its_own(work, catalogue):
    course_id = await work.value("select id from courses where slug = %(slug)s", slug=catalogue.slug)
    import_id = await work.value(IMPORT, now=work.now)
    mine = {"import_id": import_id, "last_import_id": import_id}
    rohit = await new_lead(work, ROHIT.name, email=ROHIT.email, **mine)
    binu = await new_lead(work, "Binu", **mine)
    await new_lead(work, "Never written to", email=None, **mine)
    stranger = await new_lead(work, "Of no import")
    campaign_id = await work.value(CAMPAIGN, course=course_id, now=work.now)
    await mailed(work, binu, campaign=campaign_id)
    await mailed(work, stranger, campaign=campaign_id)
    assert await start_sequences(work, LeadFilter(import_id=import_id), course_id, 2) == 2
    await settle_some(work)
    of_rohit = await work.value("select id from lead_sequences where person_id = %(id)s", id=rohit)
    first = await mailed(work, rohit, subject=of_rohit, rule="lead_day_1", opened=True)
    await mailed(work, rohit, subject=of_rohit, rule="lead_day_3")
    application_id = await apply_for(work, catalogue, ROHIT, delivery_id=first)
    await approve(work, Approval(application_id, 1, catalogue.batch_id))
    await work.run(
        "insert into payments (person_id, application_id, purpose, amount_paise, paid_paise, refunded_paise, created_at,"
        " updated_at) values (%(person)s, %(application)s, 'Fee', 100000, 100000, 25000, %(now)s, %(now)s)",
        person=rohit,
        application=application_id,
        now=work.now,
    )
    found = await find_import_conversion(work, import_id)
    funnel = [
        getattr(found, name)
        for name in ("leads", "sent", "delivered", "opened", "clicked", "applied", "approved", "enrolled")
    ]
    assert funnel == [3, 2, 2, 1, 1, 1, 1, 1]  # who came by the link has clicked, whatever the provider tells
    assert found.revenue_paise == 75_000
    sequences = found.sequences
    assert (sequences.begun, sequences.running, sequences.led_to) == (2, 1, 1)
    assert (sequences.stopped, sequences.sent) == ({"They have applied.": 1}, {"lead_day_1": 1, "lead_day_3": 1})
    campaign = await find_campaign_conversion(work, campaign_id)
    assert (campaign.leads, campaign.sent, campaign.applied, campaign.revenue_paise) == (2, 2, 0, 0)


async def test_who_was_reached_on_whatsapp_is_in_the_funnel_and_who_came_by_its_link_has_clicked(work, catalogue):
    import_id = await work.value(IMPORT, now=work.now)
    of_import = {"import_id": import_id, "last_import_id": import_id}
    lead = await new_lead(work, ROHIT.name, email=None, **of_import)
    delivery_id = await work.value(MESSAGE, person=lead, now=work.now)
    await note_arrival(work, delivery_id)
    found = await find_import_conversion(work, import_id)
    assert (found.leads, found.sent, found.delivered, found.opened, found.clicked) == (1, 1, 1, 1, 1)
