"""Identity lives in the transaction and nowhere else, and a sign-in ends when it should."""

import asyncio

import pytest
from psycopg.errors import InsufficientPrivilege

from domain.accounts.sign_ins import Browser, open_sign_in, revoke_sign_ins
from domain.accounts.tokens import token_hash
from domain.work import ANONYMOUS, SYSTEM
from tests.fixtures.cast import ASHA, BEN

IDENTITY = "select current_setting('app.role', true) as role, current_setting('app.person_id', true) as person"


async def opened(database, actor=ASHA):
    async with database.work(SYSTEM) as work:
        return await open_sign_in(work, actor.id, Browser("10.0.0.1", "tests"))


async def role_of(database, token):
    async with database.work_of(token_hash(token)) as work:
        return work.identity.role


async def shift(database, column, interval):
    async with database.work(SYSTEM) as work:
        await work.run(f"update sign_ins set {column} = {column} - %(by)s::interval", by=interval)


async def test_a_connection_that_goes_back_to_the_pool_forgets_who_used_it(database, cast):
    async with database.work(BEN.identity) as work:
        assert await work.value("select count(*) from people") == 4
    async with database.engine.connect() as pooled:
        raw = (await pooled.get_raw_connection()).driver_connection
        row = await (await raw.execute(IDENTITY)).fetchone()
        assert row == ("", "")
        assert (await (await raw.execute("select count(*) from people")).fetchone()) == (0,)


async def test_a_rolled_back_transaction_leaves_no_identity_either(database, cast):
    try:
        async with database.work(BEN.identity):
            raise RuntimeError
    except RuntimeError:
        pass
    async with database.work(ANONYMOUS) as work:
        assert await work.value("select count(*) from people") == 0


async def test_many_at_once_each_see_only_their_own(database, cast):
    async def own(actor):
        async with database.work(actor.identity) as work:
            return [row.person_id for row in await work.rows("select person_id from profiles")] == [actor.id]

    students = [actor for actor in cast if actor.role == "student"]
    assert all(await asyncio.gather(*(own(students[turn % 2]) for turn in range(40))))


async def test_an_unknown_token_is_nobody(database, cast):
    assert await role_of(database, "made up") == "anonymous"


async def test_a_sign_in_that_rests_for_twelve_hours_ends(database, cast):
    token = await opened(database)
    await shift(database, "last_seen_at", "11 hours 59 minutes")
    assert await role_of(database, token) == "student"
    await shift(database, "last_seen_at", "12 hours 1 minute")
    assert await role_of(database, token) == "anonymous"


async def test_using_a_sign_in_keeps_it_from_ending(database, cast):
    token = await opened(database)
    for _ in range(3):
        await shift(database, "last_seen_at", "11 hours")
        assert await role_of(database, token) == "student"


async def test_a_sign_in_ends_after_thirty_days_however_much_it_is_used(database, cast):
    token = await opened(database)
    await shift(database, "created_at", "29 days 23 hours")
    assert await role_of(database, token) == "student"
    await shift(database, "created_at", "2 hours")
    assert await role_of(database, token) == "anonymous"


async def test_moving_the_business_clock_signs_nobody_out(database, cast):
    token = await opened(database)
    async with database.work(SYSTEM) as work:
        await work.value("select shift_clock('40 days')")
    assert await role_of(database, token) == "student"


async def test_a_revoked_sign_in_is_nobody_at_once(database, cast):
    token = await opened(database)
    async with database.work(ASHA.identity) as work:
        await revoke_sign_ins(work, ASHA.id)
    assert await role_of(database, token) == "anonymous"


async def test_an_account_that_is_switched_off_is_nobody_at_once(database, cast):
    token = await opened(database)
    async with database.work(SYSTEM) as work:
        await work.run("update profiles set is_active = false where person_id = %(id)s", id=ASHA.id)
    assert await role_of(database, token) == "anonymous"


async def test_a_student_cannot_raise_their_own_role_nor_end_anothers_sign_in(database, cast):
    await opened(database, BEN)
    async with database.work(ASHA.identity) as work:
        assert await revoke_sign_ins(work, BEN.id) == 0
    with pytest.raises(InsufficientPrivilege):
        async with database.work(ASHA.identity) as work:
            await work.run("update profiles set role = 'super_admin' where person_id = %(id)s", id=ASHA.id)
