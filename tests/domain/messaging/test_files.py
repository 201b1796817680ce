"""Files of messages and calls: they go when nothing names them any more, and not before that is certain."""

import pytest

from domain.leads.filters import LeadFilter
from domain.leads.removing import delete_leads
from domain.messaging.outbox import plan_call
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN
from tests.fixtures.leads import new_lead

MESSAGE = """
insert into crm_messages (id, person_id, channel, direction, provider_message_id, from_address, media, occurred_at, created_at)
values (%(id)s, %(person)s, 'email', 'in', 'r1', 'meera@example.test', %(media)s, %(now)s, %(now)s)
"""
PICTURE = """
insert into profile_pictures (person_id, stored_name, size, updated_at) values (%(id)s, 'pictures/1.webp', 3, %(now)s)
"""
CALL = """
insert into call_logs (delivery_id, person_id, to_phone, agent_id, has_recording, created_at, updated_at)
values (%(id)s, %(person)s, '+919812300001', 'agent', true, %(now)s, %(now)s)
"""


async def content():
    yield b"abc"


async def with_files(house, number=0):
    """A lead who has written with two files, and was called; return their files' names."""
    person_id = None
    async with house.database.work(BEN.identity) as work:
        person_id = await new_lead(work, "Meera", email="meera@example.test")
        names = [f"messages/{person_id}/{place}" for place in range(2)]
        media = {"files": [{"name": "a.jpg", "file": name, "size": 3} for name in names]}
        media["files"].append({"name": "large.mov", "size": 900, "left_out": True})
        await work.run(MESSAGE, id=person_id, person=person_id, media=media, now=work.now)
        delivery_id = await plan_call(work, kind="single", to="+919812300001", key="k", person_id=person_id)
        await work.run("update deliveries set state = 'sent' where id = %(id)s", id=delivery_id)
        await work.run(CALL, id=delivery_id, person=person_id, now=work.now)
    names.append(f"recordings/{delivery_id}.mp3")
    for name in names:
        await house.services.files.put(name, content(), limit=10)
    return names


def kept(house, names):
    found = []
    for name in names:
        try:
            house.services.files.path(name)
        except FileNotFoundError:
            continue
        found.append(name)
    return found


async def test_they_go_with_their_person_once_that_is_certain(house, cast):
    names = await with_files(house)
    with pytest.raises(ZeroDivisionError):
        async with house.database.work(BEN.identity) as work:
            await delete_leads(work, LeadFilter(), 1)
            raise ZeroDivisionError
    await house.run_due()
    assert kept(house, names) == names
    async with house.database.work(BEN.identity) as work:
        await delete_leads(work, LeadFilter(), 1)
    assert kept(house, names) == names
    await house.run_due()
    assert kept(house, names) == []
    async with house.database.work(SYSTEM) as work:
        states = await work.rows("select state from automation_steps where kind = 'delete_files'")
    assert [row.state for row in states] == ["done", "done"]


async def test_what_is_named_again_stays(house, cast):
    names = await with_files(house)
    async with house.database.work(SYSTEM) as work:
        row = await work.row("select id, media, person_id from crm_messages")
        await work.run("delete from crm_messages")
        await work.run(MESSAGE, id=row.id, person=row.person_id, media=row.media, now=work.now)
    await house.run_due()
    assert kept(house, names) == names


async def test_a_recording_a_picture_and_what_was_handed_in_go_with_their_rows(house, cast, catalogue):
    names = {"pictures/1.webp": "profile_pictures", "recordings/1.mp4": "recordings"}
    for name in names:
        await house.services.files.put(name, content(), limit=10)
    async with house.database.work(SYSTEM) as work:
        session_id = await work.value(
            "insert into sessions (batch_id, title, starts_at, duration, ends_at, create_zoom_meeting, created_at, updated_at)"
            " values (%(batch)s, 'x', %(now)s, 60, %(now)s + interval '1 hour', false, %(now)s, %(now)s) returning id",
            batch=catalogue.batch_id,
            now=work.now,
        )
        await work.run(
            "insert into recordings (session_id, kind, source, stored_name, created_at, updated_at)"
            " values (%(id)s, 'video', 'upload', 'recordings/1.mp4', %(now)s, %(now)s)",
            id=session_id,
            now=work.now,
        )
        await work.run(PICTURE, id=ASHA.id, now=work.now)
        await work.run("delete from sessions")
        await work.run("delete from profile_pictures")
    await house.run_due()
    assert kept(house, list(names)) == []
