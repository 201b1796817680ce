"""Faults on purpose, over HTTP: planned on their page and by API, and doing what they say at every provider."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from adapters.postgres.addresses import sandbox_url
from adapters.provider_settings import PROVIDERS, SANDBOX_VALUES
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.faults import KINDS, TARGETS
from adapters.settings import Settings
from tests.adapters.sandbox.conftest import mail, running, until

AS_BROWSER = {"Accept": "text/html"}
BOLNA = {"Authorization": f"Bearer {SANDBOX_VALUES['BOLNA_API_KEY']}"}
INSTAMOJO = {
    "X-Api-Key": SANDBOX_VALUES["INSTAMOJO_API_KEY"],
    "X-Auth-Token": SANDBOX_VALUES["INSTAMOJO_AUTH_TOKEN"],
}


async def plan(sandbox, provider: str, kind: str, **more: Any) -> None:
    answer = await sandbox.client.post("/faults.json", json={"provider": provider, "kind": kind, **more})
    assert answer.status_code == 201, answer.text


async def zoom_headers(sandbox) -> dict[str, str]:
    answer = await sandbox.client.post(
        "/zoom/oauth/token",
        params={"grant_type": "account_credentials", "account_id": SANDBOX_VALUES["ZOOM_ACCOUNT_ID"]},
        auth=(SANDBOX_VALUES["ZOOM_CLIENT_ID"], SANDBOX_VALUES["ZOOM_CLIENT_SECRET"]),
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def ask(sandbox, provider: str) -> httpx.Response:
    """Have one thing done by a provider that it takes."""
    post = sandbox.client.post
    if provider == "sendgrid":
        return await sandbox.send(mail("asha@example.com"))
    if provider == "aisensy":
        body = {"apiKey": SANDBOX_VALUES["AISENSY_API_KEY"], "campaignName": "announcement", "userName": "Asha"}
        body |= {"destination": "+919845012345", "templateParams": ["Asha", "Gurudesk", "no class"]}
        return await post("/aisensy/campaign/t1/api/v2", json=body)
    if provider == "instamojo":
        wanted = {"purpose": "Seat", "amount": "500.00"}
        return await post("/instamojo/api/1.1/payment-requests/", data=wanted, headers=INSTAMOJO)
    if provider == "bolna":
        call = {"agent_id": SANDBOX_VALUES["BOLNA_AGENT_ID"], "recipient_phone_number": "+919845012345"}
        return await post("/bolna/call", json=call, headers=BOLNA)
    headers = await zoom_headers(sandbox)
    return await post("/zoom/v2/users/me/meetings", json={"topic": "Class", "type": 1}, headers=headers)


async def taken(sandbox, provider: str) -> int:
    """Return how many of what ``ask`` does the provider has taken, by its own records."""
    tables = {"sendgrid": "messages", "aisensy": "aisensy_messages", "instamojo": "payment_requests", "bolna": "calls"}
    database = sandbox.database
    return int((await database.row(f"select count(*) from {tables.get(provider, 'zoom_meetings')}"))[0])


@pytest.fixture
async def sandbox(sandbox_settings: Settings):
    async with running(sandbox_settings) as sandbox:
        sandbox.database = SandboxDatabase(sandbox_url(sandbox_settings))
        yield sandbox
        await sandbox.database.close()


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_connection_cut_after_the_request_was_taken_leaves_it_done(sandbox, provider):
    await plan(sandbox, provider, "cut")
    with pytest.raises(httpx.RemoteProtocolError):
        await ask(sandbox, provider)
    assert await taken(sandbox, provider) == 1
    assert (await ask(sandbox, provider)).is_success
    statuses = [entry["status"] for entry in await journal(sandbox, provider)]
    assert all(status < 300 for status in statuses)


async def journal(sandbox, provider):
    return (await sandbox.client.get("/journal.json", params={"provider": provider})).json()


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_slow_answer_comes_late_and_a_refused_request_is_not_taken(sandbox, provider):
    for kind in ("500", "502", "503", "504", "429"):
        await plan(sandbox, provider, kind)
        refused = await ask(sandbox, provider)
        assert refused.status_code == int(kind)
    assert int(refused.headers["Retry-After"]) > 0
    assert await taken(sandbox, provider) == 0
    await plan(sandbox, provider, "slow", seconds=0.4)
    began = time.monotonic()
    assert (await ask(sandbox, provider)).is_success
    assert time.monotonic() - began >= 0.4
    assert await taken(sandbox, provider) == 1


async def test_the_next_email_fares_as_planned_and_the_one_after_as_usual(sandbox, house):
    last = {"bounce": "bounce", "block": "bounce", "drop": "dropped", "defer": "deferred", "spam": "spamreport"}
    for kind in last:
        await plan(sandbox, "sendgrid:message", kind)
        await sandbox.send(mail(f"{kind}ed@example.com"))
    await sandbox.send(mail("ravi@example.com"))
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("ravi@example.com")))
    for kind, event in last.items():
        await until(lambda kind=kind, event=event: asyncio.sleep(0, event in house.kinds(f"{kind}ed@example.com")))
    assert house.kinds("ravi@example.com") == {"processed", "delivered"}


async def test_the_next_whatsapp_messages_fare_as_planned(sandbox):
    for kind in ("invalid-number", "limited", "undelivered"):
        await plan(sandbox, "aisensy:message", kind)
    for _ in range(4):
        await ask(sandbox, "aisensy")
    messages = (await sandbox.client.get("/phone.json", params={"number": "+919845012345"})).json()
    fared = [(message["status"], message["code"]) for message in messages]
    assert fared == [("FAILED", 131026), ("FAILED", 131049), ("SENT", None), ("READ", None)]


async def test_sendgrids_webhook_comes_twice_wrongly_signed_or_never(sandbox, house):
    await plan(sandbox, "sendgrid:webhook", "twice")
    await sandbox.send(mail("asha@example.com"))
    await until(lambda: asyncio.sleep(0, len(house.posts) == 2))
    assert house.posts[0] == house.posts[1]
    await plan(sandbox, "sendgrid:webhook", "wrongly-signed")
    await sandbox.send(mail("ravi@example.com"))
    await until(lambda: asyncio.sleep(0, len(house.posts) == 3))
    assert house.signed == [True, True, False]
    await plan(sandbox, "sendgrid:webhook", "never")
    await sandbox.send(mail("nia@example.com"))
    told = await until(lambda: with_state(sandbox, "never"))
    assert told["tries"] == []
    assert len(house.posts) == 3


async def with_state(sandbox, state):
    found = (await sandbox.client.get("/callbacks.json", params={"state": state})).json()
    return found[0] if found else None


async def test_a_late_webhook_waits_ten_minutes_of_business_time(sandbox, house):
    await plan(sandbox, "sendgrid:webhook", "late")
    await sandbox.send(mail("asha@example.com"))
    late = await until(lambda: with_state(sandbox, "pending"))
    assert late["tries"] == []
    await sandbox.database.row("select advance_clock('11 minutes')")
    await until(lambda: asyncio.sleep(0, house.posts))


async def test_a_webhook_out_of_order_is_overtaken_by_the_next(sandbox, house):
    await plan(sandbox, "sendgrid:webhook", "out-of-order")
    await sandbox.send(mail("asha@example.com"))
    held = await until(lambda: with_state(sandbox, "pending"))
    assert held["is_held"]
    await sandbox.send(mail("ravi@example.com"))
    await until(lambda: asyncio.sleep(0, len(house.posts) == 2))
    assert house.events[0]["email"] == "ravi@example.com"
    ashas = [event["event"] for event in house.events if event["email"] == "asha@example.com"]
    assert ashas == ["delivered", "processed"]


async def test_a_callback_out_of_order_is_overtaken_by_the_next_about_the_same(sandbox, house):
    await plan(sandbox, "bolna:webhook", "out-of-order")
    await ask(sandbox, "bolna")
    await until(lambda: asyncio.sleep(0, len(house.posts) == 6))
    told = [body.decode().split('"status":"')[1].split('"')[0] for body in house.posts]
    assert told[0] != "queued"
    assert set(told) == {"queued", "initiated", "ringing", "in-progress", "call-disconnected", "completed"}


async def test_rates_are_set_by_api_each_provider_for_itself_and_survive_a_restart(sandbox_settings):
    async with running(sandbox_settings) as sandbox:
        answer = await sandbox.client.post("/failure-rates.json", json={"provider": "sendgrid", "rate": 1, "seed": 7})
        assert answer.json()["sendgrid"] == {"rate": 1, "seed": 7, "is_as_set": False}
        assert answer.json()["zoom"] == {"rate": 0, "seed": 1, "is_as_set": True}
    async with running(sandbox_settings) as sandbox:
        await until(lambda: rate_is(sandbox, 1))
        await sandbox.send(mail("asha@example.com"))
        (message,) = await sandbox.messages()
        assert {event["kind"] for event in message["events"]} & {"bounce", "deferred"}
        assert (await ask(sandbox, "zoom")).is_success
        assert (await sandbox.client.delete("/failure-rates.json")).json()["sendgrid"]["rate"] == 0


async def rate_is(sandbox, rate):
    return (await sandbox.client.get("/failure-rates.json")).json()["sendgrid"]["rate"] == rate


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"demo": True}, 0.1),
        ({"demo": False}, 0.0),
        ({"sandbox_failure_rate": 0.3}, 0.3),
        ({"sandbox_failure_rate": 0.3, "zoom_failure_rate": 0.0}, 0.0),
        ({"demo": False, "zoom_failure_rate": 0.5}, 0.5),
    ],
)
def test_one_in_ten_fails_in_a_demo_unless_the_settings_say_otherwise(settings: Settings, given, expected):
    plain = settings.model_copy(update={"sandbox_failure_rate": None, **given})
    assert plain.failure_rate("zoom") == expected


async def test_a_rate_or_a_plan_that_makes_no_sense_is_refused(sandbox):
    for rate in ({"rate": 2}, {"rate": -1}, {"rate": "x"}, {"provider": "nobody", "rate": 0}, {"rate": 0, "seed": -1}):
        assert (await sandbox.client.post("/failure-rates.json", json=rate)).status_code == 400, rate
    wrong = ({"provider": "nobody"}, {"kind": "late"}, {"count": 0}, {"count": "x"}, {"kind": "slow", "seconds": 1000})
    for change in wrong:
        body = {"provider": "zoom", "kind": "503", **change}
        assert (await sandbox.client.post("/faults.json", json=body)).status_code == 400, change


async def test_the_page_plans_shows_and_takes_back(sandbox):
    page = await sandbox.client.get("/faults", headers=AS_BROWSER)
    for target, kinds in TARGETS.items():
        assert all(f'value="{target}/{kind}"' in page.text for kind in kinds), target
    typed = {"fault": "sendgrid/503", "count": "2", "seconds": ""}
    assert (await sandbox.client.post("/faults", data=typed)).status_code == 303
    assert "503: out of service" in (await sandbox.client.get("/")).text
    assert (await ask(sandbox, "sendgrid")).status_code == 503
    (planned,) = (await sandbox.client.get("/faults.json")).json()
    assert planned["remaining"] == 1
    await sandbox.client.post(f"/faults/{planned['id']}/clear")
    assert (await ask(sandbox, "sendgrid")).status_code == 202


async def test_the_page_tells_what_is_wrong_and_keeps_what_was_typed(sandbox):
    for typed in ({"fault": "zoom:webhook/503"}, {"fault": ""}, {"count": "0"}, {"count": "²"}, {"seconds": "soon"}):
        form = {"fault": "zoom/slow", "count": "7", "seconds": "3"} | typed
        answer = await sandbox.client.post("/faults", data=form)
        assert answer.status_code == 422
        if "fault" not in typed:
            assert f'value="{form["seconds"]}"' in answer.text


async def test_the_page_sets_a_share_and_goes_back_to_the_settings(sandbox):
    answer = await sandbox.client.post("/faults/rates/bolna", data={"percent": "25", "seed": "3"})
    assert answer.status_code == 303
    assert "25 of a hundred fail" in (await sandbox.client.get("/")).text
    wrong = await sandbox.client.post("/faults/rates/bolna", data={"percent": "101", "seed": "3"})
    assert (wrong.status_code, "number from 0 to 100" in wrong.text) == (422, True)
    await sandbox.client.post("/faults/rates/bolna", data={"reset": "1"})
    assert (await sandbox.client.get("/failure-rates.json")).json()["bolna"]["is_as_set"]


def test_every_kind_of_the_issue_is_there():
    assert {"429", "500", "slow", "cut"} <= set(KINDS)
    webhooks = {kinds for target, kinds in TARGETS.items() if target.endswith(":webhook")}
    assert webhooks == {("late", "twice", "out-of-order", "wrongly-signed", "never")}


async def planned(sandbox) -> list[tuple[str, str, int]]:
    found = (await sandbox.client.get("/faults.json")).json()
    rows = found["planned"] if isinstance(found, dict) else found
    return sorted((one["provider"], one["kind"], one["remaining"]) for one in rows)


async def test_faults_of_the_settings_are_planned_at_each_start_and_those_left_count(sandbox_settings):
    settings = sandbox_settings.model_copy(update={"sandbox_faults": "instamojo/503*2, sendgrid:message/bounce"})
    named = [("instamojo", "503", 2), ("sendgrid:message", "bounce", 1)]
    async with running(settings) as sandbox:
        await until(lambda: _is(planned(sandbox), named))
        assert (await ask(sandbox, "instamojo")).status_code == 503
        assert await planned(sandbox) == [("instamojo", "503", 1), named[1]]
    async with running(settings) as sandbox:
        await until(lambda: _is(_summed(planned(sandbox)), named))
        for status in (503, 503, 201):
            assert (await ask(sandbox, "instamojo")).status_code == status


async def _is(found, wanted) -> bool:
    return await found == wanted


async def _summed(found) -> list[tuple[str, str, int]]:
    sums: dict[tuple[str, str], int] = {}
    for target, kind, count in await found:
        sums[target, kind] = sums.get((target, kind), 0) + count
    return sorted((*key, count) for key, count in sums.items())
