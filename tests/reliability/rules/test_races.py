"""What is called off or moved while it is sent, two hundred times: no word after a cancel, never two for one version."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from adapters.arq.runner import Runner
from adapters.bootstrap import Services, open_services
from adapters.settings import Settings
from domain.automation.acting import act_on_due
from domain.automation.planning import plan_rules, void_rules
from domain.messaging.sending import Batch, claim_batch
from domain.ports import BatchCancelled, BatchOpened, Email, Missing, Sent
from domain.sessions.changing import cancel_session, update_session
from domain.sessions.scheduling import SessionFacts, create_session
from domain.work import SYSTEM, Row
from tests.fixtures.cast import ASHA, CHITRA
from tests.fixtures.leads import new_course, new_lead
from tests.fixtures.sessions import ENROL, MONDAY

ROUNDS = 200
CLASSES_AT_ONCE = 20
RULE = "lead_day_1"
BEGUN = """
insert into lead_sequences (lead_id, person_id, course_id, started_at)
select id, person_id, %(course)s, %(at)s from imported_leads where person_id = %(person)s returning id
"""
STOPPED = "update lead_sequences set stopped_at = %(now)s, stop_reason = 'Stopped by hand.' where id = %(id)s"
DUE = "update automation_steps set due_at = %(now)s where subject_id = %(id)s"
LEFT = "select state, count(*) from deliveries where subject_id = %(id)s group by 1"
# What left about a class: to whom, as what, of which version, and when its claim began.
ABOUT = """
select d.id, d.person_id, d.kind, (d.params ->> 'version')::int as version, d.attempted_at
from deliveries d where d.subject_id = %(id)s and d.state = 'sent' order by d.attempted_at
"""


@dataclass
class Postbox:
    """A provider that takes every e-mail, and knows which."""

    taken: Counter[UUID] = field(default_factory=Counter)

    async def send(self, email: Email) -> Sent:
        self.taken.update(recipient.delivery_id for recipient in email.recipients)
        return Sent(uuid4().hex)

    async def find(self, send_id: UUID) -> Missing:
        return Missing()

    async def open_batch(self) -> BatchOpened:
        return BatchOpened("")

    async def cancel(self, batch_id: str) -> BatchCancelled:
        return BatchCancelled()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def services(settings: Settings, cast: object, postbox: Postbox) -> AsyncIterator[Services]:
    async with open_services(settings) as services:
        yield replace(services, email=postbox)


async def a_while(dice: random.Random) -> None:
    """Let the others go some steps further."""
    for _step in range(dice.randrange(60)):
        await asyncio.sleep(0)


async def test_a_sequence_stopped_while_its_email_is_written_and_claimed_sends_nothing_afterwards(
    services: Services,
) -> None:
    dice = random.Random(200)
    composer = Runner(services).composer
    database = services.database
    async with database.work(SYSTEM) as work:
        course_id = await new_course(work, "data", "Data Analytics")
    sent = 0

    async def begin() -> UUID:
        async with database.work(SYSTEM) as work:
            person_id = await new_lead(work)
            sequence_id: UUID = await work.value(BEGUN, course=course_id, person=person_id, at=work.now)
            assert await plan_rules(work, [RULE], "subject_id", [sequence_id]) == 1
            await work.run(DUE, id=sequence_id, now=work.now)
        return sequence_id

    async def stop(sequence_id: UUID) -> float:
        await a_while(dice)
        async with database.work(SYSTEM) as work:
            await work.run(STOPPED, id=sequence_id, now=work.now)
            await void_rules(work, [sequence_id], "Stopped by hand.")
        return time.monotonic()

    async def work_on() -> list[float]:
        """Act and claim until there is nothing more; return when claims began that were to leave."""
        began: list[float] = []
        is_more = True
        while is_more:
            async with database.work(SYSTEM) as work:
                is_more = bool(await act_on_due(work))
            moment = time.monotonic()
            async with database.work(SYSTEM) as work:
                batch = await claim_batch(work, composer, lease_seconds=30)
            is_more = is_more or bool(batch)
            began += [moment] if isinstance(batch, Batch) else []
        return began

    for _round in range(ROUNDS):
        sequence_id = await begin()
        stopped, *claims = await asyncio.gather(stop(sequence_id), work_on(), work_on())
        moments = [moment for began in claims for moment in began]
        assert len(moments) <= 1
        assert all(moment < stopped for moment in moments)
        assert await work_on() == []
        async with database.work(SYSTEM) as work:
            states = [(row.state, row.count) for row in await work.rows(LEFT, id=sequence_id)]
        assert states in ([], [("cancelled", 1)], [("sending", 1)])
        sent += len(moments)
    assert 0 < sent < ROUNDS  # else nothing has raced


async def test_a_class_moved_and_called_off_while_students_are_told_tells_each_version_once_and_nothing_after(
    services: Services, postbox: Postbox, catalogue: object
) -> None:
    dice = random.Random(7)
    database = services.database
    async with database.work(SYSTEM) as work:
        batch_id = await work.value("select id from batches")
        for student in (ASHA, CHITRA):
            await work.run(ENROL, person=student.id, batch=batch_id, now=work.now)
    facts = SessionFacts(batch_id, "Joins", MONDAY, create_zoom_meeting=False)
    runners = [Runner(services) for _number in range(2)]

    async def sweep(runner: Runner) -> None:
        for _sweep in range(3):
            await runner.sweep()
            await runner.idle()

    async def change(session_id: UUID, *, is_cancelled: bool) -> Row:
        await a_while(dice)
        async with database.work(SYSTEM) as work:
            moved = replace(facts, starts_at=MONDAY + timedelta(hours=1))
            assert await update_session(work, session_id, 1, moved, tell=True)
        await a_while(dice)
        if is_cancelled:
            async with database.work(SYSTEM) as work:
                await cancel_session(work, session_id, 2, tell=True)
        async with database.work(SYSTEM) as work:
            found = await work.row("select now() as at, version from sessions where id = %(id)s", id=session_id)
        assert found is not None
        return found

    async def schedule() -> UUID:
        async with database.work(SYSTEM) as work:
            session_id = await create_session(work, facts)
        assert session_id is not None
        return session_id

    seen: Counter[str] = Counter()
    for _round in range(ROUNDS // CLASSES_AT_ONCE):
        classes = {await schedule(): number % 2 == 0 for number in range(CLASSES_AT_ONCE)}
        changing = [change(session_id, is_cancelled=is_cancelled) for session_id, is_cancelled in classes.items()]
        changed = (await asyncio.gather(*changing, *(sweep(runner) for runner in runners)))[: len(classes)]
        for runner in runners:
            await sweep(runner)
        for (session_id, is_cancelled), last in zip(classes.items(), changed, strict=True):
            assert last is not None
            async with database.work(SYSTEM) as work:
                left = await work.rows(ABOUT, id=session_id)
            seen.update(row.kind for row in left)
            each_is_told_rightly(left, last, postbox, is_cancelled=is_cancelled)
    assert set(seen) == {"class_scheduled", "class_changed", "class_cancelled"}


def each_is_told_rightly(left: Sequence[Row], changed: Row, postbox: Postbox, *, is_cancelled: bool) -> None:
    assert [postbox.taken[row.id] for row in left] == [1] * len(left)
    versions = Counter((row.person_id, row.version) for row in left)
    assert all(times == 1 for times in versions.values()), left
    if is_cancelled:
        late = [row for row in left if row.attempted_at > changed.at]
        assert all(row.kind == "class_cancelled" for row in late), left
    for student in (ASHA, CHITRA):
        own = [row for row in left if row.person_id == student.id]
        if own or not is_cancelled:
            assert own[-1].version == changed.version, left
            assert (own[-1].kind == "class_cancelled") == is_cancelled
