"""How somebody becomes an admin."""

import pytest

from adapters.redis.limits import RedisRateLimiter
from domain.accounts.admin_requests import (
    approve_admin_request,
    list_waiting_requests,
    reject_admin_request,
    request_admin_access,
    verify_admin_request,
)
from domain.accounts.limits import ADMIN_REQUEST
from domain.accounts.one_time_links import LinkSpent, create_link
from domain.errors import Conflict, TooMany
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, DEVIKA

MAILS = "select kind, to_address, template from deliveries order by created_at, id"


@pytest.fixture
def limiter(database):
    return RedisRateLimiter(database.live.redis)


async def ask(work, limiter, email="esha@example.test", name="Esha", address="10.0.0.1"):
    await request_admin_access(work, name=name, email=email, reason="Sales", limiter=limiter, address=address)
    return await work.value("select id from admin_requests where email = %(email)s", email=email)


async def verified(work_as, limiter, email="esha@example.test"):
    async with work_as(SYSTEM) as work:
        request_id = await ask(work, limiter, email)
        await verify_admin_request(work, await create_link(work, "verify_admin_request", request_id, 48))
    return request_id


async def test_a_request_waits_for_nobody_until_its_address_is_verified(work_as, limiter):
    async with work_as(SYSTEM) as work:
        await ask(work, limiter)
        assert [tuple(mail) for mail in await work.rows(MAILS)] == [
            ("verify_admin_request", "esha@example.test", "verify_admin_request")
        ]
    async with work_as(DEVIKA.identity) as work:
        assert await list_waiting_requests(work) == []


async def test_verifying_tells_the_super_admins_and_no_other(work_as, limiter):
    await verified(work_as, limiter)
    async with work_as(DEVIKA.identity) as work:
        assert [row.email for row in await list_waiting_requests(work)] == ["esha@example.test"]
    async with work_as(SYSTEM) as work:
        told = await work.rows("select person_id from notifications")
    assert [row.person_id for row in told] == [DEVIKA.id]


async def test_a_link_verifies_once(work_as, limiter):
    async with work_as(SYSTEM) as work:
        token = await create_link(work, "verify_admin_request", await ask(work, limiter), 48)
        await verify_admin_request(work, token)
        with pytest.raises(LinkSpent):
            await verify_admin_request(work, token)


async def test_an_approved_request_becomes_an_admin_who_is_mailed_the_way_in(work_as, limiter):
    request_id = await verified(work_as, limiter)
    async with work_as(DEVIKA.identity) as work:
        await approve_admin_request(work, request_id)
    async with work_as(SYSTEM) as work:
        role = "select p.role from profiles p join people h on h.id = p.person_id where h.email = 'esha@example.test'"
        assert await work.value(role) == "admin"
        assert ("set_password", "esha@example.test", "admin_welcome") in [tuple(row) for row in await work.rows(MAILS)]
        assert await work.value("select action from audit_logs") == "admin_request.approved"


async def test_of_two_decisions_one_counts(work_as, limiter):
    request_id = await verified(work_as, limiter)
    async with work_as(DEVIKA.identity) as work:
        await reject_admin_request(work, request_id)
    async with work_as(DEVIKA.identity) as work:
        with pytest.raises(Conflict, match="decided already"):
            await approve_admin_request(work, request_id)


async def test_an_admin_cannot_decide(work_as, limiter):
    request_id = await verified(work_as, limiter)
    async with work_as(BEN.identity) as work:
        with pytest.raises(Conflict):
            await approve_admin_request(work, request_id)


async def test_a_students_address_cannot_become_an_admins(work_as, limiter):
    request_id = await verified(work_as, limiter, ASHA.email)
    with pytest.raises(Conflict, match="has an account already"):
        async with work_as(DEVIKA.identity) as work:
            await approve_admin_request(work, request_id)
    async with work_as(DEVIKA.identity) as work:
        assert len(await list_waiting_requests(work)) == 1


async def test_asking_as_an_admin_mails_nobody(work_as, limiter):
    async with work_as(SYSTEM) as work:
        await ask(work, limiter, BEN.email)
        assert await work.rows(MAILS) == []


async def test_the_fourth_request_in_an_hour_is_refused(work_as, limiter):
    async with work_as(SYSTEM) as work:
        for _ in range(3):
            await ask(work, limiter)
        with pytest.raises(TooMany, match="Try again in 60 minutes"):
            await ask(work, limiter)


async def test_requests_in_many_names_from_one_address_are_refused_there_and_nowhere_else(work_as, limiter):
    async with work_as(SYSTEM) as work:
        for number in range(ADMIN_REQUEST.per_address):
            await ask(work, limiter, f"{number}@example.test")
        with pytest.raises(TooMany, match="Try again in 60 minutes"):
            await ask(work, limiter, "another@example.test")
        assert await ask(work, limiter, "another@example.test", address="10.0.0.2")
