"""How much a request may carry, and who is turned away before it is read."""

import pytest

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
