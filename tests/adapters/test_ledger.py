"""The ledger finds what was lost, sent twice or left unnoticed, and names it."""

import psycopg

from adapters.doctor.ledger import compare
from adapters.settings import Settings
from domain.messaging.outbox import plan_call, plan_email, plan_whatsapp
from domain.work import SYSTEM
from tests.fixtures.house import House

LETTER = {"first_name": "Asha", "course_title": "Data Analytics", "reason": "The batch is full."}


def wrong(settings: Settings) -> dict[str, str]:
    return {finding.subject: finding.text for finding in compare(settings) if not finding.ok}


async def test_the_ledger_fits_until_something_is_lost_doubled_or_left_unnoticed(
    house: House, database_url: str
) -> None:
    async with house.database.work(SYSTEM) as work:
        for number in (1, 2, 3):
            await plan_email(work, kind="rejection", to=f"a{number}@example.test", key=f"mail-{number}", params=LETTER)
        await plan_whatsapp(
            work, kind="announcement", to="+919811107001", template="announcement", key="w", params=("A", "G", "six")
        )
        await plan_call(work, kind="one_call", to="+919811107002", key="c", user_data={"course": "UX"})
    await house.run_due()
    assert wrong(house.settings) == {}
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("delete from sandbox.messages where email = 'a1@example.test'")
        connection.execute(
            "insert into sandbox.messages (mail_id, sg_message_id, field, email, name, headers, substitutions,"
            " custom_args, send_at) select mail_id, 'again', field, email, name, headers, substitutions, custom_args, send_at"
            " from sandbox.messages where email = 'a2@example.test'"
        )
        connection.execute("update deliveries set state = 'retry' where to_address = 'a3@example.test'")
        connection.execute("delete from sandbox.calls")
        connection.execute("delete from whatsapp_logs")
    found = wrong(house.settings)
    mails = found["E-mails and SendGrid's journal"]
    assert "3 do not fit" in mails
    for words in ("is sent, and was never taken", "was taken 2 times", "was taken, and is retry"):
        assert words in mails
    assert "was never taken" in found["Calls and Bolna's journal"]
    assert "whatsapp is sent, and has no log" in found["Sent messages and their logs"]
