"""An address that is corrected: what has not left yet goes to the new one."""

from adapters.arq.runner import ports_of
from domain.correcting import Contacts, correct_student
from domain.messaging.composing import Composer
from domain.messaging.outbox import plan_email, plan_whatsapp
from domain.messaging.sending import claim_batch
from tests.fixtures.cast import ASHA

LETTER = {"first_name": "Asha", "course_title": "Data Analytics", "reason": "The batch is full."}
WHERE = "select channel, to_address, state, reason from deliveries order by channel, to_address"


async def plan(work, address=ASHA.email):
    await plan_email(work, kind="rejection", to=address, key=address, params=LETTER, person_id=ASHA.id)


async def where(work):
    return [tuple(row) for row in await work.rows(WHERE)]


async def try_all(work, services):
    """Try e-mails once, in vain: they are to be tried again."""
    while await claim_batch(work, Composer(ports_of(services)), lease_seconds=30):
        pass
    await work.run("update deliveries set state = 'retry', lease_token = null where state = 'sending'")


async def test_what_waits_goes_to_the_new_address_and_what_was_meant_for_another_does_not(work, cast, services):
    await plan(work)
    await plan(work, "father@example.test")
    params = ("Asha", "Gurudesk", "class moves to six")
    about = {"kind": "announcement", "template": "announcement", "key": "w", "params": params}
    await plan_whatsapp(work, to=ASHA.phone, person_id=ASHA.id, **about)
    await try_all(work, services)
    await correct_student(work, ASHA.id, Contacts(ASHA.name, "asha.new@example.test", "+919845011111", ""))
    assert [row[:2] for row in await where(work)] == [
        ("email", "asha.new@example.test"),
        ("email", "father@example.test"),
        ("whatsapp", "+919845011111"),
    ]
    await try_all(work, services)
    logged = {row.to_email for row in await work.rows("select to_email from email_logs")}
    assert logged == {"asha.new@example.test", "father@example.test"}


async def test_what_waits_for_an_address_that_is_no_more_does_not_leave_and_says_why(work, cast):
    await plan(work)
    await correct_student(work, ASHA.id, Contacts(ASHA.name, "", ASHA.phone, ""))
    reason = "It was to an address that they have no more."
    assert await where(work) == [("email", ASHA.email, "cancelled", reason)]
