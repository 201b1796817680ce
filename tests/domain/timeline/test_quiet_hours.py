"""What is planned for the night is shown at the moment at which it leaves."""

from datetime import timedelta

from domain.automation.changing import change_rule
from domain.automation.overview import list_steps
from domain.automation.rule_states import find_rule
from domain.payments.money import HOME_ZONE
from domain.timeline.reading import read_timeline
from domain.work import Work
from tests.domain.timeline.rows import add_rule_step
from tests.fixtures.cast import ASHA

CALL, EMAIL, BOTH = "approval_call", "certificate_ready", "unpaid_reminder"


async def test_a_step_of_the_night_stands_where_its_first_message_leaves(work: Work) -> None:
    # Two days ahead, so that it is ahead whatever the time of day is now.
    night = (work.now + timedelta(days=2)).astimezone(HOME_ZONE).replace(hour=21, minute=33, second=0, microsecond=0)
    for key in (CALL, EMAIL, BOTH):
        await add_rule_step(work, due_in=night - work.now, rule_key=key, rule_version=1)
    morning = (night + timedelta(days=1)).replace(hour=10, minute=0)
    shown = {entry.rule: entry.at for entry in (await read_timeline(work, ASHA.id)).ahead}
    assert shown == {
        "Welcome by a call": morning,
        "Certificate ready": night,
        "Reminder of the first payment": night,  # its e-mail leaves at once
    }
    assert (await list_steps(work, CALL, "planned")).rows[0].due_at == morning

    settings = (await find_rule(work, CALL)).settings
    await change_rule(work, CALL, 1, settings, is_on=True)
    await work.run('update business_settings set value = \'{"call": ["21:00", "09:30"]}\' where key = \'quiet_hours\'')
    assert (await list_steps(work, CALL, "planned")).rows[0].due_at == morning  # its own hours go before those
