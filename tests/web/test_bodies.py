"""How much a request may carry, and who is turned away before it is read."""

import asyncio

import pytest

from web.csrf import token_for

PIECE = b"a" * 100_000


class Sending:
    """A body that is sent piece by piece and counts how much was taken."""

    def __init__(self, pieces):
        self.pieces, self.taken = pieces, 0

    async def __aiter__(self):
        for _piece in range(self.pieces):
            self.taken += 1
            yield PIECE


@pytest.mark.parametrize("address", ["/sign-in", "/forgot-password", "/admin-access", "/apply/nothing", "/admin/leads"])
async def test_a_stranger_cannot_make_us_read_more_than_a_form(client, address):
    await client.get("/sign-in")
    body = Sending(50)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await client.post(address, content=body, headers=headers)
    assert answer.status_code == 413
    assert body.taken < 6


async def test_a_file_is_not_read_from_who_may_not_send_one(client, as_student):
    await client.get("/sign-in")
    for sender, status in ((client, 303), (as_student, 403)):
        body = Sending(50)
        headers = {"content-type": "multipart/form-data; boundary=b"}
        answer = await sender.post("/admin/imports", content=body, headers=headers)
        assert (answer.status_code, body.taken) == (status, 0)


async def test_a_cookie_that_is_no_text_breaks_no_page(client):
    answer = await client.get("/sign-in", headers=[(b"cookie", b"gurudesk_flash=abc.\xe9")])
    assert answer.status_code == 200


class Stalling:
    """A body that begins and then does not go on until it is told to end."""

    def __init__(self):
        self.is_awaited, self.may_end = asyncio.Event(), asyncio.Event()

    async def __aiter__(self):
        yield b"login=a"
        self.is_awaited.set()
        await self.may_end.wait()


@pytest.mark.parametrize("address", ["/sign-in", "/forgot-password", "/admin-access", "/apply/nothing", "/admin/leads"])
async def test_who_sends_a_form_slowly_holds_no_connection_to_the_database(client, services, settings, address):
    visitor = (await client.get("/sign-in")).cookies["gurudesk_visitor"]
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-csrftoken": token_for(settings, visitor, ""),
    }
    body = Stalling()
    sending = asyncio.create_task(client.post(address, content=body, headers=headers))
    await asyncio.wait({sending, asyncio.create_task(body.is_awaited.wait())}, return_when=asyncio.FIRST_COMPLETED)
    assert body.is_awaited.is_set()
    assert services.database.engine.pool.checkedout() == 0
    body.may_end.set()
    assert (await sending).status_code < 500
