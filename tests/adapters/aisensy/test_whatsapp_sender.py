"""What AiSensy's answers mean for a WhatsApp message, over real HTTP."""

import json
from dataclasses import replace

import pytest

from adapters.aisensy import AiSensyWhatsAppSender, account_of, client_for
from domain.ports.outcomes import Refused, Unavailable, Unknown
from domain.ports.whatsapp import WhatsAppSent
from tests.adapters.aisensy.conftest import settings_for

TAKEN = b'{"success":"true","submitted_message_id":"6f0e7a52-3f0b-4b8e-9d64-0c5a1be1f7a1"}'
OUT_OF_CREDITS = {
    "message": "Insufficient WhatsApp Conversation Credits (WCC)!",
    "name": "ERR402",
    "errorCode": 402,
    "errorMessage": "Insufficient WhatsApp Conversation Credits (WCC)!",
    "aisTraceId": "ais_ab12cd34_ef56gh78",
}


async def answered(provider, sender, message, status, body):
    provider.status = status
    provider.body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await sender.send(message)


async def test_a_campaign_is_asked_for_one_person(provider, sender, message):
    provider.status, provider.body = 200, TAKEN
    await sender.send(message)
    head, body = provider.requests[0]
    assert head.startswith("POST /campaign/t1/api/v2 HTTP/1.1")
    assert json.loads(body) == {
        "apiKey": "eyJ.very-secret.key",
        "campaignName": "certificate_ready",
        "destination": "+919812300555",
        "userName": "Asha Rao",
        "source": "Gurudesk",
        "templateParams": ["Asha", "Python for analysts"],
        "media": {"url": "https://x.test/c.pdf", "filename": "certificate.pdf"},
        "buttons": [
            {"type": "button", "sub_type": "url", "index": 0, "parameters": [{"type": "text", "text": "verify/ABC"}]}
        ],
        "tags": ["student"],
        "attributes": {"city": "Pune"},
    }


async def test_what_is_not_used_is_left_out_and_a_name_is_always_told(provider, sender, message):
    provider.status, provider.body = 200, TAKEN
    await sender.send(replace(message, name=" ", media=None, buttons=(), tags=(), attributes={}))
    sent = json.loads(provider.requests[0][1])
    assert sorted(sent) == ["apiKey", "campaignName", "destination", "source", "templateParams", "userName"]
    assert sent["userName"] == "+919812300555"


async def test_a_taken_message_is_sent_under_the_submitted_id(provider, sender, message):
    outcome = await answered(provider, sender, message, 200, TAKEN)
    assert isinstance(outcome, WhatsAppSent)
    assert outcome.message_id == "6f0e7a52-3f0b-4b8e-9d64-0c5a1be1f7a1"
    assert (outcome.campaign_id, outcome.destination, outcome.success) == ("certificate_ready", "+919812300555", True)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"success":true}', b'{"success":"true","submitted_message_id":null}'])
async def test_a_taken_message_may_have_no_id(provider, sender, message, body):
    outcome = await answered(provider, sender, message, 200, body)
    assert isinstance(outcome, WhatsAppSent)
    assert outcome.message_id == ""


@pytest.mark.parametrize(
    ("status", "body", "meaning", "words"),
    [
        (401, {"name": "ERR401", "message": "Unauthorized"}, Unavailable, "API key"),
        (402, OUT_OF_CREDITS, Unavailable, "wallet is empty"),
        (402, {"name": "ERR402", "errorCode": 402, "errorMessage": "x"}, Unavailable, "wallet is empty"),
        (400, {"message": "No Plan active on assistant!", "name": "ERR400", "errorCode": 400,
               "errorMessage": "No Plan active on assistant!"}, Unavailable, "no active plan"),
        (400, {"name": "ERR400", "errorCode": 400, "errorMessage": "WABA is not verified"}, Unavailable, "not verified"),
        (403, {}, Unavailable, "API key"),
        (400, {"message": "Template params does not match the campaign"}, Refused, "do not fit"),
        (400, {"message": "Template params does not match the campaign!"}, Refused, "do not fit"),
        (400, {"message": "Campaign does not exist."}, Refused, "no such campaign"),
        (404, {"message": "Campaign does not exist."}, Refused, "no such campaign"),
        (400, b"Campaign is Not Live", Refused, "not live"),
        (400, b"Media URL Missing", Refused, "picture or file"),
        (400, b"Button at index 0 of type Url requires a parameter", Refused, "button"),
        (400, {"message": "Something new", "aisTraceId": "ais_1"}, Refused, "Something new (trace ais_1)"),
        (400, {"error": {"message": "(#132001) Template", "code": 132001}}, Refused, "does not exist"),
        (400, {"message": "(#131042) Business eligibility payment issue"}, Unavailable, "charge us"),
        (400, {"error": {"message": "x", "code": 130429}}, Unavailable, "slow down"),
        (400, {"errorCode": "131056", "errorMessage": "x"}, Unavailable, "Too many messages"),
        (401, {"error": {"message": "x", "code": 190}}, Unavailable, "access"),
        (429, b"", Unavailable, "slow down"),
        (500, b"<html>", Unavailable, "fault (500)"),
        (503, b"{}", Unavailable, "fault (503)"),
        (502, b"<html>", Unknown, "gateway"),
        (504, b"", Unknown, "gateway"),
        (404, b"<html>Not found", Unavailable, "base URL"),
        (301, b"", Unavailable, "base URL"),
        (408, b"", Unavailable, "in time"),
        (200, b"<html>Welcome", Unknown, "not that it took"),
        (200, b"[]", Unknown, "not that it took"),
    ],
)  # fmt: skip
async def test_every_answer_has_a_meaning_in_plain_words(provider, sender, message, status, body, meaning, words):
    outcome = await answered(provider, sender, message, status, body)
    assert type(outcome) is meaning
    assert words in outcome.reason


@pytest.mark.parametrize(
    ("body", "meaning", "words"),
    [
        ({"success": "false", "message": "Campaign does not exist."}, Refused, "no such campaign"),
        ({"success": False, "errorCode": 402, "errorMessage": "x"}, Unavailable, "wallet is empty"),
        ({"status": "error", "message": "Invalid Number"}, Refused, "no valid WhatsApp number"),
        ({"error": "No Plan active on assistant!"}, Unavailable, "no active plan"),
        ({"success": "true", "errorCode": "401", "errorMessage": "Unauthorized"}, Unavailable, "API key"),
        ({"error": {"message": "(#131047) Re-engagement message", "code": 131047}}, Refused, "24 hours"),
    ],
)
async def test_an_error_that_comes_as_200_is_an_error(provider, sender, message, body, meaning, words):
    outcome = await answered(provider, sender, message, 200, body)
    assert type(outcome) is meaning
    assert words in outcome.reason


async def test_only_a_refusal_about_the_number_is_counted_against_it(provider, sender, message):
    for body in ({"message": "Invalid Number"}, {"error": {"message": "x", "code": 131026}}):
        assert (await answered(provider, sender, message, 400, body)).recipients == (0,)
    for body in ({"message": "Campaign does not exist."}, {"error": {"message": "x", "code": 132001}}):
        assert (await answered(provider, sender, message, 400, body)).recipients == ()


async def test_a_wait_that_is_asked_for_is_kept_but_never_for_ever(provider, sender, message):
    for asked, kept in (("7", 7.0), ("99999", 900.0), ("soon", None), ("0", 1.0)):
        provider.headers = {"Retry-After": asked}
        assert (await answered(provider, sender, message, 429, b"")).retry_after == kept


async def test_what_cannot_be_right_is_not_even_asked(provider, sender, message, text):
    assert (await sender.send(replace(message, destination="9812300555"))).recipients == (0,)
    assert "Parameter 2" in (await sender.send(replace(message, params=["Asha", " \n"]))).reason
    assert "no AiSensy campaign" in (await sender.send(replace(message, campaign=""))).reason
    assert "empty" in (await sender.send_text(replace(text, text=" "))).reason
    assert "4,096" in (await sender.send_text(replace(text, text="x" * 4097))).reason
    assert provider.requests == []


async def test_silence_after_the_request_is_unknown(provider, sender, message, text):
    provider.silent = True
    assert isinstance(await sender.send(message), Unknown)
    assert isinstance(await sender.send_text(text), Unknown)


async def test_an_unreachable_provider_took_nothing(message):
    settings = settings_for(1)
    async with client_for(settings) as client:
        assert isinstance(await AiSensyWhatsAppSender(client, account_of(settings)).send(message), Unavailable)


async def test_a_redirect_is_not_followed(provider, sender, message):
    provider.headers = {"Location": f"http://127.0.0.1:{provider.port}/elsewhere"}
    assert isinstance(await answered(provider, sender, message, 307, b""), Unavailable)
    assert len(provider.requests) == 1


async def test_no_secret_is_in_what_is_shown_of_a_sender(provider, sender, message):
    settings = settings_for(provider.port)
    assert "very-secret" not in repr(account_of(settings))
    assert "very-secret" not in repr(settings)
    outcome = await answered(provider, sender, message, 401, {"name": "ERR401", "message": "Unauthorized"})
    assert "very-secret" not in repr(outcome)


async def test_free_text_goes_through_the_project(provider, sender, text):
    provider.status, provider.body = 200, b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.A=="}]}'
    outcome = await sender.send_text(text)
    head, body = provider.requests[0]
    assert head.startswith("POST /project-apis/v1/project/5a0db0c0ffee5a0db0c0ffee/messages HTTP/1.1")
    assert "x-aisensy-project-api-pwd: very-secret-password" in head.lower()
    assert json.loads(body) == {
        "to": "919812300555",
        "type": "text",
        "recipient_type": "individual",
        "text": {"body": "See you at ten."},
    }
    assert isinstance(outcome, WhatsAppSent)
    assert outcome.message_id == "wamid.A=="
    provider.body = b'{"messages":[{}]}'
    assert (await sender.send_text(text)).message_id == ""


async def test_free_text_outside_the_window_says_to_use_a_template(provider, sender, text):
    provider.status, provider.body = 400, b'{"error":{"message":"(#131047) Re-engagement message","code":131047}}'
    outcome = await sender.send_text(text)
    assert isinstance(outcome, Refused)
    assert outcome.recipients == ()
    assert "template" in outcome.reason


async def test_free_text_without_a_project_is_not_sent(provider, text):
    live = {"GURUDESK_AISENSY_MODE": "live", "AISENSY_WEBHOOK_SECRET": "s"}
    settings = settings_for(provider.port, **live)
    async with client_for(settings) as client:
        outcome = await AiSensyWhatsAppSender(client, account_of(settings)).send_text(text)
    assert "AISENSY_PROJECT_ID" in outcome.reason
    assert provider.requests == []


def test_live_free_text_goes_to_the_project_apis_own_host():
    live = {"GURUDESK_AISENSY_MODE": "live", "AISENSY_WEBHOOK_SECRET": "s", "AISENSY_PROJECT_ID": "abc"}
    account = account_of(settings_for(1, **live))
    assert account.project_url == "https://apis.aisensy.com/project-apis/v1/project/abc"


def test_a_resellers_path_can_be_set():
    account = account_of(settings_for(1, AISENSY_CAMPAIGN_PATH="campaign/brand/api/v2/"))
    assert account.campaign_path == "/campaign/brand/api/v2"
