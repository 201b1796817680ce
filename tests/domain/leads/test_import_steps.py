"""Imports as the worker runs them: stopped, resumed, overtaken, undone, and with files that vanish or change."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from adapters.arq.runner import Runner
from adapters.bootstrap import Services
from domain.errors import Conflict, InvalidInput, NotFound
from domain.leads.columns import UnknownField
from domain.leads.filters import LeadFilter
from domain.leads.importing import Chunk, ImportRun
from domain.leads.imports import (
    LeadImport,
    add_import,
    check_import,
    discard_import,
    resume_import,
    start_import,
    stop_check,
    stop_import,
)
from domain.leads.storing import Stored
from domain.leads.tagging import add_tag
from domain.leads.undoing import find_undoable, undo_import
from domain.leads.unreadable import NoUsableColumn
from domain.work import SYSTEM, Work
from tests.fixtures.cast import ASHA

MANY = 10_000


async def run_due(services: Services) -> None:
    runner = Runner(services)
    await runner.sweep()
    await runner.idle()


async def uploaded(services: Services, content: str, name: str = "leads.csv") -> UUID:
    stored_name = f"imports/{uuid4()}"
    path = services.settings.data_dir / "files" / stored_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    async with services.database.work(SYSTEM) as work:
        return (await add_import(work, path, name, stored_name)).id


async def check(services: Services, import_id: UUID, **options: object) -> None:
    async with services.database.work(SYSTEM) as work:
        lead_import = await work.get(LeadImport, import_id)
        await check_import(work, import_id, lead_import.columns, options)
    await run_due(services)


async def started(services: Services, content: str, **options: object) -> UUID:
    """Return an import that is running, its worker not yet."""
    import_id = await uploaded(services, content)
    await check(services, import_id, **options)
    async with services.database.work(SYSTEM) as work:
        await start_import(work, import_id)
    return import_id


async def imported(services: Services, content: str, **options: object) -> UUID:
    import_id = await started(services, content, **options)
    await run_due(services)
    return import_id


async def found(services: Services, import_id: UUID) -> LeadImport:
    async with services.database.work(SYSTEM) as work:
        return await work.get(LeadImport, import_id)


async def value(services: Services, sql: str, **values: object) -> object:
    async with services.database.work(SYSTEM) as work:
        return await work.value(sql, **values)


def people(count: int) -> str:
    return "name,email\n" + "\n".join(f"P {n},p{n}@example.com" for n in range(count))


def disturbed_run(services: Services, lead_import: LeadImport, disturb: Callable[[Work], Awaitable[None]]) -> ImportRun:
    """Return a run during which, before its second chunk, somebody else does something."""
    left = [3]

    async def guard(_work: Work) -> None:
        left[0] -= 1
        if not left[0]:
            async with services.database.work(SYSTEM) as work:
                await disturb(work)

    path = services.files.path(lead_import.stored_name)
    return ImportRun(lead_import.id, path, lambda: services.database.work(SYSTEM), guard, lead_import.step_id)


async def test_a_stopped_import_keeps_what_is_stored_and_goes_on_from_there(services, cast):
    import_id = await started(services, people(MANY))

    async def stop(work: Work) -> None:
        await stop_import(work, import_id)

    await disturbed_run(services, await found(services, import_id), stop).store()
    stopped = await found(services, import_id)
    assert stopped.state == "stopped"
    assert 0 < stopped.rows_done == await value(services, "select count(*) from imported_leads") < MANY
    await run_due(services)
    assert (await found(services, import_id)).state == "stopped"
    async with services.database.work(SYSTEM) as work:
        await resume_import(work, import_id)
    await run_due(services)
    done = await found(services, import_id)
    assert (done.state, done.rows_done, done.created_count) == ("done", MANY, MANY)
    assert await value(services, "select count(*) from imported_leads") == MANY


async def test_a_run_that_was_stopped_does_not_end_the_one_that_goes_on(services, cast):
    import_id = await started(services, people(MANY))

    async def stop_and_resume(work: Work) -> None:
        await stop_import(work, import_id)
        await resume_import(work, import_id)

    await disturbed_run(services, await found(services, import_id), stop_and_resume).store()
    running = await found(services, import_id)
    assert running.state == "running"
    assert running.rows_done < MANY
    await run_due(services)
    done = await found(services, import_id)
    assert (done.state, done.rows_done, done.created_count) == ("done", MANY, MANY)


async def test_two_rows_that_name_one_known_person_by_email_and_by_phone_make_one_lead(services, cast):
    import_id = await imported(services, f"name,email,phone\nA,{ASHA.email},\nB,other@example.com,{ASHA.phone}\n")
    done = await found(services, import_id)
    assert (done.state, done.updated_count, done.duplicate_count) == ("done", 1, 1)
    assert await value(services, "select reason from lead_import_rows") == "The same person as in row 2."
    assert await value(services, "select count(*) from imported_leads") == 1


async def test_a_dry_run_counts_those_two_rows_as_the_import_does(services, cast):
    import_id = await uploaded(services, f"name,email,phone\nA,{ASHA.email},\nB,other@example.com,{ASHA.phone}\n")
    await check(services, import_id)
    checked = await found(services, import_id)
    assert (checked.state, checked.updated_count, checked.duplicate_count) == ("checked", 1, 1)
    assert await value(services, "select count(*) from imported_leads") == 0


async def test_somebody_who_has_applied_already_comes_in_as_an_applicant(services, cast):
    async with services.database.work(SYSTEM) as work:
        await apply(work, ASHA.id)
    await imported(services, f"name,email\nA,{ASHA.email}\nB,new@example.com\n")
    rows = "select array_agg(l.status order by row_number) from imported_leads l"
    assert await value(services, rows) == ["applied", "new"]


async def test_tags_and_source_are_for_every_row(services, cast):
    await imported(services, "name,email,source\nA,a@example.com,\nB,b@example.com,Web\n", tags=["june"], source="Fair")
    rows = "select array_agg(source || ' ' || tags[1] order by row_number) from imported_leads"
    assert await value(services, rows) == ["Fair june", "Web june"]


@pytest.mark.parametrize("step", ["check", "import"])
async def test_a_file_that_is_gone_fails_its_import_with_what_to_do(services, cast, step):
    import_id = await (uploaded if step == "check" else started)(services, people(3))
    services.files.path((await found(services, import_id)).stored_name).unlink()
    await (check(services, import_id) if step == "check" else run_due(services))
    failed = await found(services, import_id)
    assert (failed.state, failed.error) == ("failed", "The uploaded file is gone from the disk. Upload it again.")
    assert await value(services, "select state from automation_steps order by created_at desc limit 1") == "done"


async def test_a_file_of_the_same_size_that_has_changed_fails_its_import(services, cast):
    import_id = await started(services, people(3))
    path: Path = services.files.path((await found(services, import_id)).stored_name)
    path.write_text(people(3).replace("P 1", "Q 1"))
    await run_due(services)
    failed = await found(services, import_id)
    assert (failed.state, failed.error) == ("failed", "The file has changed since it was opened. Upload it again.")
    assert await value(services, "select count(*) from imported_leads") == 0


async def test_a_null_character_in_a_row_to_remark_upon_does_not_stop_the_import(services, cast):
    import_id = await uploaded(services, people(1))
    lead_import = await found(services, import_id)
    async with services.database.work(SYSTEM) as work:
        await check_import(work, import_id, lead_import.columns, {})
    run = disturbed_run(services, await found(services, import_id), no_disturbance)
    async with services.database.work(SYSTEM) as work:
        chunk = Chunk(1, 2, [], [{"n": 2, "kind": "rejected", "reason": "None good.", "cells": ["a\0b"]}])
        await run._advance(work, chunk, Stored(0, 0, {}), 0, "checking")
    assert await value(services, "select cells ->> 0 from lead_import_rows") == "ab"


async def test_columns_that_cannot_give_leads_are_refused(services, cast):
    import_id = await uploaded(services, people(1))
    for mapping, refusal in (
        ({0: "name", 1: ""}, NoUsableColumn),
        ({0: "email", 1: "shoe_size"}, UnknownField),
        ({0: "email", 1: "email", 2: "city", 3: "city"}, InvalidInput),
    ):
        with pytest.raises(refusal):
            async with services.database.work(SYSTEM) as work:
                await check_import(work, import_id, mapping, {})
    with pytest.raises(InvalidInput):
        async with services.database.work(SYSTEM) as work:
            await check_import(work, import_id, {0: "email"}, {"overwrite": ["is_demo"]})


async def test_what_is_started_is_what_was_looked_at(services, cast):
    import_id = await uploaded(services, people(3))
    await check(services, import_id)
    looked_at = (await found(services, import_id)).step_id
    await check(services, import_id)
    with pytest.raises(Conflict, match="checked again"):
        async with services.database.work(SYSTEM) as work:
            await start_import(work, import_id, looked_at)


async def test_a_check_can_be_given_up(services, cast):
    import_id = await uploaded(services, people(3))
    async with services.database.work(SYSTEM) as work:
        await check_import(work, import_id, {1: "email"}, {})
        await stop_check(work, import_id)
    await run_due(services)
    assert (await found(services, import_id)).state == "uploaded"
    assert await value(services, "select state from automation_steps") == "cancelled"


async def test_an_import_whose_step_was_given_up_can_be_gone_on_with(services, cast):
    import_id = await started(services, people(3))
    async with services.database.work(SYSTEM) as work:
        await work.run("update automation_steps set state = 'failed' where kind = 'run_import'")
        await resume_import(work, import_id)
    await run_due(services)
    assert (await found(services, import_id)).state == "done"


async def test_a_file_that_gave_leads_cannot_be_discarded(services, cast):
    import_id = await imported(services, people(3))
    with pytest.raises(Conflict, match="done already"):
        async with services.database.work(SYSTEM) as work:
            await discard_import(work, import_id)
    with pytest.raises(NotFound):
        async with services.database.work(SYSTEM) as work:
            await discard_import(work, uuid4())


async def test_undoing_removes_what_the_import_created_and_spares_whoever_was_touched(services, cast):
    import_id = await imported(services, people(8) + f"\nKnown,{ASHA.email}")
    async with services.database.work(SYSTEM) as work:
        await touch_some(work)
    await imported(services, "name,email\nP 3,p3@example.com")
    async with services.database.work(SYSTEM) as work:
        undoable = await find_undoable(work, import_id)
        reasons = (undoable.edited, undoable.written_to, undoable.applied, undoable.imported_again)
        assert (undoable.leads, undoable.removable, undoable.touched, reasons) == (9, 5, 4, (1, 1, 1, 1))
        await undo_import(work, import_id, 5)
    await run_due(services)
    undone = await found(services, import_id)
    assert (undone.state, undone.undone_count) == ("undone", 5)
    left = "select array_agg(split_part(p.email, '@', 1) order by p.email) from imported_leads l"
    assert await value(services, f"{left} join people p on p.id = l.person_id") == ["p0", "p1", "p2", "p3"]
    assert await value(services, "select count(*) from people where import_id = %(id)s", id=import_id) == 4
    assert await value(services, "select count(*) from people where id = %(id)s", id=ASHA.id) == 1
    assert await value(services, "select sum(change) from lead_counts") == 4


async def test_undoing_needs_the_count_as_it_is_now(services, cast):
    import_id = await imported(services, people(3))
    with pytest.raises(Conflict, match="By now 3 leads"):
        async with services.database.work(SYSTEM) as work:
            await undo_import(work, import_id, 4)
    assert (await found(services, import_id)).state == "done"


async def test_what_was_there_before_the_import_does_not_keep_its_lead(services, cast):
    async with services.database.work(SYSTEM) as work:
        await apply(work, ASHA.id, timedelta(days=2))
    import_id = await imported(services, f"name,email\nA,{ASHA.email}\n")
    async with services.database.work(SYSTEM) as work:
        assert (await find_undoable(work, import_id)).removable == 1


async def no_disturbance(_work: Work) -> None:
    pass


async def touch_some(work: Work) -> None:
    """Tag P 0, write to P 1, and take P 2's application."""
    lead = "select id from imported_leads where row_number = %(row)s"
    person = "select person_id from imported_leads where row_number = %(row)s"
    await add_tag(work, LeadFilter(ids=(await work.value(lead, row=2),)), "hot")
    await work.run(
        "insert into deliveries (channel, kind, person_id, to_address, template, idempotency_key, due_at, created_at)"
        " values ('email', 'cta', %(person)s, 'p1@example.com', 'cta', 'one', %(now)s, %(now)s)",
        person=await work.value(person, row=3),
        now=work.now + timedelta(days=9),
    )
    await apply(work, await work.value(person, row=4))


async def apply(work: Work, person_id: UUID, ago: timedelta = timedelta()) -> None:
    course = await work.value(
        "insert into courses (slug, title, created_at, updated_at) values ('data', 'Data', %(now)s, %(now)s) returning id",
        now=work.now,
    )
    await work.run(
        "insert into cta_submissions (person_id, course_id, name, email, phone, submitted_at, updated_at)"
        " values (%(person)s, %(course)s, 'P', 'p@example.com', '+919876500000', %(at)s, %(at)s)",
        person=person_id,
        course=course,
        at=work.now - ago,
    )
