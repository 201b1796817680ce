"""Replying from the mailbox: what arrives is what SendGrid's inbound parse posts, read by its own helper."""

import asyncio
import json
from email import message_from_bytes
from email.policy import default

from sendgrid.helpers.eventwebhook import EventWebhook

from adapters.sendgrid.signature import SANDBOX_SENDGRID_PUBLIC_KEY
from tests.adapters.sandbox.conftest import mail, until


async def received(sandbox, **changes):
    await sandbox.send(mail("asha@example.com", reply_to={"email": "reply+7@parse.gurudesk.test"}, **changes))
    return (await sandbox.messages())[0]


async def arrived(sandbox, house, message, data, files=()):
    """Reply, and return the parts of the form that came, by name."""
    answer = await sandbox.client.post(f"/mailbox/{message['id']}/reply", data=data, files=files or None)
    assert answer.status_code == 303
    body = await until(lambda: asyncio.sleep(0, next((post for post in house.posts if post[:2] == b"--"), None)))
    boundary = body.split(b"\r\n", 1)[0][2:]
    whole = b"Content-Type: multipart/form-data; boundary=" + boundary + b"\r\n\r\n" + body
    parsed = message_from_bytes(whole, policy=default)
    return {part.get_param("name", header="content-disposition"): part for part in parsed.iter_parts()}


def text_of(part):
    return part.get_payload(decode=True).decode()


async def test_a_reply_comes_as_inbound_parse_posts_it_and_is_signed(sandbox, house):
    message = await received(sandbox)
    picture = ("files", ('a"b.png', b"PNG \x00 bytes", "image/png"))
    parts = await arrived(sandbox, house, message, {"text": "Yes, I will come.\nThanks!"}, [picture])
    assert house.paths[-1] == "/webhooks/sendgrid/inbound"
    assert house.signed[-1]
    assert json.loads(text_of(parts["envelope"])) == {
        "to": ["reply+7@parse.gurudesk.test"],
        "from": "asha@example.com",
    }
    headers = message_from_bytes(text_of(parts["headers"]).encode(), policy=default)
    assert headers["In-Reply-To"] == f"<{message['message_id']}@geopod-ismtpd-4>"
    assert headers["Message-ID"]
    assert text_of(parts["subject"]) == "Re: Your seat"
    assert text_of(parts["text"]).startswith("Yes, I will come.\nThanks!\n\nhello@gurudesk.test wrote:\n> Hi")
    assert "<div>Yes, I will come.</div>" in text_of(parts["html"])
    assert text_of(parts["attachments"]) == "1"
    assert json.loads(text_of(parts["attachment-info"]))["attachment1"]["type"] == "image/png"
    assert parts["attachment1"].get_payload(decode=True) == b"PNG \x00 bytes"
    assert json.loads(text_of(parts["charsets"]))["text"] == "UTF-8"


async def test_an_automatic_answer_says_so_and_has_no_sender_in_its_envelope(sandbox, house):
    message = await received(sandbox)
    parts = await arrived(sandbox, house, message, {"text": "I am away.", "is_automatic": "on"})
    assert "Auto-Submitted: auto-replied" in text_of(parts["headers"])
    assert json.loads(text_of(parts["envelope"]))["from"] == ""


async def test_a_reply_that_was_not_taken_is_posted_again_and_a_refused_one_is_not(sandbox, house):
    message = await received(sandbox)
    await until(lambda: asyncio.sleep(0, house.posts))
    house.status = 503
    await arrived(sandbox, house, message, {"text": "Hello?"})
    page = await until(lambda: page_with(sandbox, message, "Waits"))
    assert "Replies" in page
    house.status = 400
    await sandbox.client.post("/clock.json", json={"by": "6m"})
    await until(lambda: page_with(sandbox, message, "Given up"))


async def page_with(sandbox, message, words):
    text = (await sandbox.client.get(f"/mailbox/{message['id']}")).text
    return text if words in text else None


async def test_an_empty_reply_is_not_sent(sandbox, house):
    message = await received(sandbox)
    answer = await sandbox.client.post(f"/mailbox/{message['id']}/reply", data={"text": "  "})
    assert (answer.status_code, "Write something" in answer.text) == (422, True)
    assert not any(post.startswith(b"--") for post in house.posts)


async def test_a_message_shows_the_headers_it_arrived_with(sandbox):
    message = await received(sandbox)
    page = (await sandbox.client.get(f"/mailbox/{message['id']}")).text
    for header in ("Message-ID", "MIME-Version", "Reply-To", "Date"):
        assert f"<dt>{header}</dt>" in page or f">{header}<" in page


def test_the_helper_that_checks_the_signatures_is_sendgrids_own():
    assert EventWebhook(SANDBOX_SENDGRID_PUBLIC_KEY).public_key
