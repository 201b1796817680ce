"""What SendGrid's answers mean for an e-mail, over real HTTP."""

import json
import time
from dataclasses import replace

import pytest

from adapters.sendgrid import SendGridEmailSender, client_for
from domain.ports import Attachment, CannotTell, Found, Missing, Refused, Sent, Unavailable, Unknown
from tests.adapters.sendgrid.conftest import DELIVERIES, SEND_ID, settings_for


def errors(*entries):
    return json.dumps({"errors": [{"message": m, "field": f, "help": None} for f, m in entries]}).encode()


async def test_each_recipient_gets_a_personalisation_that_carries_our_ids(provider, sender, email):
    await sender.send(replace(email, attachments=[Attachment("a.txt", "text/plain", b"hi")]))
    head, body = provider.requests[0]
    sent = json.loads(body)
    assert head.startswith("POST /v3/mail/send HTTP/1.1")
    assert "authorization: bearer sg.abc.very-secret" in head.lower()
    assert [p["to"] for p in sent["personalizations"]] == [
        [{"email": f"lead{number}@example.com", "name": f"Lead {number}"}] for number in range(3)
    ]
    assert sent["personalizations"][1]["custom_args"] == {"delivery_id": str(DELIVERIES[1]), "send_id": str(SEND_ID)}
    assert sent["personalizations"][1]["substitutions"] == {"-link-": "https://x.test/1"}
    assert sent["personalizations"][1]["headers"] == {"List-Unsubscribe": "<https://x.test/u/1>"}
    assert [part["type"] for part in sent["content"]] == ["text/plain", "text/html"]
    assert sent["attachments"][0]["content"] == "aGk="
    assert sent["categories"] == ["cta"]
    assert sent["reply_to"] == {"email": "desk@gurudesk.test"}


async def test_an_accepted_email_is_sent_under_the_providers_id(provider, sender, email):
    provider.headers = {"X-Message-Id": "A1b2C3d4E5f6G7h8I9j0Kw"}
    outcome = await sender.send(email)
    assert isinstance(outcome, Sent)
    assert (outcome.message_id, outcome.accepted, outcome.rejected) == ("A1b2C3d4E5f6G7h8I9j0Kw", 3, 0)


async def test_an_accepted_email_without_an_id_is_sent_all_the_same(sender, email):
    outcome = await sender.send(email)
    assert isinstance(outcome, Sent)
    assert outcome.message_id == ""
    assert outcome.results[0].message_id is None


async def test_a_refusal_names_the_recipients_at_fault(provider, sender, email):
    provider.status = 400
    provider.body = errors(
        ("personalizations.2.to.0.email", "Does not contain a valid address."),
        ("personalizations.0.to.0.email", "Does not contain a valid address."),
        ("personalizations.2.substitutions", "Too large."),
    )
    outcome = await sender.send(email)
    assert isinstance(outcome, Refused)
    assert outcome.recipients == (0, 2)
    assert "Does not contain a valid address." in outcome.reason


async def test_a_refusal_that_is_also_about_the_whole_blames_no_recipient(provider, sender, email):
    provider.status = 400
    provider.body = errors(("personalizations.2.to.0.email", "Bad."), ("subject", "The subject is required."))
    assert (await sender.send(email)).recipients == ()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors":"no"}', b'{"errors":[null]}', b"\xff\xfe"])
async def test_a_refusal_without_readable_reasons_is_still_a_refusal(provider, sender, email, body):
    provider.status, provider.body = 400, body
    outcome = await sender.send(email)
    assert isinstance(outcome, Refused)
    assert outcome.recipients == ()


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, Unknown), (301, Unavailable), (401, Unavailable), (403, Unavailable), (404, Unavailable),
        (405, Unavailable), (408, Unavailable), (413, Refused), (415, Refused), (422, Refused), (429, Unavailable),
        (500, Unavailable), (502, Unknown), (503, Unavailable), (504, Unknown),
    ],
)  # fmt: skip
async def test_every_status_has_a_meaning(provider, sender, email, status, meaning):
    provider.status = status
    outcome = await sender.send(email)
    assert isinstance(outcome, meaning)
    assert outcome.reason


async def test_a_redirect_is_not_followed(provider, sender, email):
    provider.status, provider.headers = 307, {"Location": f"http://127.0.0.1:{provider.port}/elsewhere"}
    await sender.send(email)
    assert len(provider.requests) == 1


async def test_a_bad_key_loses_nothing_and_says_who_can_mend_it(provider, sender, email):
    provider.status = 401
    assert "API key" in (await sender.send(email)).reason
    provider.status, provider.body = 403, errors(("from", "The from address does not match"))
    assert "sender address" in (await sender.send(email)).reason


async def test_slowing_down_waits_until_the_window_resets_but_never_for_ever(provider, sender, email):
    provider.status = 429
    provider.headers = {"X-RateLimit-Reset": str(int(time.time()) + 40)}
    assert 30 < (await sender.send(email)).retry_after <= 41
    provider.headers = {"Retry-After": "7"}
    assert (await sender.send(email)).retry_after == 7
    provider.headers = {"X-RateLimit-Reset": "99999999999"}
    assert (await sender.send(email)).retry_after == 900
    provider.headers = {"X-RateLimit-Reset": "soon"}
    assert (await sender.send(email)).retry_after is None


async def test_an_unreachable_provider_took_nothing(email):
    async with client_for(settings_for(9)) as client:
        assert isinstance(await SendGridEmailSender(client).send(email), Unavailable)


async def test_silence_after_the_request_left_is_unknown(provider, sender, email):
    provider.silent = True
    outcome = await sender.send(email)
    assert isinstance(outcome, Unknown)
    assert provider.requests


async def test_an_email_to_nobody_or_too_many_never_leaves(provider, sender, email):
    assert isinstance(await sender.send(replace(email, recipients=[])), Refused)
    assert isinstance(await sender.send(replace(email, recipients=email.recipients * 334)), Refused)
    assert isinstance(
        await sender.send(replace(email, attachments=[Attachment("a", "b/c", b"x" * 24_000_000)])), Refused
    )
    assert provider.requests == []


async def test_the_key_and_the_text_reach_no_log_and_no_reason(provider, sender, email, caplog):
    caplog.set_level("DEBUG")
    for silent in (False, True):
        provider.silent, provider.status = silent, 401
        outcome = await sender.send(email)
        assert "very-secret" not in repr(outcome)
    assert "very-secret" not in caplog.text
    assert "Apply: " not in caplog.text


async def test_an_attempt_is_looked_up_by_its_own_id(provider, sender):
    provider.status, provider.body = 200, b'{"messages":[{"msg_id":"A1b2.recvd-1","status":"delivered"}]}'
    assert await sender.find(SEND_ID) == Found("A1b2")
    request_line = provider.requests[0][0].splitlines()[0]
    assert "/v3/messages?limit=1&query=" in request_line
    assert "unique_args" in request_line
    assert str(SEND_ID) in request_line


async def test_an_attempt_the_provider_never_saw_is_missing(provider, sender):
    provider.status, provider.body = 200, b'{"messages":[]}'
    assert await sender.find(SEND_ID) == Missing()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b""),
        (401, b""),
        (403, b""),
        (429, b""),
        (500, b""),
        (200, b"no"),
        (200, b"{}"),
        (200, b'{"messages":[1]}'),
    ],
)
async def test_without_a_clear_answer_nothing_is_concluded(provider, sender, status, body):
    provider.status, provider.body = status, body
    assert isinstance(await sender.find(SEND_ID), CannotTell)
    provider.silent = True
    assert isinstance(await sender.find(SEND_ID), CannotTell)
