"""Open pages of students show what came, went or was hidden, not the first film alone."""

from domain.recordings.managing import add_link, show_to_students
from domain.work import Signal
from tests.fixtures.cast import ASHA, BEN

SHOWN = {Signal("recordings", ASHA.id), Signal("sessions", ASHA.id)}


async def test_every_film_refreshes_the_pages_of_students_and_the_first_one_is_told(work_as, schedules, enrolment_id):
    session_id = await schedules()
    ids = []
    for expected in (True, False):
        async with work_as(BEN.identity) as work:
            ids.append(await add_link(work, session_id, "https://video.test/a.mp4", ""))
            assert set(work.signals) >= SHOWN
            assert (Signal("notifications", ASHA.id) in work.signals) is expected
    async with work_as(BEN.identity) as work:
        await show_to_students(work, ids[0], False)
        assert set(work.signals) >= SHOWN
