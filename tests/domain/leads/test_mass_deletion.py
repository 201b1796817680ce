"""The deletion of many leads: chosen at once, removed by a step, and nothing else with them."""

from uuid import UUID

import pytest

from adapters.arq.runner import Runner
from adapters.bootstrap import Services
from domain.errors import Conflict
from domain.leads import mass_deletion
from domain.leads.filters import LeadFilter
from domain.leads.mass_deletion import find_deletion, plan_deletion, remove_some, resume_deletion, stop_deletion
from domain.work import Row, Work
from tests.fixtures.cast import BEN
from tests.fixtures.leads import new_lead

EVERYONE = LeadFilter()


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deletion of five leads takes three rounds, as one of 15,000 does."""
    monkeypatch.setattr(mass_deletion, "AT_ONCE", 2)


async def planned(services: Services, leads: int = 5) -> UUID:
    async with services.database.work(BEN.identity) as work:
        for number in range(leads):
            await new_lead(work, f"Lead {number}")
        return await plan_deletion(work, EVERYONE, leads)


async def run_due(services: Services) -> None:
    runner = Runner(services)
    await runner.sweep()
    await runner.idle()


async def found(services: Services, deletion_id: UUID) -> Row:
    async with services.database.work(BEN.identity) as work:
        return await find_deletion(work, deletion_id)


async def names(services: Services) -> list[str]:
    async with services.database.work(BEN.identity) as work:
        rows = await work.rows(
            "select p.name from imported_leads l join people p on p.id = l.person_id order by p.name"
        )
    return [row.name for row in rows]


async def test_all_that_was_confirmed_goes_and_what_came_later_stays(
    services: Services, cast: object, few_at_once: None
) -> None:
    deletion_id = await planned(services)
    async with services.database.work(BEN.identity) as work:
        await new_lead(work, "Came later")
    await run_due(services)
    ended = await found(services, deletion_id)
    assert (ended.state, ended.seen, ended.removed, ended.people_kept) == ("done", 5, 5, 0)
    assert await names(services) == ["Came later"]
    async with services.database.work(BEN.identity) as work:
        assert await work.value("select title from notifications where kind = 'leads'") == "5 leads were deleted."
        actions = [row.action for row in await work.rows("select action from audit_logs order by at, sequence")]
    assert actions == ["leads.deletion_started", "leads.deleted"]


async def test_another_number_than_was_confirmed_deletes_nothing(services: Services, cast: object) -> None:
    with pytest.raises(Conflict, match="There are 2 such leads now and not 3"):
        async with services.database.work(BEN.identity) as work:
            await new_lead(work, "One")
            await new_lead(work, "Two")
            await plan_deletion(work, EVERYONE, 3)
    async with services.database.work(BEN.identity) as work:
        assert await work.value("select count(*) from lead_deletions") == 0


async def test_a_deletion_that_was_cut_off_goes_on_where_it_was(
    services: Services, cast: object, few_at_once: None
) -> None:
    deletion_id = await planned(services)
    async with services.database.work(BEN.identity) as work:
        assert await remove_some(work, deletion_id)
    assert len(await names(services)) == 3
    await run_due(services)
    ended = await found(services, deletion_id)
    assert (ended.state, ended.removed) == ("done", 5)


async def test_a_stopped_deletion_leaves_the_rest(services: Services, cast: object, few_at_once: None) -> None:
    deletion_id = await planned(services)
    async with services.database.work(BEN.identity) as work:
        await remove_some(work, deletion_id)
        await stop_deletion(work, deletion_id)
    await run_due(services)
    assert len(await names(services)) == 3
    assert (await found(services, deletion_id)).state == "stopped"
    with pytest.raises(Conflict, match="ended already"):
        async with services.database.work(BEN.identity) as work:
            await stop_deletion(work, deletion_id)


async def test_a_deletion_that_was_given_up_can_be_gone_on_with(services: Services, cast: object) -> None:
    deletion_id = await planned(services)
    async with services.database.work(BEN.identity) as work:
        await refused_to_resume(work, deletion_id)
        await work.run("update automation_steps set state = 'failed'")
        await resume_deletion(work, deletion_id)
    await run_due(services)
    assert (await found(services, deletion_id)).state == "done"


async def refused_to_resume(work: Work, deletion_id: UUID) -> None:
    with pytest.raises(Conflict, match="under way"):
        await resume_deletion(work, deletion_id)
