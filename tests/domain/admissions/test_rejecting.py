"""Rejecting, and taking it back."""

import asyncio
from datetime import timedelta

import pytest

from domain.admissions.rejecting import Rejection, reject, reject_all, undo_rejections, undoable
from domain.errors import Conflict
from domain.work import SYSTEM
from tests.fixtures.applicants import MEERA, ROHIT
from tests.fixtures.cast import BEN, DEVIKA


@pytest.fixture
def rejects(work_as):
    async def rejects(*ids, admin=BEN, **options):
        async with work_as(admin.identity) as work:
            if len(ids) == 1:
                await reject(work, Rejection(ids[0], options.pop("version", 1)), **options)
            else:
                await reject_all(work, [Rejection(one, 1) for one in ids], **options)
            return work.now

    return rejects


@pytest.fixture
def undoes(work_as):
    async def undoes(at, admin=BEN):
        async with work_as(admin.identity) as work:
            return await undo_rejections(work, at)

    return undoes


async def one(database, sql):
    async with database.work(SYSTEM) as work:
        return await work.row(sql)


async def test_a_rejection_keeps_its_reason_and_sends_nothing_unasked(applies, rejects, database, cast):
    await rejects(await applies(ROHIT), reason="No fit.")
    application = await one(database, "select * from cta_submissions")
    assert (application.status, application.decision_reason, application.decided_by) == ("rejected", "No fit.", BEN.id)
    assert await one(database, "select * from deliveries") is None
    assert await one(database, "select * from audit_logs where action = 'application.rejected'")


async def test_the_e_mail_waits_ten_minutes_and_does_not_tell_the_reason(applies, rejects, database, cast):
    at = await rejects(await applies(ROHIT), reason="No fit.", with_email=True)
    email = await one(database, "select * from deliveries")
    assert (email.kind, email.to_address) == ("rejection", ROHIT.email)
    assert email.due_at - at == timedelta(minutes=10)
    assert "No fit" not in str(email.params)


async def test_undo_opens_the_application_again_and_stops_the_e_mail(applies, rejects, undoes, database, cast):
    at = await rejects(await applies(ROHIT), with_email=True)
    undone = await undoes(at)
    assert ([row.name for row in undone.applications], undone.emails_gone) == (["Rohit Deshmukh"], 0)
    application = await one(database, "select * from cta_submissions")
    assert (application.status, application.decided_by, application.version) == ("new", None, 3)
    email = await one(database, "select * from deliveries")
    assert (email.state, email.reason) == ("cancelled", "The rejection was undone.")


async def test_undo_says_when_the_e_mail_had_left_already(applies, rejects, undoes, database, cast):
    at = await rejects(await applies(ROHIT), with_email=True)
    async with database.work(SYSTEM) as work:
        await work.run("update deliveries set state = 'sent'")
    assert (await undoes(at)).emails_gone == 1


async def test_who_was_rejected_again_gets_an_e_mail_of_that_time(applies, rejects, undoes, database, cast):
    application_id = await applies(ROHIT)
    await undoes(await rejects(application_id, with_email=True))
    await rejects(application_id, with_email=True, version=3)
    async with database.work(SYSTEM) as work:
        states = await work.rows("select state from deliveries order by created_at")
    assert [row.state for row in states] == ["cancelled", "pending"]


async def test_undo_takes_back_all_of_one_decision_and_nothing_else(applies, rejects, undoes, work_as, database, cast):
    rohit, meera = await applies(ROHIT), await applies(MEERA)
    at = await rejects(rohit, meera)
    async with work_as(BEN.identity) as work:
        assert (await undoable(work, at)).count == 2
    assert len((await undoes(at)).applications) == 2
    with pytest.raises(Conflict, match="nothing left to undo"):
        await undoes(at)


async def test_nobody_undoes_what_another_admin_decided(applies, rejects, undoes, database, cast):
    at = await rejects(await applies(ROHIT))
    with pytest.raises(Conflict):
        await undoes(at, DEVIKA)


async def test_who_applied_again_meanwhile_keeps_one_open_application(applies, rejects, undoes, database, cast):
    at = await rejects(await applies(ROHIT))
    await applies(ROHIT)
    with pytest.raises(Conflict, match="applied again"):
        await undoes(at)


async def test_of_two_admins_rejecting_at_once_one_is_told_who_was_first(applies, rejects, database, cast):
    application_id = await applies(ROHIT)
    results = await asyncio.gather(
        rejects(application_id, admin=BEN), rejects(application_id, admin=DEVIKA), return_exceptions=True
    )
    (lost,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(lost, Conflict)
    assert "rejected this application on" in str(lost)
