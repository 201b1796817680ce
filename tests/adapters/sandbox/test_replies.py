"""Answering in the mailbox: the product gets the e-mail as SendGrid would hand it over, however long that takes."""

import asyncio

from adapters.sendgrid.inbound import parse_inbound
from adapters.sendgrid.inbound_token import inbound_path
from tests.adapters.sandbox.conftest import mail, until


async def delivered(sandbox, **changes):
    answer = await sandbox.send(mail("asha@example.com", **changes))
    assert answer.status_code == 202
    return (await sandbox.messages())[0]


async def reply(sandbox, message, **fields):
    files = fields.pop("files", None)
    return await sandbox.client.post(f"/mailbox/{message['id']}/replies", data=fields, files=files)


def received(house, number=-1):
    """Return the e-mail of one post. Its boundary stands in its first line."""
    body = house.posts[number]
    boundary = body.partition(b"\r\n")[0].removeprefix(b"--").decode()
    return parse_inbound(f"multipart/form-data; boundary={boundary}", body)


def inbound_posts(house):
    return [number for number, path in enumerate(house.paths) if path.startswith("/webhooks/sendgrid/inbound/")]


async def test_an_answer_is_posted_as_inbound_parse_posts_it(sandbox, house):
    message = await delivered(sandbox, reply_to={"email": "reply+abc@reply.test"})
    answer = await reply(
        sandbox, message, text="Grüße,\nja!", files={"files": ("पहचान.jpg", b"\xff\xd8\r\n--x\x00", "image/jpeg")}
    )
    assert answer.headers["location"] == f"/mailbox/{message['id']}?done=answered"
    await until(lambda: asyncio.sleep(0, inbound_posts(house)))
    (number,) = inbound_posts(house)
    assert house.paths[number] == inbound_path(sandbox.settings)
    found = received(house, number)
    assert (found.sender, found.recipients, found.subject) == (
        "asha@example.com",
        ["reply+abc@reply.test"],
        "Re: Your seat",
    )
    assert found.text.startswith("Grüße,\nja!\n\nOn ")
    assert found.answers == [f"{message['message_id']}@geopod-ismtpd-4"]
    assert (found.is_automatic, found.is_verified) == (False, True)
    assert [(file.filename, file.media_type, file.content) for file in found.files] == [
        ("पहचान.jpg", "image/jpeg", b"\xff\xd8\r\n--x\x00")
    ]


async def test_without_a_reply_address_the_sender_is_answered_and_an_absence_says_so(sandbox, house):
    message = await delivered(sandbox)
    await reply(sandbox, message, text="I am away.", is_automatic="yes")
    await until(lambda: asyncio.sleep(0, inbound_posts(house)))
    found = received(house, inbound_posts(house)[0])
    assert (found.recipients, found.is_automatic) == (["hello@gurudesk.test"], True)


async def test_an_answer_waits_for_a_house_that_is_down_and_each_attempt_is_shown(sandbox, house, database_url):
    house.status = 503
    message = await delivered(sandbox)
    await reply(sandbox, message, text="Yes")
    page = f"/mailbox/{message['id']}"
    await until(lambda: _shows(sandbox, page, "Answered 503"))
    house.status = 200
    callback = (await sandbox.client.get(page)).text.split('id="reply-')[1].split('"')[0]
    again = await sandbox.client.post(f"{page}/replies/{callback}")
    assert again.headers["location"].endswith("done=again")
    await until(lambda: _shows(sandbox, page, "Taken"))
    first, second = (house.posts[number] for number in inbound_posts(house))
    assert first == second


async def _shows(sandbox, page, text):
    return text in (await sandbox.client.get(page)).text


async def test_a_refusal_is_final_as_it_is_for_sendgrid(sandbox, house):
    house.status = 400
    message = await delivered(sandbox)
    await reply(sandbox, message, text="Yes")
    await until(lambda: _shows(sandbox, f"/mailbox/{message['id']}", "Given up"))


async def test_only_what_arrived_can_be_answered_and_only_with_something(sandbox, house):
    message = await delivered(sandbox)
    assert (await reply(sandbox, message, text=" ")).headers["location"].endswith("done=empty")
    await sandbox.send(mail("bounce@example.com"))
    bounced = (await sandbox.messages(to="bounce@example.com"))[0]
    assert (await reply(sandbox, bounced, text="Yes")).status_code == 404
    assert (await sandbox.client.post(f"/mailbox/{message['id']}/replies/999")).status_code == 404
    assert (await sandbox.client.get(f"/mailbox/{message['id']}")).text.count("Send reply") == 1
