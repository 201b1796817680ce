"""The journal's two halves as people and programs read them, and sending again."""

import asyncio

from tests.adapters.sandbox.conftest import mail, until

AS_BROWSER = {"Accept": "text/html"}


async def told(sandbox, **which):
    return (await sandbox.client.get("/callbacks.json", params=which)).json()


async def accepted(sandbox):
    found = await told(sandbox, state="accepted")
    return found[0] if found and found[0]["tries"] else None


async def test_the_journals_own_address_answers_programs_with_json_and_people_with_a_page(sandbox):
    await sandbox.send(mail("asha@example.com"))
    (entry,) = (await sandbox.client.get("/journal", params={"provider": "sendgrid"})).json()
    assert entry["path"] == "/sendgrid/v3/mail/send"
    assert (await sandbox.client.get("/journal", params={"since": entry["id"]})).json() == []
    assert (await sandbox.client.get("/journal", params={"provider": "zoom"})).json() == []
    page = (await sandbox.client.get("/journal", headers=AS_BROWSER)).text
    assert "/sendgrid/v3/mail/send" in page
    filtered = {"provider": "zoom", "q": "mail"}
    assert "Nothing matches" in (await sandbox.client.get("/journal", params=filtered, headers=AS_BROWSER)).text


async def test_each_attempt_is_kept_with_its_request_and_answer_and_can_be_made_again(sandbox, house):
    house.status = 500
    await sandbox.send(mail("asha@example.com"))
    await until(lambda: asyncio.sleep(0, house.posts))
    house.status = 200
    one = await until(lambda: accepted(sandbox))
    assert [attempt["status"] for attempt in one["tries"]] == [500, 200]
    assert "asha@example.com" in one["tries"][0]["body"]
    assert "X-Twilio-Email-Event-Webhook-Signature" in one["tries"][0]["headers"]
    address = f"/journal/{one['form']}/{one['id']}"
    shown = (await sandbox.client.get(address)).text
    assert "Attempt 2: Answered 200" in shown
    assert "Attempt 1: Answered 500" in shown
    before = len(house.posts)
    assert (await sandbox.client.post(f"{address}/again")).status_code == 303
    await until(lambda: asyncio.sleep(0, len(house.posts) == before + 1))
    assert house.posts[-1] == house.posts[-2]
    assert all(house.signed)


async def test_the_log_holds_every_providers_callbacks_and_filters_them(sandbox, house):
    await sandbox.send(mail("asha@example.com"))
    await sandbox.client.post("/phone", data={"number": "+919845012345", "text": "Hello"})
    await until(lambda: asyncio.sleep(0, len(house.posts) == 3))
    page = (await sandbox.client.get("/journal/callbacks")).text
    assert "message.sender.user" in page
    assert "2 events" in page
    assert "3 webhooks" in page
    one = next(one for one in await told(sandbox) if one["provider"] == "aisensy")
    shown = (await sandbox.client.get(f"/journal/callback/{one['id']}")).text
    assert "/webhooks/aisensy" in shown
    assert "x-aisensy-signature" in shown.lower()
    only = (await sandbox.client.get("/journal/callbacks", params={"provider": "aisensy"})).text
    assert "2 events" not in only
    assert {one["provider"] for one in await told(sandbox)} == {"sendgrid", "aisensy"}
    assert "Nothing matches" in (await sandbox.client.get("/journal/callbacks", params={"state": "given_up"})).text


async def test_what_was_never_called_back_is_not_found(sandbox):
    for path in ("/journal/callback/1", "/journal/post/1", "/journal/nothing/1", f"/journal/post/{2**70}"):
        assert (await sandbox.client.get(path)).status_code == 404
        assert (await sandbox.client.post(f"{path}/again")).status_code == 404
