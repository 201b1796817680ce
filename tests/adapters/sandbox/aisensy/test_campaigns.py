"""The campaign API: what it takes, what it refuses and how, and what becomes of a message."""

import psycopg

from tests.adapters.sandbox.aisensy.conftest import ASHA, KEY

WITH_LINK = {
    "templateParams": ["Asha", "₹5,000", "Python", "1 Dec"],
    "buttons": [{"type": "button", "sub_type": "url", "index": 0, "parameters": [{"type": "text", "text": "pay/x1"}]}],
}


async def test_a_message_is_taken_told_of_and_shown(aisensy, receiver):
    answer = await aisensy.send("payment_link", **WITH_LINK, tags=["lead"], attributes={"city": "Pune"})
    assert (answer.status_code, answer.json()["success"]) == (200, "true")
    submitted = answer.json()["submitted_message_id"]
    await receiver.heard(3)
    assert sorted(receiver.statuses(submitted)) == ["DELIVERED", "READ", "SENT"]
    assert all(receiver.is_signed(index) for index in range(3))
    message = next(m for m in receiver.messages("message.status.updated") if m["status"] == "SENT")
    assert message["phone_number"] == ASHA
    assert message["campaign"]["name"] == "payment_link"
    assert (message["delivered_at"], message["failed_at"], message["failureResponse"]) == (None, None, {})
    shown = (await aisensy.phone())[0]
    assert shown["content"]["text"].startswith("Hi Asha, please pay ₹5,000 for Python by 1 Dec.")
    assert shown["content"]["buttons"][0]["url"] == f"{aisensy.settings.base_url}/pay/x1"
    assert shown["status"] == "READ"


MISMATCH = "Template params does not match the campaign"
REFUSED = [
    ({"campaign": "no_such"}, "Campaign does not exist."),
    ({"campaign": "unfinished_campaign"}, "Campaign is Not Live"),
    ({"destination": "12"}, "Invalid Number"),
    ({"destination": "+915812300001"}, "Invalid Number"),
    ({"destination": "+919812300400"}, "Invalid Number"),
    ({"templateParams": ["Asha"]}, MISMATCH),
    ({"templateParams": ["Asha", "x", 3]}, MISMATCH),
    ({"campaign": "course_video", "templateParams": ["A", "B"]}, "Media URL Missing"),
    ({"campaign": "recording_ready", "templateParams": ["A", "B"]}, MISMATCH),
]


async def test_what_does_not_fit_is_refused_in_aisensys_words(aisensy):
    for changes, words in REFUSED:
        answer = await aisensy.send(**changes)
        assert (answer.status_code, answer.json()) == (400, {"message": words}), changes
    assert await aisensy.phone() == []


async def test_only_the_accounts_key_opens_it(aisensy):
    for changes in ({"apiKey": "wrong"}, {"apiKey": None}):
        answer = await aisensy.send(**changes)
        assert (answer.status_code, answer.json()) == (401, {"name": "ERR401", "message": "Unauthorized"})


async def test_a_number_is_understood_however_it_is_written(aisensy):
    ways = ["9812300555", "+91 98123-00555", "09812300555", "00919812300555", ASHA]
    for destination in ways:
        assert (await aisensy.send(destination=destination)).status_code == 200, destination
    assert len(await aisensy.phone()) == len(ways)


async def test_a_body_that_is_no_json_has_no_key(aisensy):
    answer = await aisensy.client.post("/aisensy/campaign/t1/api/v2", content=b"\xff<x>")
    assert answer.status_code == 401


FATES = {"1026": 131026, "1049": 131049, "0472": 130472, "1047": 131047, "1050": 131050}


async def test_a_number_with_a_fate_fails_with_its_code(aisensy, receiver):
    for ending in FATES:
        await aisensy.send(destination=f"+91981230{ending}")
    await receiver.heard(len(FATES))
    told = receiver.messages("message.status.updated")
    assert {one["phone_number"][-4:]: one["failureResponse"]["code"] for one in told} == FATES
    assert {one["status"] for one in told} == {"FAILED"}
    assert all(one["failed_at"] and one["sent_at"] is None for one in told)


async def test_a_number_with_a_fate_is_refused_with_its_status(aisensy):
    for ending, status in (("0401", 401), ("0402", 402), ("0429", 429), ("0503", 503)):
        assert (await aisensy.send(destination=f"+91981230{ending}")).status_code == status
        assert await aisensy.phone(f"91981230{ending}") == []


GIF = {"url": "https://x.test/a.gif", "filename": "a"}
FAILING_LATER = [
    ("paused_offer", {"templateParams": ["Asha"]}, 132015),
    ("announcement", {"templateParams": ["Asha", "us", "two\nlines"]}, 132018),
    ("announcement", {"templateParams": ["Asha", "us", ""]}, 131008),
    ("announcement", {"templateParams": ["Asha", "us", "x" * 1100]}, 132005),
    ("course_video", {"templateParams": ["A", "B"], "media": GIF}, 131053),
]


async def test_what_whatsapp_finds_out_later_fails_later(aisensy):
    for campaign, changes, _code in FAILING_LATER:
        assert (await aisensy.send(campaign, **changes)).status_code == 200
    assert [message["code"] for message in await aisensy.phone()] == [code for *_, code in FAILING_LATER]


async def test_names_are_filled_in_from_the_contact(aisensy):
    params = ["$FirstName", "$city", "$unknown"]
    await aisensy.send(templateParams=params, attributes={"city": "Pune"}, paramsFallbackValue={"unknown": "there"})
    assert (await aisensy.phone())[0]["content"]["text"] == "Hi Asha, a word from Pune: there"


async def test_an_account_in_trouble_sends_nothing(aisensy):
    form = {"webhook_shape": "project", "is_webhook_signed": "on", "tells_submitted_id": "on"}
    form["webhook_url"] = f"{aisensy.settings.base_url}/webhooks/aisensy"
    good = {"has_plan": "on", "has_credits": "on", "is_verified": "on"}
    for lacking, status, words in (
        ("has_plan", 400, "No Plan active on assistant!"),
        ("has_credits", 402, "Insufficient WhatsApp Conversation Credits (WCC)!"),
        ("is_verified", 400, "WABA is not verified"),
    ):
        await aisensy.client.post("/phone/account", data=form | {k: v for k, v in good.items() if k != lacking})
        answer = await aisensy.send()
        assert (answer.status_code, answer.json()["errorMessage"]) == (status, words)
    assert answer.json()["name"] == "ERR400"
    assert await aisensy.phone() == []


async def test_campaign_details_tell_what_a_campaign_wants(aisensy):
    async def ask(**body):
        return await aisensy.client.post("/aisensy/campaign/t1/api/campaign-details", json={"apiKey": KEY, **body})

    wanted = (await ask(campaignName="certificate_ready")).json()
    assert wanted["success"] is True
    assert wanted["requestBody"]["templateParams"] == ["{{1}}", "{{2}}"]
    assert "media" in wanted["requestBody"]
    assert (await ask(campaignName="none")).json() == {"message": "Campaign does not exist."}
    assert (await ask(apiKey="x")).status_code == 401


BURST = """
insert into sandbox.aisensy_messages (message_id, wamid, phone, sender, message_type, content, created_at)
select 'm' || n, 'w' || n, %s, 'API', 'TEXT', '{}', now() + interval '1 minute' from generate_series(1, %s) n
"""


async def test_more_than_whatsapp_lets_through_to_one_person_fails(aisensy, database_url):
    await aisensy.send()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(BURST, (ASHA, 43))
    await aisensy.send()
    await aisensy.send()
    assert [message["code"] for message in await aisensy.phone()][-2:] == [None, 131056]


async def test_the_key_is_never_written_down(aisensy):
    await aisensy.send()
    await aisensy.project("GET", "/wa_template/")
    journal = (await aisensy.client.get("/journal.json", params={"provider": "aisensy"})).text
    assert "announcement" in journal
    assert KEY not in journal
    assert "sandbox-aisensy-password" not in journal
