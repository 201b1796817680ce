"""The pages on which admins see what people have written."""

from uuid import UUID

import httpx
import pytest

from domain.messaging.inbox import MessageFilter, list_messages
from domain.messaging.quotes import split_quote
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN

INSERT = """
insert into crm_messages (person_id, channel, direction, provider_message_id, from_address, subject, body, media, is_read,
  is_automatic, checks, occurred_at, created_at)
values (%(person_id)s, %(channel)s, %(direction)s, %(key)s, %(sender)s, %(subject)s, %(body)s, %(media)s, %(is_read)s,
  %(is_automatic)s, %(checks)s, %(now)s, %(now)s) returning id
"""


@pytest.fixture
def write(database, cast):
    async def message(key="1", **changes) -> UUID:
        values = {
            "person_id": ASHA.id, "channel": "email", "direction": "in", "sender": ASHA.email, "subject": "A question",
            "body": "When does it begin?", "media": None, "is_read": False, "is_automatic": False, "checks": {},
        }  # fmt: skip
        async with database.work(SYSTEM) as work:
            return await work.value(INSERT, key=key, now=work.now, **(values | changes))

    return message


async def test_the_list_has_what_came_in_by_every_channel_and_can_be_narrowed(as_admin: httpx.AsyncClient, write):
    await write("1")
    await write("2", channel="whatsapp", subject="", body="Is it in Hindi?", sender="+919876543201", is_read=True)
    await write("3", direction="out", subject="Our answer")
    await write("4", subject="Away", is_automatic=True, is_read=True)
    page = (await as_admin.get("/admin/messages")).text
    assert "3 messages" in page
    assert ("A question" in page, "Is it in Hindi?" in page, "Our answer" in page) == (True, True, False)
    for query, shown in {
        "show=unread": {"A question"},
        "show=automatic": {"Away"},
        "channel=whatsapp": {"Is it in Hindi?"},
        "q=asha": {"A question", "Is it in Hindi?", "Away"},
        "q=%2B919876543201&channel=whatsapp": {"Is it in Hindi?"},
    }.items():
        page = (await as_admin.get(f"/admin/messages?{query}")).text
        assert {text for text in ("A question", "Is it in Hindi?", "Away") if f">{text}" in page} == shown, query
    assert "Nothing matches" in (await as_admin.get("/admin/messages?q=nobody")).text


async def test_an_empty_list_says_what_will_be_in_it(as_admin):
    assert "No messages yet" in (await as_admin.get("/admin/messages")).text
    assert "Nothing unread" in (await as_admin.get("/admin/messages?show=unread")).text


async def test_opening_a_message_reads_it_and_says_who_did(as_admin, as_owner, write):
    message_id = await write()
    page = (await as_admin.get("/admin")).text
    assert 'id="count-messages">1<' in page
    await as_admin.get(f"/admin/messages/{message_id}")
    page = (await as_owner.get(f"/admin/messages/{message_id}")).text
    assert "Ben Thomas" in page
    assert 'id="count-messages"><' in page


async def test_a_message_can_be_left_unread_and_all_can_be_read(as_admin, write, database):
    message_id, _other = await write("1"), await write("2")
    await as_admin.get(f"/admin/messages/{message_id}")
    await as_admin.post(f"/admin/messages/{message_id}/reading", data={"is_read": "no"})
    assert "2 messages" in (await as_admin.get("/admin/messages?show=unread")).text
    answer = await as_admin.post("/admin/messages/all/reading", follow_redirects=True)
    assert "2 messages are marked as read." in answer.text
    await as_admin.post(f"/admin/messages/{message_id}/reading")
    async with database.work(SYSTEM) as work:
        rows = await work.rows("select action from audit_logs where subject_type = 'message' order by at")
    assert [row.action for row in rows] == ["message.unread", "message.all_read"]


async def test_what_somebody_wrote_is_text_and_never_runs(as_admin, write):
    body = "<script>alert(1)</script>\n\nOn Mon, 5 Jan 2026 at 09:12, Gurudesk <a@b.test> wrote:\n> <b>Hello</b>"
    message_id = await write(
        subject="<img src=x onerror=alert(1)>", body=body, checks={"verified": False, "name": "<i>"}
    )
    page = (await as_admin.get(f"/admin/messages/{message_id}")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "The sender is not confirmed" in page
    assert "Show what it answers" in page


async def test_a_file_is_saved_under_its_senders_name_and_never_opened_as_ours(as_admin, as_student, write, services):
    folder = services.settings.data_dir / "files" / "messages" / "m"
    folder.mkdir(parents=True)
    (folder / "0").write_bytes(b"<script>alert(1)</script>")
    files = [{"name": 'पत्र "1".html', "file": "messages/m/0", "type": "text/html", "size": 25}, {"name": "elsewhere"}]
    message_id = await write(media={"files": files})
    address = f"/admin/messages/{message_id}/files"
    answer = await as_admin.get(f"{address}/0")
    assert (answer.status_code, answer.content) == (200, b"<script>alert(1)</script>")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E0%A4%AA")
    assert (await as_admin.get(f"{address}/1")).status_code == 404
    assert (await as_admin.get(f"{address}/9")).status_code == 404
    assert (await as_student.get(f"{address}/0")).status_code == 403
    (folder / "0").unlink()
    assert (await as_admin.get(f"{address}/0")).status_code == 404


async def test_a_picture_from_whatsapp_is_named_and_opened_where_it_lies(as_admin, write):
    media = {"kind": "image", "media_url": "https://files.test/1.jpg", "media_type": "image/jpeg"}
    message_id = await write(channel="whatsapp", sender="+919876543201", subject="", body="", media=media)
    page = (await as_admin.get(f"/admin/messages/{message_id}")).text
    assert 'href="https://files.test/1.jpg" target="_blank" rel="noopener noreferrer">Picture' in page
    other = await write("2", channel="whatsapp", media={"kind": "image", "media_url": "javascript:alert(1)"})
    assert "javascript:" not in (await as_admin.get(f"/admin/messages/{other}")).text


async def test_a_persons_page_has_their_messages(as_admin, write, database):
    await write("1", subject="From Asha")
    await write("2", subject="Our answer", direction="out")
    async with database.work(SYSTEM) as work:
        lead_id = await work.value(
            "insert into imported_leads (person_id, created_at) values (%(id)s, now()) returning id", id=ASHA.id
        )
    for address in (f"/admin/students/{ASHA.id}", f"/admin/leads/{lead_id}"):
        page = (await as_admin.get(address)).text
        assert ("From Asha" in page, "Our answer" in page) == (True, True), address


async def test_the_list_costs_one_round_trip(work_as, write):
    await write()
    async with work_as(BEN.identity) as work:
        before = work.connection.round_trips
        await list_messages(work, MessageFilter(q="asha", show="unread", channel="email"))
        assert work.connection.round_trips - before == 1


async def test_the_list_is_in_pages(as_admin, write):
    for number in range(21):
        await write(str(number), subject=f"Message number {number}")
    assert "1–20 of 21" in (await as_admin.get("/admin/messages")).text
    assert "21–21 of 21" in (await as_admin.get("/admin/messages?page=2")).text


@pytest.mark.parametrize(
    ("body", "written", "quoted"),
    [
        ("Yes.\n\nOn Mon, 5 Jan 2026 at 09:12, Gurudesk <a@b> wrote:\n> Hello", "Yes.", "On Mon"),
        ("Yes.\n\nOn Mon, 5 Jan 2026 at 09:12, Gurudesk\n<a@b.test> wrote:\n> Hello", "Yes.", "On Mon"),
        ("Yes.\n-----Original Message-----\nFrom: us", "Yes.", "-----Original"),
        ("Yes.\n> Hello\n>\n> there\n\n", "Yes.", "> Hello"),
        ("> Hello\n\nYes.", "> Hello\n\nYes.", ""),
        ("> only a quote", "> only a quote", ""),
        ("On Monday I wrote a poem.", "On Monday I wrote a poem.", ""),
        ("", "", ""),
    ],
)
def test_an_answer_is_told_from_what_it_quotes(body, written, quoted):
    found = split_quote(body)
    assert found[0] == written
    assert found[1].startswith(quoted)
    assert bool(found[1]) == bool(quoted)
