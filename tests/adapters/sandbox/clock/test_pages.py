"""The clock's page and its JSON."""

import re
from datetime import datetime, timedelta

from tests.adapters.sandbox.conftest import mail, running, until


async def state(sandbox):
    return (await sandbox.client.get("/clock.json")).json()


async def done(sandbox):
    told = await state(sandbox)
    return told if told["move"] and told["move"]["state"] == "done" else None


async def scheduled(sandbox, minutes=60):
    """Send an e-mail that leaves later, and return the page."""
    now = await sandbox.client.get("/clock.json")
    at = datetime.fromisoformat(now.json()["now"]) + timedelta(minutes=minutes)
    assert (await sandbox.send(mail("asha@example.com", send_at=int(at.timestamp())))).status_code == 202
    return (await sandbox.client.get("/clock")).text


def after(page):
    return re.search(r'name="after" value="(\d+)"', page)[1]


async def test_the_page_says_what_happens_next_moves_there_and_says_what_happened(sandbox, house):
    page = await scheduled(sandbox)
    assert "leaves" in page
    assert "(asha@example.com)" in page
    assert (await sandbox.client.post("/clock/move", data={"by": "next", "after": after(page)})).status_code == 303
    told = await until(lambda: done(sandbox))
    assert 3500 < told["ahead_seconds"] < 3700
    happened = {(one["side"], one["kind"], one["state"]) for one in told["happened"]}
    assert ("sendgrid", "mail", "processed") in happened
    page = (await sandbox.client.get("/clock")).text
    assert "What happened" in page
    assert "ahead of the clock on the wall" in page


async def test_pressing_twice_moves_once(sandbox):
    page = await scheduled(sandbox)
    form = {"by": "1h", "after": after(page)}
    await sandbox.client.post("/clock/move", data=form)
    await until(lambda: done(sandbox))
    again = await sandbox.client.post("/clock/move", data=form)
    assert again.headers["Location"] == "/clock?done=already"
    assert (await state(sandbox))["ahead_seconds"] < 3700


async def test_a_moment_that_has_passed_is_told_and_kept(sandbox):
    page = (await sandbox.client.get("/clock")).text
    form = {"moment": "2020-01-05T09:00", "after": after(page)}
    answer = await sandbox.client.post("/clock/move", data=form)
    assert answer.status_code == 422
    assert "does not go back" in answer.text
    assert 'value="2020-01-05T09:00"' in answer.text
    assert "Nothing is waiting" in (await sandbox.client.post("/clock/move", data={"by": "next", "after": "0"})).text


async def test_programs_move_it_too_and_a_wrong_time_is_refused(sandbox):
    assert (await sandbox.client.post("/clock.json", json={"by": "soon"})).status_code == 400
    assert (await sandbox.client.post("/clock.json", json={"by": "2d"})).status_code == 202
    assert (await until(lambda: done(sandbox)))["ahead_seconds"] >= 2 * 86400


async def test_while_a_provider_is_live_the_page_says_why_and_has_no_buttons(sandbox_settings):
    live = sandbox_settings.model_copy(update={"zoom_mode": "live"})
    async with running(live) as sandbox:
        page = (await sandbox.client.get("/clock")).text
        assert "every provider is in sandbox mode, and Zoom is live" in page
        assert "/clock/move" not in page
        assert (await sandbox.client.post("/clock.json", json={"by": "1d"})).status_code == 400
        assert (await sandbox.client.post("/clock/move", data={"by": "1d", "after": "0"})).status_code == 422


async def test_a_call_has_its_moments_on_the_list_of_ten(sandbox_settings):
    async with running(sandbox_settings.model_copy(update={"sandbox_delays": True})) as sandbox:
        key = {"Authorization": "Bearer bn-sandbox-bolna-key"}
        call = {"agent_id": "5a0db0c0-ffee-4000-8000-00000000b01a", "recipient_phone_number": "+919845012345"}
        await sandbox.client.post("/bolna/call", json=call, headers=key)
        told = (await state(sandbox))["upcoming"]
        happens = {(one["side"], one["kind"], one["state"]) for one in told}
        assert {("bolna", "call", "in-progress"), ("bolna", "callback", "in-progress")} <= happens
        assert len(told) <= 10
