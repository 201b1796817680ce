"""What AiSensy calls back with: its order and disorder, both shapes, signatures, and faults on purpose."""

import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from adapters.aisensy.events import parse_events
from adapters.aisensy.signature import is_signed
from tests.adapters.sandbox.aisensy.conftest import ASHA, SECRET, running
from tests.fixtures._ports import free_port
from tests.fixtures.house import until

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ON = dict.fromkeys(("has_plan", "has_credits", "is_verified", "is_webhook_signed", "tells_submitted_id"), "on")


def read(receiver):
    return [event for _, body in receiver.posts for event in parse_events(body, NOW)]


async def change(aisensy, **changes):
    form = ON | {"webhook_shape": "project", "webhook_url": f"{aisensy.settings.base_url}/webhooks/aisensy"} | changes
    form = {name: value for name, value in form.items() if value}
    return await aisensy.client.post("/phone/account", data=form)


async def test_a_customers_message_is_told_under_two_topics(aisensy, receiver):
    wamid = (await aisensy.write("I have a question"))["wamid"]
    await receiver.heard(2)
    assert sorted(event["topic"] for event in receiver.events) == ["message.created", "message.sender.user"]
    first, second = read(receiver)
    assert first.event_id != second.event_id
    assert (first.message_id, first.sender, first.kind, first.text) == (wamid, f"+{ASHA}", "text", "I have a question")
    assert second.message_id == wamid


KINDS = [
    ("QUICK_REPLY", {"text": "Yes", "callbackPayload": "Yes"}, ("button", "Yes")),
    ("IMAGE", {"url": "https://x.test/a.jpg", "mimeType": "image/jpeg", "caption": "Look"}, ("image", "Look")),
    ("VIDEO", {"url": "https://x.test/a.mp4", "mimeType": "video/mp4"}, ("video", "")),
    ("FILE", {"url": "https://x.test/a.pdf", "mimeType": "application/pdf"}, ("document", "")),
    ("AUDIO", {"url": "https://x.test/a.ogg", "mimeType": "audio/ogg"}, ("audio", "")),
    ("STICKER", {"url": "https://x.test/a.webp", "mimeType": "image/webp"}, ("sticker", "")),
    ("LOCATION", {"latitude": 18.52, "longitude": 73.85, "name": "Cafe"}, ("location", "Cafe, 18.52, 73.85")),
    (
        "CONTACT",
        {"contacts": [{"name": {"formatted_name": "Ravi"}, "phones": [{"phone": "+9198"}]}]},
        ("contact", "Ravi +9198"),
    ),
]


@pytest.mark.parametrize("shape", ["project", "cloud"])
async def test_every_kind_of_message_arrives_in_both_shapes(aisensy, receiver, shape):
    await change(aisensy, webhook_shape=shape)
    sent = {(await aisensy.write(type=kind, content=content))["wamid"]: content for kind, content, _ in KINDS}
    await receiver.heard(len(KINDS) * (2 if shape == "project" else 1))
    read_back = {event.message_id: event for event in read(receiver)}
    assert [(read_back[wamid].kind, read_back[wamid].text) for wamid in sent] == [expected for *_, expected in KINDS]
    assert [read_back[wamid].media_url for wamid in sent] == [content.get("url", "") for content in sent.values()]


async def test_metas_payload_is_signed_the_way_meta_signs(aisensy, receiver):
    await change(aisensy, webhook_shape="cloud")
    await aisensy.send(destination="+919812301049")
    await receiver.heard(1)
    headers, body = receiver.posts[0]
    given = headers["x-hub-signature-256"]
    assert given == "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert is_signed(SECRET, given, body)
    status = read(receiver)[0]
    assert (status.status, status.code, status.fault) == ("failed", 131049, "withheld")


async def test_the_order_is_lost_doubled_and_broken_for_some_numbers(aisensy, receiver):
    told = {}
    for ending in ("0001", "0002", "0012", "0013", "0000"):
        submitted = (await aisensy.send(destination=f"+91981230{ending}")).json()["submitted_message_id"]
        told[ending] = submitted
    await receiver.heard(9)
    statuses = {ending: sorted(receiver.statuses(submitted)) for ending, submitted in told.items()}
    assert statuses == {
        "0001": ["SENT"],
        "0002": ["DELIVERED", "SENT"],
        "0012": ["DELIVERED", "DELIVERED", "READ", "SENT"],
        "0013": ["READ", "SENT"],
        "0000": [],
    }


async def test_our_id_may_be_missing(aisensy, receiver):
    await aisensy.send(destination="+919812300014")
    await change(aisensy, tells_submitted_id="")
    await aisensy.send()
    await receiver.heard(6)
    assert {message["submitted_message_id"] for message in receiver.messages("message.status.updated")} == {""}


async def test_some_plans_do_not_sign(aisensy, receiver):
    await change(aisensy, is_webhook_signed="")
    await aisensy.write()
    await receiver.heard(2)
    assert "x-aisensy-signature" not in receiver.posts[0][0]


@pytest.mark.parametrize(("kind", "signed"), [("wrongly-signed", [False, True]), ("twice", [True, True, True])])
async def test_planned_faults_of_the_webhook_apply(aisensy, receiver, kind, signed):
    await aisensy.client.post("/faults.json", json={"provider": "aisensy:webhook", "kind": kind})
    await aisensy.write()
    await receiver.heard(len(signed))
    assert sorted(receiver.is_signed(index) for index in range(len(signed))) == signed
    assert sorted(is_signed(SECRET, h.get("x-aisensy-signature", ""), b) for h, b in receiver.posts) == signed


async def test_a_refused_webhook_is_tried_once_more_after_five_minutes(aisensy, receiver):
    receiver.status = 500
    message_id = (await aisensy.write())["message_id"]
    await receiver.heard(2)
    page = await until(lambda: _page_with(aisensy, f"/phone/{ASHA}/messages/{message_id}", "Answered 500"))
    assert "message.sender.user" in page
    receiver.status = 200
    again = page.split(f"/messages/{message_id}/callbacks/")[1].split('"')[0]
    await aisensy.client.post(f"/phone/{ASHA}/messages/{message_id}/callbacks/{again}")
    await receiver.heard(3)
    assert receiver.posts[2][1] in [receiver.posts[0][1], receiver.posts[1][1]]


async def _page_with(aisensy, address, words):
    text = (await aisensy.client.get(address)).text
    return text if words in text else None


async def test_the_test_call_has_no_topic(aisensy, receiver):
    await aisensy.client.post("/phone/account/test")
    await receiver.heard(1)
    assert receiver.events[0]["event"] == "test.webhook"
    assert read(receiver) == []
    assert "Answered 200" in await until(lambda: _page_with(aisensy, "/phone/account", "Answered 200"))


async def test_a_new_address_is_asked_before_it_is_kept(aisensy, receiver):
    address = f"http://127.0.0.1:{receiver.port}/elsewhere"
    receiver.status = 404
    answer = await change(aisensy, webhook_url=address)
    assert answer.headers["Location"].endswith("done=unanswered")
    receiver.status = 200
    assert (await change(aisensy, webhook_url=address)).headers["Location"].endswith("done=saved")
    assert receiver.gets == 2
    assert address in (await aisensy.client.get("/phone/account")).text


async def test_planned_faults_of_requests_apply(aisensy):
    for kind in ("503", "429", "401"):
        await aisensy.client.post("/faults.json", json={"provider": "aisensy", "kind": kind})
        assert (await aisensy.send()).status_code == int(kind)
    assert (await aisensy.send()).status_code == 200
    assert len(await aisensy.phone()) == 1


async def told(aisensy):
    return (await aisensy.client.get("/callbacks.json", params={"provider": "aisensy"})).json()


async def test_a_second_attempt_comes_five_minutes_later_and_counts_and_429_gets_none(aisensy, receiver):
    async def after(state):
        callbacks = await told(aisensy)
        return callbacks if callbacks and all(one["state"] == state for one in callbacks) else None

    receiver.status = 429
    await aisensy.write()
    await until(lambda: after("given_up"))
    receiver.status = 500
    await aisensy.client.post("/phone/account/test")
    await receiver.heard(3)
    assert "x-retry-count" not in receiver.posts[2][0]
    receiver.status = 200
    await aisensy.client.post("/clock.json", json={"by": "6m"})
    await receiver.heard(4)
    assert receiver.posts[3][0]["x-retry-count"] == "1"
    assert receiver.posts[3][1] == receiver.posts[2][1]


async def test_a_webhook_that_answers_410_is_suspended_until_it_is_switched_on_again(aisensy, receiver):
    receiver.status = 410
    await aisensy.client.post("/phone/account/test")
    assert "suspended" in await until(lambda: _page_with(aisensy, "/phone/account", "suspended"))
    receiver.status = 200
    await aisensy.write()
    assert len(await told(aisensy)) == 1
    await aisensy.client.post("/phone/account/webhook")
    await aisensy.write()
    await receiver.heard(3)
    assert read(receiver) != []


async def test_whether_the_webhook_is_signed_survives_a_restart(settings, receiver):
    changes = {"sandbox_port": free_port(), "public_url": f"http://127.0.0.1:{receiver.port}"}
    place = settings.model_copy(update=changes)
    async with running(place) as aisensy:
        await change(aisensy, is_webhook_signed="")
        receiver.status = 500
        await aisensy.client.post("/phone/account/test")
        await until(lambda: _page_with(aisensy, "/phone/account", "Answered 500"))
    receiver.status = 200
    async with running(place) as aisensy:
        await aisensy.client.post("/clock.json", json={"by": "6m"})
        await receiver.heard(2)
    assert all("x-aisensy-signature" not in headers for headers, _ in receiver.posts)
