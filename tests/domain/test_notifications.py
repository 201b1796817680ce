"""What is under the bell, and whose it is."""

import pytest

from domain.errors import NotFound
from domain.notifications import list_notifications, mark_read, notify, notify_admins, open_notification
from domain.work import SYSTEM, Signal
from tests.fixtures.cast import ASHA, BEN, CHITRA, DEVIKA


async def test_everybody_sees_their_own_alone_and_reading_is_signalled_to_them(work_as):
    async with work_as(SYSTEM) as work:
        await notify(work, ASHA.id, "welcome", "Welcome")
        await notify_admins(work, "application", "Asha applied")
        assert set(work.signals) == {Signal("notifications", ASHA.id), Signal("notifications")}
    titles = {}
    for actor in (ASHA, BEN, CHITRA, DEVIKA):
        async with work_as(actor.identity) as work:
            titles[actor.name] = [row.title for row in (await list_notifications(work))[0]]
    assert titles == {
        "Asha Rao": ["Welcome"],
        "Ben Thomas": ["Asha applied"],
        "Chitra Sen": [],
        "Devika Menon": ["Asha applied"],
    }
    async with work_as(BEN.identity) as work:
        assert await mark_read(work) == 1
        assert work.signals == [Signal("notifications", BEN.id)]
        assert (await list_notifications(work, unread=True))[1] == 0
    async with work_as(DEVIKA.identity) as work:
        assert (await list_notifications(work, unread=True))[1] == 1


async def test_an_admin_without_access_is_told_nothing(work_as):
    async with work_as(SYSTEM) as work:
        await work.run("update profiles set is_active = false where person_id = %(id)s", id=BEN.id)
        await notify_admins(work, "application", "Asha applied")
        assert await work.value("select count(*) from notifications") == 1


async def test_opening_one_reads_it_and_anothers_cannot_be_opened(work_as):
    async with work_as(SYSTEM) as work:
        await notify(work, ASHA.id, "welcome", "Welcome", url="/student")
        notification_id = await work.value("select id from notifications")
    async with work_as(CHITRA.identity) as work:
        with pytest.raises(NotFound):
            await open_notification(work, notification_id)
    async with work_as(ASHA.identity) as work:
        assert await open_notification(work, notification_id) == "/student"
        assert (await list_notifications(work, unread=True))[1] == 0


async def test_a_page_holds_twenty(work_as):
    async with work_as(SYSTEM) as work:
        for number in range(21):
            await notify(work, ASHA.id, "x", f"Number {number}")
    async with work_as(ASHA.identity) as work:
        first, total = await list_notifications(work)
        second, _ = await list_notifications(work, page=2)
    assert (len(first), len(second), total) == (20, 1, 21)
