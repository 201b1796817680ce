"""Every error SendGrid is known to give, with its status, field, words and help page."""

import base64

import pytest

from adapters.settings import SANDBOX_SENDGRID_KEY
from tests.adapters.sandbox.conftest import mail
from tests.adapters.sandbox.defects import DEFECTS, HELP, person, personalized


async def test_every_known_defect_is_answered_as_sendgrid_answers_it(sandbox):
    for name, (body, field, anchor, message) in DEFECTS.items():
        answer = await sandbox.send(body)
        assert answer.status_code == 400, name
        found = [error for error in answer.json()["errors"] if error["field"] == field]
        assert len(found) == 1, (name, answer.json())
        assert found[0]["message"].startswith(message), name
        if anchor:
            assert found[0]["help"] == HELP + anchor, name
    assert await sandbox.messages() == []


async def test_all_problems_are_told_at_once(sandbox):
    answer = await sandbox.send({"personalizations": [{"to": []}, {"to": [{"email": "x"}]}]})
    assert {error["field"] for error in answer.json()["errors"]} == {
        "personalizations.0.to", "personalizations.1.to.0.email", "from.email", "subject", "content"
    }  # fmt: skip


async def test_a_bad_template_id_without_content_is_two_problems(sandbox):
    answer = await sandbox.send(mail(template_id="welcome", content=None))
    assert [error["field"] for error in answer.json()["errors"]] == ["template_id", "content"]


async def test_a_custom_argument_that_is_no_string_gets_the_bare_answer(sandbox):
    answer = await sandbox.send(personalized(custom_args={"a": 1}))
    assert answer.json() == {"errors": [{"message": "Bad Request", "field": None, "help": None}]}


@pytest.mark.parametrize("raw", [b"", b"no json", b"[]", b"null", b'{"a":', b"\xff", b'"\\ud800"'])
async def test_what_cannot_be_read_gets_the_bare_answer(sandbox, raw):
    headers = {"Authorization": f"Bearer {SANDBOX_SENDGRID_KEY}", "Content-Type": "application/json"}
    answer = await sandbox.client.post("/sendgrid/v3/mail/send", content=raw, headers=headers)
    assert answer.status_code == 400
    assert answer.json() == {"errors": [{"message": "Bad Request", "field": None, "help": None}]}


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ("", "Permission denied, wrong credentials"),
        ("Bearer SG.wrong.key", "The provided authorization grant is invalid, expired, or revoked"),
        (f"Basic {SANDBOX_SENDGRID_KEY}", "The provided authorization grant is invalid, expired, or revoked"),
    ],
)
async def test_without_a_good_key_nothing_is_looked_at(sandbox, authorization, message):
    headers = {"Authorization": authorization} if authorization else {}
    answer = await sandbox.client.post("/sendgrid/v3/mail/send", json={}, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"message": message, "field": None, "help": None}]}


async def test_a_sender_nobody_verified_is_forbidden(sandbox):
    answer = await sandbox.send(mail(**{"from": {"email": "hello@unverified.test"}}))
    assert answer.status_code == 403
    error = answer.json()["errors"][0]
    assert error["field"] == "from"
    assert error["message"].startswith("The from address does not match a verified Sender Identity.")


async def test_only_json_is_taken(sandbox):
    answer = await sandbox.client.post(
        "/sendgrid/v3/mail/send", data={"a": "b"}, headers={"Authorization": f"Bearer {SANDBOX_SENDGRID_KEY}"}
    )
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["message"] == "Content-Type should be application/json."


async def test_more_than_thirty_megabytes_are_too_much(sandbox):
    content = base64.b64encode(b"x" * 24_000_000).decode()
    answer = await sandbox.send(mail(attachments=[{"content": content, "filename": "a.bin"}]))
    assert answer.status_code == 413
    almost = base64.b64encode(b"x" * 15_000_000).decode()
    assert (await sandbox.send(mail(attachments=[{"content": almost, "filename": "a.bin"}]))).status_code == 202


async def test_other_paths_and_verbs_are_not_there(sandbox):
    assert (await sandbox.api("GET", "/nothing")).status_code == 404
    answer = await sandbox.api("GET", "/mail/send")
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (405, "POST method allowed only")


async def test_trying_it_out_checks_but_sends_nothing(sandbox):
    settings = {"sandbox_mode": {"enable": True}}
    assert (await sandbox.send(mail(mail_settings=settings))).status_code == 200
    assert (await sandbox.send(mail(mail_settings=settings, subject=None))).status_code == 400
    assert await sandbox.messages() == []


async def test_unusual_but_right_requests_are_taken(sandbox):
    right = [
        mail(template_id="d-0123456789abcdef0123456789abcdef", content=None, subject=None),
        mail(personalizations=[person(subject="Own")], subject=None),
        mail(send_at=1),
        personalized(cc=[{"email": "ben@example.com"}], bcc=[{"email": "chitra@example.com"}]),
        mail(reply_to_list=[{"email": "a@b.test"}, {"email": "c@b.test"}]),
        mail(content=[{"type": "text/plain", "value": "null \u0000 byte"}]),
        mail(headers={"X-Own": "1"}, asm={"group_id": 7}, ip_pool_name="main"),
    ]
    for body in right:
        answer = await sandbox.send(body)
        assert answer.status_code == 202, answer.text
        assert answer.content == b""
        assert "X-Message-Id" in answer.headers
    assert len(await sandbox.messages()) == len(right) + 2
