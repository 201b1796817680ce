"""The team always keeps a super admin, and nobody takes their own access away."""

import asyncio

import pytest

from domain.accounts.sign_ins import Browser, open_sign_in
from domain.accounts.team import activate_admin, change_role, deactivate_admin, invite_admin, list_team
from domain.accounts.tokens import token_hash
from domain.errors import Conflict, NotFound
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, DEVIKA


async def owners(work_as):
    async with work_as(SYSTEM) as work:
        rows = await work.rows("select person_id from profiles where role = 'super_admin' and is_active")
    return {row.person_id for row in rows}


async def test_a_deactivated_admin_is_signed_out_at_once_and_may_come_back(work_as, database):
    async with work_as(SYSTEM) as work:
        token = await open_sign_in(work, BEN.id, Browser())
    async with work_as(DEVIKA.identity) as work:
        await deactivate_admin(work, BEN.id)
    async with database.work_of(token_hash(token)) as work:
        assert work.identity.role == "anonymous"
    async with work_as(DEVIKA.identity) as work:
        await activate_admin(work, BEN.id)
        members, total = await list_team(work)
    assert (total, [row.is_active for row in members]) == (2, [True, True])


@pytest.mark.parametrize("act", [deactivate_admin, lambda work, person: change_role(work, person, "admin")])
async def test_nobody_takes_away_their_own_access(act, work_as):
    async with work_as(DEVIKA.identity) as work:
        with pytest.raises(Conflict, match="your own access"):
            await act(work, DEVIKA.id)


async def test_of_two_super_admins_who_take_away_each_others_access_at_once_one_remains(work_as):
    async with work_as(DEVIKA.identity) as work:
        await change_role(work, BEN.id, "super_admin")

    async def take(by, whose):
        async with work_as(by) as work:
            await deactivate_admin(work, whose)

    ben = DEVIKA.identity.__class__("super_admin", BEN.id, name=BEN.name)
    results = await asyncio.gather(take(DEVIKA.identity, BEN.id), take(ben, DEVIKA.id), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
    assert len(await owners(work_as)) == 1


async def test_an_admin_can_change_nothing_about_the_team(work_as):
    async with work_as(BEN.identity) as work:
        with pytest.raises(Conflict):
            await change_role(work, DEVIKA.id, "admin")
    assert await owners(work_as) == {DEVIKA.id}


async def test_a_student_is_no_member_of_the_team(work_as):
    async with work_as(DEVIKA.identity) as work:
        with pytest.raises(NotFound):
            await change_role(work, ASHA.id, "admin")


async def test_an_invitation_makes_the_account_and_mails_the_way_in(work_as):
    async with work_as(DEVIKA.identity) as work:
        person_id = await invite_admin(work, name="Farah", email="Farah@Example.test", role="admin")
    async with work_as(SYSTEM) as work:
        row = await work.row("select to_address, template, subject_id, params from deliveries")
    assert tuple(row) == ("farah@example.test", "admin_welcome", person_id, {"hours": "72"})
