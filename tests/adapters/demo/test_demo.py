"""The demo business: it looks like a real one, nothing of it leaves, and it goes without taking anything along."""

import asyncio
import hashlib
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import phonenumbers
import pytest

from adapters import demo
from adapters.demo.business import make_business
from adapters.demo.story import Record
from adapters.doctor.ledger import compare
from adapters.email_templates import JinjaMessageRenderer
from adapters.embedded.redis import EmbeddedRedis
from adapters.files import open_files
from adapters.files.disk import DiskFileStore
from adapters.passwords import Argon2PasswordHasher
from adapters.postgres.database import Database
from adapters.settings import Settings
from domain.automation.handlers import HANDLERS
from domain.automation.overview import read_overview
from domain.automation.planning import PLACE
from domain.automation.rules import RULES
from domain.automation.rules.approval import UNPAID_KEYS
from domain.automation.rules.class_reminders import NOW as BY_HAND
from domain.demo import remove_demo
from domain.messaging.templates.catalogue import default_text
from domain.messaging.templates.rendering import render_text
from domain.messaging.templates.values import values_of
from domain.recordings.media import seconds_of
from domain.sessions.attending import count
from domain.sessions.following import AFTER_THE_END
from domain.sessions.roster import attendance_of, show_roster
from domain.timeline.reading import read_timeline
from domain.work import SYSTEM, Work
from tests.fixtures.cast import ASHA, PEOPLE, opened, rolled_back, send_csrf
from tests.fixtures.services import DEMO, Databases, make_settings

# A class reminded of by hand, and what a rule leaves to the payment that it makes.
NOT_SENT = {"session_reminder_now", "approval_payment"}
SEEN = "gurudesk_seen"
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
RESERVED = re.compile(r".*@([a-z.]+\.test|example\.(com|org|net))")
TABLES = """
    people profiles sign_ins one_time_links courses modules batches lead_imports lead_import_rows imported_leads lead_campaigns
    cta_submissions enrolments payments payment_requests gateway_payments refunds broadcasts broadcast_recipients sessions
    session_stays attendance recordings recording_cues recording_views assignments submissions
    deliveries email_logs whatsapp_logs call_logs email_suppressions crm_messages notifications lead_tags automation_steps
    lead_sequences reminders
""".split()  # noqa: SIM905


@pytest.fixture(scope="module")
def business(
    databases: Databases, redis_server: EmbeddedRedis, demo_films: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The settings of a Gurudesk with the demo, for all who only look at it or leave it as it was."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(demo_films, folder / "files")
    redis = f"unix://{redis_server.places.redis_socket}?db=0"
    yield make_settings(databases.clone(SEEN, DEMO), redis, folder)
    databases.drop(SEEN)


@pytest.fixture
async def loaded(business: Settings) -> AsyncIterator[Database]:
    async with opened(business) as database:
        yield database


async def counts(work: Work) -> dict[str, int]:
    return {table: await work.value(f"select count(*) from {table}") for table in TABLES}


@cache
def at_now() -> dict[str, list[Record]]:
    return make_business(NOW, "hash")


def test_the_demo_is_the_same_business_every_time():
    assert at_now() == make_business(NOW, "hash")


def test_the_demo_has_the_size_of_a_real_business():
    tables = at_now()
    sizes = {table: len(rows) for table, rows in tables.items()}
    assert (sizes["courses"], sizes["batches"], sizes["imported_leads"]) == (2, 3, 2000)
    assert 250 <= sizes["cta_submissions"] <= 320
    assert 130 <= sizes["enrolments"] <= 190
    assert sizes["lead_imports"] > 10


def test_the_demo_ends_now_and_begins_sixty_days_ago():
    tables = at_now()
    moments = [
        value
        for rows in tables.values()
        for row in rows
        for name, value in row.items()
        if isinstance(value, datetime) and name not in ("due_at", "starts_at", "ends_at")
    ]
    assert max(moments) <= NOW
    assert NOW - timedelta(days=62) < min(moments) < NOW - timedelta(days=58)


def test_classes_were_held_and_are_ahead_in_every_batch():
    tables = at_now()
    sessions = tables["sessions"]
    ahead = [session for session in sessions if session["starts_at"] > NOW]
    assert {session["batch_id"] for session in ahead} == {batch["id"] for batch in tables["batches"]}
    assert {session["zoom_state"] for session in ahead} == {"creating"}
    held = [session for session in sessions if session["ended_at"]]
    assert len(held) >= 7
    assert all(session["zoom_meeting_id"] and session["ended_at"] <= NOW for session in held)
    assert sum(session["cancelled_at"] is not None for session in sessions) == 1
    made = [step["subject_id"] for step in tables["automation_steps"] if step["kind"] == "sync_meeting"]
    assert made == [session["id"] for session in ahead]


def test_the_weeks_grow():
    leads = at_now()["imported_leads"]
    by_half = [NOW - timedelta(days=30) < lead["created_at"] for lead in leads]
    assert sum(by_half) > 1.5 * (len(leads) - sum(by_half))


def test_demo_addresses_belong_to_nobody_and_phones_are_indian_mobiles():
    people = at_now()["people"]
    assert all(RESERVED.fullmatch(person["email"]) for person in people if person["email"])
    phones = [phonenumbers.parse(person["phone"]) for person in people if person["phone"]]
    assert all(phonenumbers.is_valid_number_for_region(phone, "IN") for phone in phones)
    assert {phonenumbers.number_type(phone) for phone in phones} == {phonenumbers.PhoneNumberType.MOBILE}


def test_contacts_that_exist_already_are_left_alone():
    person = at_now()["people"][500]
    again = make_business(NOW, "hash", {person["email"], person["phone"], "data-analytics"})
    contacts = {other["email"] for other in again["people"]} | {other["phone"] for other in again["people"]}
    assert not contacts & {person["email"], person["phone"]}
    assert again["courses"][0]["slug"] == "data-analytics-2"


async def test_only_the_three_demo_accounts_have_a_password(loaded: Database):
    async with loaded.work(SYSTEM) as work:
        rows = await work.rows(
            "select h.email, p.role from profiles p join people h on h.id = p.person_id where password_hash is not null"
        )
    assert {tuple(row) for row in rows} == {
        ("owner@demo.gurudesk.test", "super_admin"),
        ("admin@demo.gurudesk.test", "admin"),
        ("student@demo.gurudesk.test", "student"),
    }


async def test_the_demo_password_signs_in(client: httpx.AsyncClient, settings: Settings):
    await asyncio.to_thread(demo.load, settings)
    send_csrf(client, settings)
    form = {"login": "owner@demo.gurudesk.test", "password": "gurudesk-demo"}
    answer = await client.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")


async def test_nothing_of_the_demo_waits_to_be_sent_and_what_is_ahead_is_of_its_classes_and_its_rules(loaded: Database):
    async with loaded.work(SYSTEM) as work:
        waiting = await work.value(
            "select count(*) from deliveries where state not in ('sent', 'failed', 'unknown', 'cancelled')"
            " or leased_until is not null"
        )
        kinds = await work.rows("select distinct kind from automation_steps where state = 'planned'")
    assert waiting == 0
    assert {row.kind for row in kinds} <= {"sync_meeting", "create_payment_request", *AFTER_THE_END, *RULES}


async def test_the_demo_gives_admins_something_to_mend(loaded: Database):
    async with loaded.work(SYSTEM) as work:
        row = await work.row(
            "select (select count(*) from deliveries where state = 'failed') as failed,"
            " (select count(*) from deliveries where state = 'unknown') as unknown,"
            " (select count(*) from cta_submissions where status = 'new') as waiting"
        )
    assert row
    assert row.failed > 0
    assert row.unknown > 0
    assert row.waiting > 3


async def test_leads_applications_and_enrolments_tell_one_story(loaded: Database):
    async with loaded.work(SYSTEM) as work:
        wrong = await work.row(
            """
            select
              (select count(*) from imported_leads l where (l.status = 'enrolled') <> exists (
                select from cta_submissions a where a.lead_id = l.id and a.status = 'approved')) as leads,
              (select count(*) from cta_submissions a where (a.status = 'approved') <> exists (
                select from enrolments e where e.application_id = a.id)) as applications,
              (select count(*) from email_suppressions s join deliveries d on d.to_address = s.email
                and d.campaign_id is not null and d.created_at > s.created_at) as suppressed,
              (select count(*) from lead_imports i where created_count <> (
                select count(*) from imported_leads l where l.import_id = i.id)) as imports,
              (select count(*) from lead_campaigns c where recipient_count <> (
                select count(*) from deliveries d where d.campaign_id = c.id)) as campaigns
            """
        )
    assert wrong
    assert tuple(wrong) == (0, 0, 0, 0, 0)


def test_demo_emails_can_be_sent_again():
    deliveries = at_now()["deliveries"]
    kinds = {delivery["kind"]: delivery for delivery in deliveries if delivery["channel"] == "email"}
    assert kinds.pop("broadcast")["broadcast_id"]  # its text stands with the broadcast
    by_rules = {kind for kind, delivery in kinds.items() if delivery["rule_key"]}
    assert set(kinds) - by_rules == {"cta", "welcome", "rejection"}
    assert (
        by_rules == {key for key, rule in RULES.items() if rule.is_on and "email" in rule.defaults.channels} - NOT_SENT
    )
    made_when_composed = {"unsubscribe_url": "u", "temporary_password": "p"}
    common = {"business_name": "B", "base_url": "u", "recipient_name": "R"}
    for kind, delivery in kinds.items():
        links = {variable.name: "u" for variable in default_text(kind).variables if variable.is_address}
        values = values_of(kind, {**common, **links, **made_when_composed, **delivery["params"]}, "u")
        filled = render_text(JinjaMessageRenderer(), default_text(kind), values)
        assert delivery["to_name"].split()[0] in filled.text


async def test_the_automations_of_the_demo_have_a_history_that_their_rules_agree_with(
    loaded: Database, settings: Settings
):
    async with loaded.work(SYSTEM) as work:
        figures = {one.state.key: one.found for one in (await read_overview(work)).rules}
        used = {key: rule for key, rule in RULES.items() if rule.is_on and key != BY_HAND}
        assert not [key for key in used if not figures[key].done_30]
        assert not [key for key, rule in used.items() if rule.act is None and not figures[key].sent_30]
        assert sum(one.done_7 for one in figures.values()) > 300
        assert {key for key in used if figures[key].planned} >= {
            "lead_day_7",
            "session_reminder_24h",
            "payment_reminder",
        }
        # Whatever had its moment in the last weeks has its step, at that moment.
        for key, rule in used.items():
            sql = f"""
                select count(*) from ({rule.occasions}) o cross join lateral (select {PLACE} as at) m
                where m.at > %(now)s - interval '30 days' and m.at < %(now)s - interval '2 minutes' and not exists (
                  select from automation_steps s where s.rule_key = %(key)s and s.person_id = o.person_id
                    and s.subject_id = o.subject_id and s.subject_version = o.version and s.due_at = m.at)
            """
            moment = {"amount": rule.defaults.amount * rule.sign, "unit": rule.defaults.unit, "now": work.now}
            assert (key, await work.value(sql, key=key, **moment)) == (key, 0)
        pointless = """
            select count(*) from payments p join automation_steps s on s.subject_id = p.enrolment_id
            where p.paid_paise > 0 and s.state = 'planned' and s.rule_key = any(%(keys)s)
        """
        assert await work.value(pointless, keys=list(UNPAID_KEYS)) == 0
    assert not [finding for finding in compare(settings) if not finding.ok]


async def test_the_demo_student_can_be_seen_to_be_looked_after_by_rules(loaded: Database):
    async with loaded.work(SYSTEM) as work:
        student = await work.value("select id from people where email = 'student@demo.gurudesk.test'")
        timeline = await read_timeline(work, student, "automation")
    assert timeline.ahead
    assert {entry.rule for entry in timeline.past} >= {"Class reminder: a day before", "Recording of the class"}
    assert all(entry.rule and entry.version == 1 for entry in timeline.past)


async def test_loading_twice_does_nothing(loaded: Database, tmp_path: Path):
    async with loaded.work(SYSTEM) as work:
        before = await counts(work)
        assert not await demo.load_demo(work, Argon2PasswordHasher(), DiskFileStore(tmp_path))
        assert await counts(work) == before


async def test_who_attended_is_what_the_stays_add_up_to(loaded: Database):
    async with loaded.work(SYSTEM) as work:
        before = await work.rows("select session_id, person_id, joined_at, seconds from attendance order by 1, 2")
        for session in await work.rows("select distinct session_id from attendance"):
            await count(work, session.session_id)
        assert (
            await work.rows("select session_id, person_id, joined_at, seconds from attendance order by 1, 2") == before
        )
    assert len(before) > 100


async def test_most_were_there_some_late_some_absent_and_some_watched_later(loaded: Database):
    async with loaded.work(SYSTEM) as work:
        sessions = await work.rows("select id from sessions where ended_at is not null order by starts_at desc")
        rosters = [(await show_roster(work, session.id)).by_state for session in sessions[1:]]
    by_state = {state: sum(one.get(state, 0) for one in rosters) for state in ("present", "late", "absent", "watched")}
    assert all(by_state.values())
    assert by_state["present"] > sum(by_state.values()) / 2


async def test_the_demo_student_has_a_class_ahead_one_attended_one_made_up_for_and_work_due(loaded: Database):
    async with loaded.work(SYSTEM) as work:
        student = await work.value("select id from people where email = 'student@demo.gurudesk.test'")
        _classes, by_state = await attendance_of(work, student)
        next_class = await work.value(
            "select min(s.starts_at) from sessions s join enrolments e on e.batch_id = s.batch_id"
            " where e.person_id = %(student)s and s.starts_at > %(now)s and s.cancelled_at is null",
            student=student,
            now=work.now,
        )
        due = await work.value(
            "select count(*) from assignments a join enrolments e on e.batch_id = a.batch_id where e.person_id = %(student)s"
            " and a.published_at is not null and a.due_at > %(now)s and not exists (select from submissions s"
            " where s.assignment_id = a.id and s.person_id = %(student)s)",
            student=student,
            now=work.now,
        )
        assert next_class - work.now < timedelta(days=6)
    assert by_state["present"] >= 3
    assert by_state["watched"] == by_state["late"] == by_state["absent"] == 1
    assert due == 1


async def test_the_films_of_the_demo_can_be_played(loaded: Database, business: Settings):
    files = open_files(business)
    assert isinstance(files, DiskFileStore)
    async with loaded.work(SYSTEM) as work:
        recordings = await work.rows(
            "select r.duration, s.stored_name, r.checksum from recordings r, recording_source(r.id) s where r.kind = 'video'"
        )
    for recording in recordings:
        content = files.path(recording.stored_name).read_bytes()

        async def read(start: int, length: int, content: bytes = content) -> bytes:
            return content[start : start + length]

        assert await seconds_of(read, len(content)) == recording.duration
        assert hashlib.sha256(content).hexdigest() == recording.checksum


async def test_removing_leaves_what_was_there_before(database: Database, cast: object, tmp_path: Path):
    async with database.work(SYSTEM) as work:
        before = await counts(work)
        await demo.load_demo(work, Argon2PasswordHasher(), DiskFileStore(tmp_path))
        assert await remove_demo(work)
        # What is still to be done is to take the films off the disk.
        removals = await work.rows("select payload from automation_steps where kind = 'delete_files'")
        films = {str(film.relative_to(tmp_path)) for film in tmp_path.rglob("*.mp4")}
        assert {name for row in removals for name in row.payload["files"]} == films
        assert len(films) >= 6
        await work.run("delete from automation_steps where kind = 'delete_files'")
        assert await counts(work) == before
        assert not await work.value("select value = 'true' from business_settings where key = 'demo_loaded'")
        assert not await remove_demo(work)


async def test_audit_entries_outlive_the_demo(loaded: Database):
    async with rolled_back(loaded, SYSTEM) as work:
        before = await work.value("select count(*) from audit_logs")
        await remove_demo(work)
        assert await work.value("select count(*) from audit_logs") == before > 0


async def test_what_users_did_with_demo_leads_goes_with_them(loaded: Database):
    async with rolled_back(loaded, SYSTEM) as work:
        await work.run(
            """
            insert into lead_campaigns (name, course_id, recipients, created_at)
            select 'Tried out', (select id from courses limit 1), array[p.id], %(now)s from people p where is_demo limit 1
            """,
            now=work.now,
        )
        await work.run(
            """
            insert into deliveries
              (channel, kind, person_id, campaign_id, to_address, template, idempotency_key, due_at, created_at)
            select 'email', 'cta', c.recipients[1], c.id, 'somebody@example.com', 'cta', 'tried', %(now)s, %(now)s
              from lead_campaigns c where c.name = 'Tried out'
            """,
            now=work.now,
        )
        await remove_demo(work)
        assert await work.value("select count(*) from deliveries") == 0
        assert await work.value("select count(*) from lead_campaigns") == 0
        assert await work.value("select count(*) from courses") == 0


async def test_a_demo_course_that_real_people_are_in_becomes_real(loaded: Database):
    async with rolled_back(loaded, SYSTEM) as work:
        await work.run(PEOPLE, id=ASHA.id, name=ASHA.name, email=ASHA.email, phone=ASHA.phone, now=work.now)
        await work.run(
            """
            insert into enrolments (person_id, batch_id, enrolled_at)
            select %(asha)s, b.id, %(now)s from batches b where b.name = 'Batch 7'
            """,
            asha=ASHA.id,
            now=work.now,
        )
        await remove_demo(work)
        rows = await work.rows("select c.title, c.is_demo, b.name from courses c join batches b on b.course_id = c.id")
        assert [tuple(row) for row in rows] == [("Data Analytics", False, "Batch 7")]
        assert await work.value("select count(*) from enrolments") == 1


async def test_a_batch_of_ones_own_keeps_its_demo_course(loaded: Database):
    async with rolled_back(loaded, SYSTEM) as work:
        await work.run(
            "update business_settings set updated_at = updated_at - interval '1 s' where key = 'demo_loaded'"
        )
        await work.run(
            "insert into batches (course_id, name, created_at) select id, 'Mine', %(now)s from courses where title ~ 'UX'",
            now=work.now,
        )
        await remove_demo(work)
        rows = await work.rows("select c.title, b.name from courses c join batches b on b.course_id = c.id")
        assert [tuple(row) for row in rows] == [("UX Foundations", "Mine")]


async def test_tags_of_ones_own_leads_stay_in_the_filter(loaded: Database):
    async with rolled_back(loaded, SYSTEM) as work:
        await work.run(PEOPLE, id=ASHA.id, name=ASHA.name, email=ASHA.email, phone=ASHA.phone, now=work.now)
        await work.run(
            "insert into imported_leads (person_id, tags, created_at) values (%(asha)s, '{vip,meta}', %(now)s)",
            asha=ASHA.id,
            now=work.now,
        )
        await remove_demo(work)
        assert [row.tag for row in await work.rows("select tag from lead_tags order by tag")] == ["meta", "vip"]


async def test_demo_accounts_and_their_sign_ins_are_gone(loaded: Database):
    async with rolled_back(loaded, SYSTEM) as work:
        await work.run(
            "insert into sign_ins (person_id, token_hash) select person_id, 'x'::bytea from profiles where role = 'admin'"
        )
        await remove_demo(work)
        assert await work.value("select count(*) from sign_ins") == 0
        assert await work.value("select count(*) from people") == 0


def test_the_commands_load_and_remove_it(settings: Settings):
    assert (demo.load(settings), demo.load(settings)) == (True, False)
    assert (demo.remove(settings), demo.remove(settings)) == (True, False)


def test_removal_is_a_step_the_worker_knows():
    assert asyncio.iscoroutinefunction(HANDLERS["remove_demo"])
