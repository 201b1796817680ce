"""What people write by e-mail: taken in once, beside whoever wrote it, and told to the admins."""

import asyncio
import logging
from datetime import timedelta

import pytest

from adapters.sendgrid.inbound_token import inbound_path
from domain.messaging.outbox import plan_email
from domain.messaging.reply_address import read_reply_address, reply_address
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA
from tests.fixtures.inbound import CONTENT_TYPE, inbound

ROWS = """
select m.*, (select count(*) from notifications n where n.url = '/admin/messages/' || m.id) as told
from crm_messages m order by created_at, provider_message_id
"""


@pytest.fixture
async def post(client, settings, cast):
    async def send(*args, path=None, **fields):
        headers = {"Content-Type": CONTENT_TYPE, "User-Agent": "Sendlib/1.0"}
        return await client.post(path or inbound_path(settings), content=inbound(*args, **fields), headers=headers)

    return send


async def messages(database):
    async with database.work(SYSTEM) as work:
        return await work.rows(ROWS)


async def sent_email(database, to=ASHA.email, person_id=ASHA.id, message_id="A1b2", number=0):
    """An e-mail that has left, under the provider's id; return its delivery."""
    async with database.work(SYSTEM) as work:
        delivery_id = await plan_email(work, kind="welcome", to=to, key=f"k{number}", person_id=person_id)
        await work.run(
            "insert into email_logs (delivery_id, person_id, to_email, from_email, subject, message_id, created_at, updated_at)"
            " values (%(id)s, %(person_id)s, %(to)s, 'us@x.test', 'Your seat', %(message_id)s, %(now)s, %(now)s)",
            id=delivery_id,
            person_id=person_id,
            to=to,
            message_id=message_id,
            now=work.now,
        )
        return delivery_id


async def test_an_email_is_kept_beside_whoever_wrote_it_and_the_admins_are_told(post, database, as_admin):
    assert (await post()).status_code == 200
    (message,) = await messages(database)
    assert (message.person_id, message.channel, message.direction) == (ASHA.id, "email", "in")
    assert (message.subject, message.body, message.is_read) == ("Re: Your seat", "Yes, I will attend.", False)
    assert message.told == 2  # Ben and Devika
    page = (await as_admin.get("/admin/notifications")).text
    assert "Asha Rao wrote an e-mail" in page


async def test_five_copies_are_one_message_also_at_the_same_moment(post, database, services):
    files = {"attachment1": ("a.jpg", b"\xff\xd8")}
    answers = await asyncio.gather(*(post(files=files) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    (message,) = await messages(database)
    assert message.told == 2
    kept = [path for path in (services.settings.data_dir / "files").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [b"\xff\xd8"]


async def test_the_reply_address_names_the_email_that_is_answered(post, database, settings):
    delivery_id = await sent_email(database)
    address = reply_address(settings.secret, "reply.test", delivery_id)
    assert len(address.partition("@")[0]) <= 64
    # From an address nobody knows, in letters as some servers change them.
    await post("Somebody <work@elsewhere.test>", to=address.upper())
    (message,) = await messages(database)
    assert (message.delivery_id, message.person_id, message.from_address) == (
        delivery_id,
        ASHA.id,
        "work@elsewhere.test",
    )


async def test_a_reply_address_somebody_made_up_names_nothing(post, database, settings):
    delivery_id = await sent_email(database)
    forged = reply_address(b"another secret", "reply.test", delivery_id)
    assert read_reply_address(settings.secret, forged) is None
    for number, to in enumerate((forged, "reply+@reply.test", "reply+!!!@reply.test", "hello@gurudesk.test")):
        await post("Eve <eve@elsewhere.test>", to=to, message_id=f"<{number}@x>")
    assert [(one.delivery_id, one.person_id) for one in await messages(database)] == [(None, None)] * 4


async def test_without_it_the_id_that_is_answered_does_where_it_is_one_persons(post, database):
    await sent_email(database, number=1, message_id="Many")
    chitras = await sent_email(database, CHITRA.email, CHITRA.id, number=2, message_id="Many")
    alone = await sent_email(database, number=3, message_id="Alone")
    answer = "<{}@geopod-ismtpd-4>".format
    await post(f"C <{CHITRA.email}>", headers={"In-Reply-To": answer("Many")}, message_id="<1@x>")
    await post("X <x@elsewhere.test>", headers={"In-Reply-To": answer("Many")}, message_id="<2@x>")
    await post("X <x@elsewhere.test>", headers={"References": answer("Alone")}, message_id="<3@x>")
    found = [(one.delivery_id, one.person_id) for one in await messages(database)]
    assert found == [(chitras, CHITRA.id), (None, None), (alone, ASHA.id)]


async def test_a_secret_that_an_answer_quotes_is_not_kept(post, database, settings):
    delivery_id = await sent_email(database)
    await post(
        to=reply_address(settings.secret, "reply.test", delivery_id),
        text="Thank you.\n\nOn Mon, 5 Jan 2026 at 09:12, Gurudesk wrote:\n> Your temporary password: open sesame\n",
    )
    await post(text="Is this right?\nhttp://x.test/set-password/PxisXr0N5v4mpHHMXORUv4 Asha", message_id="<2@x>")
    first, second = await messages(database)
    assert first.body == "Thank you."
    assert second.body == "Is this right?\nhttp://x.test/set-password/… Asha"


@pytest.mark.parametrize("headers", [{"Auto-Submitted": "auto-replied"}, {"Precedence": "bulk"}])
async def test_automatic_answers_are_kept_and_nobody_is_told(post, database, headers):
    await post(headers=headers)
    (message,) = await messages(database)
    assert (message.is_automatic, message.is_read, message.told) == (True, True, 0)


async def test_a_wrong_address_changes_nothing_and_is_logged_without_it(post, database, caplog, settings):
    caplog.set_level(logging.WARNING)
    right = inbound_path(settings)
    for path in (right[:-1], right + "x", "/webhooks/sendgrid/inbound/guess"):
        assert (await post(path=path)).status_code == 401
    assert await messages(database) == []
    assert caplog.text.count("turned away: unsigned") == 3
    assert right.rpartition("/")[2] not in caplog.text


async def test_a_token_of_ones_own_replaces_the_one_that_was_made(settings):
    own = settings.model_copy(update={"sendgrid_inbound_token": None})
    assert inbound_path(own) == inbound_path(settings)
    other = type(settings)(
        _env_file=None, SENDGRID_INBOUND_TOKEN="a-token-of-my-own-making-1", data_dir=settings.data_dir
    )
    assert inbound_path(other).endswith("/inbound/a-token-of-my-own-making-1")


async def test_what_cannot_be_read_is_refused_for_good_and_logged(client, settings, database, cast, caplog):
    answer = await client.post(inbound_path(settings), content=b"no form", headers={"Content-Type": CONTENT_TYPE})
    assert answer.status_code == 400
    assert "turned away: malformed" in caplog.text
    assert await messages(database) == []


async def test_too_large_an_email_is_refused_before_it_is_taken(client, settings, cast, database):
    taken = 0

    async def pieces():
        nonlocal taken
        for _ in range(60):
            taken += 1
            yield b"x" * 1_000_000

    answer = await client.post(inbound_path(settings), content=pieces(), headers={"Content-Type": CONTENT_TYPE})
    assert answer.status_code == 413
    assert taken < 30
    taken = 0
    wrong = await client.post(
        "/webhooks/sendgrid/inbound/guess", content=pieces(), headers={"Content-Type": CONTENT_TYPE}
    )
    assert (wrong.status_code, taken) == (401, 0)


async def test_a_fault_of_ours_loses_nothing(post, database, services):
    files = {"attachment1": ("a.jpg", b"\xff\xd8")}
    folder = services.settings.data_dir / "files"
    folder.mkdir(parents=True, exist_ok=True)
    blocked = folder / "messages"
    blocked.write_text("in the way")
    assert (await post(files=files)).status_code == 500
    assert await messages(database) == []
    blocked.unlink()
    assert (await post(files=files)).status_code == 200
    assert len(await messages(database)) == 1


async def test_a_lead_who_has_written_is_not_undone_with_their_import(post, database):
    async with database.work(SYSTEM) as work:
        await work.run(
            "insert into imported_leads (person_id, created_at) values (%(id)s, %(now)s)", id=ASHA.id, now=work.now
        )
    await post(headers={"Auto-Submitted": "auto-replied"}, message_id="<auto@x>")
    async with database.work(SYSTEM) as work:
        assert await work.value("select touched_at from imported_leads") is None
    await post()
    async with database.work(SYSTEM) as work:
        assert await work.value("select touched_at from imported_leads") is not None


async def test_no_student_sees_a_message_not_even_their_own(post, database, as_student):
    await post()
    (message,) = await messages(database)
    assert (await as_student.get(f"/admin/messages/{message.id}")).status_code == 403
    async with database.work(ASHA.identity) as work:
        assert await work.rows("select id from crm_messages") == []
    async with database.work(BEN.identity) as work:
        assert len(await work.rows("select id from crm_messages")) == 1


FILLED = """
insert into crm_messages (channel, direction, provider_message_id, from_address, body, media, occurred_at, created_at)
values ('email', 'in', %(id)s, %(sender)s, '', jsonb_build_object('files', jsonb_build_array(
  jsonb_build_object('name', 'a.mov', 'file', 'messages/x/0', 'size', %(size)s::bigint),
  jsonb_build_object('name', 'b.mov', 'size', 900000000, 'left_out', true))), %(at)s, %(at)s)
"""


async def keep_files(database, sender, size, hours_ago=1):
    async with database.work(SYSTEM) as work:
        at = work.now - timedelta(hours=hours_ago)
        await work.run(FILLED, id=f"{sender} {hours_ago}", sender=sender, size=size, at=at)


@pytest.mark.parametrize(
    ("sender", "size", "hours_ago", "kept"),
    [
        ("asha@example.test", 49_999_994, 1, [True, False, True]),
        ("asha@example.test", 49_999_994, 25, [True, True, True]),
        ("others@example.test", 49_999_994, 1, [True, True, True]),
        ("others@example.test", 199_999_994, 1, [True, False, True]),
    ],
)
async def test_files_beyond_a_days_budget_are_left_out_and_the_text_is_kept(
    post, database, services, as_admin, sender, size, hours_ago, kept
):
    await keep_files(database, sender, size, hours_ago)
    files = {"f1": ("one.txt", b"abc"), "f2": ("two.txt", b"x" * 100), "f3": ("three.txt", b"abc")}
    assert (await post(files=files)).status_code == 200
    async with database.work(SYSTEM) as work:
        row = await work.row("select id, body, media from crm_messages where subject <> ''")
    assert row.body == "Yes, I will attend."
    assert ["file" in one for one in row.media["files"]] == kept
    assert [one["name"] for one in row.media["files"]] == ["one.txt", "two.txt", "three.txt"]
    on_disk = len([path for path in (services.settings.data_dir / "files").rglob("*") if path.is_file()])
    assert on_disk == sum(kept)
    page = (await as_admin.get(f"/admin/messages/{row.id}")).text
    assert ("Not kept: too many files came within a day." in page) is not all(kept)
