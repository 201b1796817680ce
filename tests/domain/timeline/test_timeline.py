"""One timeline per person: everything that concerned them, newest first, and everything that is planned, the soonest first."""

from datetime import timedelta
from uuid import UUID, uuid4

from domain.audit import record
from domain.automation.holding import pause_automations, pause_rule, resume_automations
from domain.dashboard.kinds import EMAILS
from domain.timeline.person import find_person
from domain.timeline.reading import PER_PAGE, Timeline, read_timeline
from domain.timeline.whys import WHY
from domain.work import Work
from tests.domain.dashboard.rows import add_batch, add_payment, enrol
from tests.domain.timeline.rows import add_message, add_rule_step
from tests.fixtures.cast import ASHA, BEN, CHITRA


async def run(work: Work, statement: str, days_ago: float, **values: object) -> UUID:
    at = work.now - timedelta(days=days_ago)
    return await work.value(statement, asha=ASHA.id, ben=BEN.id, at=at, now=work.now, key=uuid4().hex, **values)


async def live(work: Work) -> UUID:
    """Let Asha come in with an import, apply, pay, attend, watch and hand in; return her batch."""
    batch = await add_batch(work)
    imported = await run(
        work,
        "insert into lead_imports (file_name, stored_name, file_size, file_hash, state, created_at)"
        " values ('leads.csv', %(key)s, 1, 'h', 'done', %(at)s) returning id",
        40,
    )
    await run(
        work,
        "insert into imported_leads (person_id, import_id, row_number, source, created_at)"
        " values (%(asha)s, %(import)s, 7, 'Instagram', %(at)s) returning id",
        40,
        **{"import": imported},
    )
    await run(
        work,
        "insert into cta_submissions (person_id, course_id, batch_id, name, email, phone, status, decided_by, decided_at,"
        " submitted_at, updated_at) select %(asha)s, course_id, id, 'A', 'a@example.test', '+919876543299', 'approved', %(ben)s,"
        " %(at)s + interval '1 day', %(at)s, %(at)s from batches where id = %(batch)s returning id",
        38,
        batch=batch,
    )
    await enrol(work, batch, ASHA.id, 37)
    await add_payment(work, 30, 5_000_00)
    session = await run(
        work,
        "insert into sessions (batch_id, title, starts_at, duration, ends_at, created_at, updated_at)"
        " values (%(batch)s, 'Joins', %(at)s, 60, %(at)s + interval '1 hour', %(at)s, %(at)s) returning id",
        20,
        batch=batch,
    )
    await run(
        work,
        "insert into attendance (session_id, person_id, joined_at, seconds, updated_at)"
        " values (%(session)s, %(asha)s, %(at)s, 3000, %(at)s) returning session_id",
        20,
        session=session,
    )
    recording = await run(
        work,
        "insert into recordings (session_id, kind, source, duration, created_at, updated_at)"
        " values (%(session)s, 'video', 'upload', 100, %(at)s, %(at)s) returning id",
        19,
        session=session,
    )
    await run(
        work,
        "insert into recording_views (recording_id, person_id, watched, duration, opened_at, counted_at, seen_at)"
        " values (%(recording)s, %(asha)s, '{[0,50)}', 100, %(at)s, %(at)s, %(at)s) returning recording_id",
        18,
        recording=recording,
    )
    assignment = await run(
        work,
        "insert into assignments (batch_id, title, due_at, points, published_at, form_key, created_at, updated_at)"
        " values (%(batch)s, 'Ten questions', %(at)s + interval '9 days', 10, %(at)s, %(form)s, %(at)s, %(at)s) returning id",
        17,
        batch=batch,
        form=uuid4(),
    )
    await run(
        work,
        "insert into submissions (assignment_id, person_id, state, submitted_at, score, graded_by, graded_at, created_at,"
        " updated_at) values (%(assignment)s, %(asha)s, 'graded', %(at)s, 8, %(ben)s, %(at)s + interval '2 days', %(at)s, %(at)s)"
        " returning id",
        15,
        assignment=assignment,
    )
    await run(
        work,
        "insert into crm_messages (person_id, channel, direction, provider_message_id, from_address, body, occurred_at,"
        " created_at) values (%(asha)s, 'whatsapp', 'in', %(key)s, '+91', 'When does it begin?', %(at)s, %(at)s) returning id",
        12,
    )
    await add_message(work, "sent", days_ago=11)
    broadcast = await run(
        work,
        "insert into broadcasts (name, channel, audience, is_marketing, state, created_at, confirmed_at)"
        " values ('Open day', 'whatsapp', '{}', true, 'done', %(at)s, %(at)s) returning id",
        10,
    )
    await run(
        work,
        "insert into broadcast_recipients (broadcast_id, person_id, place, reason)"
        " values (%(broadcast)s, %(asha)s, 1, 'no_consent') returning person_id",
        10,
        broadcast=broadcast,
    )
    return batch


def titles(timeline: Timeline) -> list[str]:
    return [entry.words.title for entry in timeline.past]


async def test_everything_that_concerned_somebody_stands_in_order_with_why_and_how_far(work: Work) -> None:
    await live(work)
    await add_rule_step(work, "skipped", reason="They had applied by then.")
    await add_rule_step(work, "done")
    await record(work, "student.corrected", "student", ASHA.id, ASHA.name)
    timeline = await read_timeline(work, ASHA.id)
    assert titles(timeline) == [
        "Student's details corrected",
        "Lead sequence: day 3",
        "Left out of a broadcast",
        "Invitation to apply",
        "Wrote on WhatsApp",
        "Ten questions: graded",
        "Handed in Ten questions",
        "Watched the recording of Joins",
        "Class: Joins",
        "Paid ₹5,000",
        "Asked for ₹5,000",
        "Enrolled",
        "Application approved",
        "Applied",
        "Came in with an import",
    ]
    texts = {entry.words.title: entry.words for entry in timeline.past}
    assert texts["Lead sequence: day 3"].reason == "They had applied by then."
    assert (texts["Class: Joins"].state, texts["Class: Joins"].text) == ("Present", "Batch · 50 min there")
    assert texts["Watched the recording of Joins"].text == "50 % of it"
    assert texts["Ten questions: graded"].text == "8 of 10 points · by Ben Thomas"
    assert texts["Left out of a broadcast"].reason == "Has not agreed to WhatsApp messages."
    assert texts["Application approved"].text == "Course · Batch · by Ben Thomas"
    assert texts["Came in with an import"].text == "row 7 of leads.csv · Instagram"
    sent = next(entry for entry in timeline.past if entry.what == "delivery")
    assert (sent.rule, sent.version, sent.words.sent_state) == ("Lead sequence: day 3", 2, ("sent", None))
    # Nobody else's page tells of it, and a kind shows that kind alone.
    assert titles(await read_timeline(work, CHITRA.id)) == []
    assert titles(await read_timeline(work, ASHA.id, "payment")) == ["Paid ₹5,000", "Asked for ₹5,000"]
    assert titles(await read_timeline(work, ASHA.id, "automation")) == ["Lead sequence: day 3", "Invitation to apply"]
    assert titles(await read_timeline(work, ASHA.id, "call")) == []
    person = await find_person(work, ASHA.id)
    assert [(one["batch"], one["state"]) for one in person.enrolments] == [("Batch", "active")]
    assert person.payments == {"count": 1, "asked": 5_000_00, "paid": 5_000_00}


async def test_what_is_ahead_stands_apart_the_soonest_first_with_what_can_be_done(work: Work) -> None:
    batch = await add_batch(work)
    await enrol(work, batch, ASHA.id, 1)
    await run(
        work,
        "insert into sessions (batch_id, title, starts_at, duration, ends_at, created_at, updated_at)"
        " values (%(batch)s, 'Joins', %(at)s, 60, %(at)s + interval '1 hour', %(now)s, %(now)s) returning id",
        -2,
        batch=batch,
    )
    await run(
        work,
        "insert into assignments (batch_id, title, due_at, points, published_at, form_key, created_at, updated_at)"
        " values (%(batch)s, 'Ten questions', %(at)s, 10, %(now)s, %(form)s, %(now)s, %(now)s) returning id",
        -3,
        batch=batch,
        form=uuid4(),
    )
    await add_payment(work, 1, 5_000_00, overdue=True)
    await add_rule_step(work, due_in=timedelta(hours=9))
    await add_message(work, due_in=timedelta(hours=6))
    await add_rule_step(work, rule_key=None, due_in=timedelta(hours=1))
    timeline = await read_timeline(work, ASHA.id)
    shown = [(entry.words.title, list(entry.acts)) for entry in timeline.ahead]
    assert shown == [
        ("To pay: ₹5,000", []),
        ("Lead sequence: day 3", []),  # no automation's: it keeps its order by itself
        ("Invitation to apply", ["now", "cancel"]),
        ("Lead sequence: day 3", ["now", "skip"]),
        ("Class: Joins", []),
        ("To hand in: Ten questions", []),
    ]
    assert timeline.ahead[0].words.state == "Overdue"
    assert titles(timeline) == ["Enrolled", "Asked for ₹5,000"]


async def test_what_was_done_is_told_where_no_message_says_it_and_each_entry_says_why(work: Work) -> None:
    await add_rule_step(work, "done", rule_key="unpaid_attention", reason="The admins were told.")
    await add_rule_step(work, "done", rule_key="session_reminder_24h", reason="has not agreed to WhatsApp")
    await add_rule_step(work, "done", rule_key="feedback_request")
    for kind in ("welcome", "classes_ahead", "payment_received"):
        await add_message(work, "sent", rule=None, days_ago=1, kind=kind)
    told = {
        entry.words.title: (entry.words.state, entry.words.reason or entry.words.why, entry.rule)
        for entry in (await read_timeline(work, ASHA.id)).past
    }
    assert told == {
        "Unpaid: needs attention": ("Done", "The admins were told.", "Unpaid: needs attention"),
        "Class reminder: a day before": ("Done", "has not agreed to WhatsApp", "Class reminder: a day before"),
        "Welcome e-mail": ("", "Because their application was approved.", ""),
        "Classes ahead": ("", "Because they came into the batch.", ""),
        "Receipt": ("", "Because they have paid.", ""),
    }


def test_every_kind_of_message_says_why_it_went() -> None:
    assert set(EMAILS) <= set(WHY) | {"cta", "broadcast"}  # of which the campaign or broadcast is named


async def test_what_is_held_back_says_so(work: Work) -> None:
    await add_rule_step(work, due_in=timedelta(hours=-14))
    await add_message(work)
    await add_rule_step(work, rule_key=None)

    async def shown() -> list[tuple[str, str]]:
        ahead = (await read_timeline(work, ASHA.id)).ahead
        return [(entry.words.state, entry.words.reason) for entry in ahead if entry.rule]

    assert await shown() == [("Planned", ""), ("", "")]
    await pause_rule(work, "lead_day_3", paused=True)
    assert await shown() == [
        ("Paused", "This automation is paused: it waits."),
        ("", "This automation is paused: it waits."),
    ]
    await pause_automations(work)
    assert (await shown())[0] == ("Paused", "All automations are paused: it waits.")
    await pause_rule(work, "lead_day_3", paused=False)
    await resume_automations(work)
    await work.run("update business_settings set value = 'true' where key = 'sending_paused'")
    assert (await shown())[0] == ("Paused", "Sending is paused: it waits.")


async def test_a_request_to_pay_after_an_approval_is_one_entry_that_names_its_automation(work: Work) -> None:
    await enrol(work, await add_batch(work), ASHA.id, 2)
    enrolment = await work.value("select id from enrolments")
    await add_payment(work, 1, 5_000_00)
    await work.run("update payments set enrolment_id = %(id)s, created_by = null", id=enrolment)
    values = {"rule_key": "approval_payment", "subject_id": enrolment, "reason": "Asked for ₹5,000."}
    await add_rule_step(work, "done", **values)
    timeline = await read_timeline(work, ASHA.id)
    assert [(entry.words.title, entry.rule) for entry in timeline.past] == [
        ("Paid ₹5,000", ""),
        ("Asked for ₹5,000", "Request to pay"),
        ("Enrolled", ""),
    ]


async def test_older_pages_go_on_where_the_last_ended_and_tell_nothing_twice(work: Work) -> None:
    for number in range(30):
        await add_message(work, "sent", days_ago=number // 3)  # three of the same moment each
        await record(work, "student.corrected", "student", ASHA.id, ASHA.name)
    await add_rule_step(work)
    seen, after, pages = [], None, 0
    while pages == 0 or after:
        timeline = await read_timeline(work, ASHA.id, after=after)
        assert len(timeline.past) <= PER_PAGE
        assert bool(timeline.ahead) is (after is None)
        seen += [entry.key for entry in timeline.past]
        after, pages = timeline.older, pages + 1
    assert (len(seen), len(set(seen)), pages) == (60, 60, 3)
