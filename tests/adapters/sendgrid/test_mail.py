"""What an e-mail becomes on the wire, and what is refused in our own words before anything leaves."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.ports import Attachment, EmailRefused, EmailResult, Recipient, Sent
from tests.adapters.sendgrid.conftest import DELIVERIES, SEND_ID

TEMPLATE = "d-0123456789abcdef0123456789abcdef"
CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def templated(email):
    """One e-mail whose text lies in a template at the provider."""
    recipients = [
        Recipient(delivery_id, f"lead{number}@example.com", template_data={"name": f"Lead {number}", "seats": [1, 2]})
        for number, delivery_id in enumerate(DELIVERIES)
    ]
    return replace(email, template=TEMPLATE, recipients=recipients)


async def wire(provider, sender, email):
    outcome = await sender.send(email)
    assert isinstance(outcome, Sent)
    return json.loads(provider.requests[-1][1])


async def test_a_template_is_filled_with_each_recipients_own_data_and_brings_its_own_text(provider, sender, templated):
    sent = await wire(provider, sender, templated)
    assert sent["template_id"] == TEMPLATE
    assert [one["dynamic_template_data"]["name"] for one in sent["personalizations"]] == ["Lead 0", "Lead 1", "Lead 2"]
    assert sent["personalizations"][0]["dynamic_template_data"]["seats"] == [1, 2]
    assert not {"subject", "content"} & set(sent)
    assert not any("substitutions" in one for one in sent["personalizations"])
    assert sent["personalizations"][2]["custom_args"] == {"delivery_id": str(DELIVERIES[2]), "send_id": str(SEND_ID)}


async def test_our_own_text_carries_substitutions_and_no_template_data(provider, sender, email):
    sent = await wire(provider, sender, email)
    assert not any("dynamic_template_data" in one for one in sent["personalizations"])
    assert "template_id" not in sent


async def test_a_calendar_carries_its_method_and_a_picture_in_the_text_its_name(provider, sender, email):
    files = [
        Attachment("class.ics", "text/calendar", CALENDAR, method="REQUEST"),
        Attachment("invoice.pdf", "application/pdf", b"%PDF-1.7"),
        Attachment("logo.png", "image/png", b"\x89PNG", content_id="logo"),
    ]
    sent = (await wire(provider, sender, replace(email, attachments=files)))["attachments"]
    assert [(one["type"], one["disposition"]) for one in sent] == [
        ("text/calendar; method=REQUEST", "attachment"),
        ("application/pdf", "attachment"),
        ("image/png", "inline"),
    ]
    assert sent[2]["content_id"] == "logo"
    assert "\n" not in sent[0]["content"]


async def test_a_planned_email_names_its_moment_and_its_batch(provider, sender, email):
    at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    planned = replace(email, send_at=at, batch_id="batch-1", categories=["cta", "cta", "may"])
    sent = await wire(provider, sender, planned)
    assert (sent["send_at"], sent["batch_id"]) == (1767603600, "batch-1")
    assert sent["categories"] == ["cta", "may"]
    assert (await sender.send(planned)).batch_id == "batch-1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"template": "welcome"}, "“welcome” is not the id"),
        ({"template": TEMPLATE}, "not with substitutions"),
        ({"categories": [str(n) for n in range(11)]}, "at most 10 categories"),
        ({"categories": ["é"]}, "plain characters"),
        ({"send_at": datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None)}, "no time zone"),
        ({"attachments": [Attachment("a.pdf", "application/pdf", b"")]}, "“a.pdf” is empty"),
        ({"attachments": [Attachment("a\r\nb", "application/pdf", b"x")]}, "name that cannot be sent"),
        ({"attachments": [Attachment("a.ics", "text/calendar; charset=utf-8", b"x")]}, "type that cannot be sent"),
        ({"attachments": [Attachment("a.ics", "text/calendar", b"x", method="a; b")]}, "type that cannot be sent"),
        ({"attachments": [Attachment("a", "a/b", b"x" * 11 * 1024**2)] * 2}, "22.0 MB together; at most 20 MB"),
    ],
)
async def test_what_sendgrid_would_refuse_never_leaves(provider, sender, email, change, words):
    outcome = await sender.send(replace(email, **change))
    assert isinstance(outcome, EmailRefused)
    assert words in outcome.reason
    assert provider.requests == []


async def test_template_data_without_a_template_never_leaves(provider, sender, templated):
    assert "needs a template" in (await sender.send(replace(templated, template=""))).reason
    assert provider.requests == []


async def test_a_refusal_says_of_each_recipient_whether_they_were_at_fault(provider, sender, email):
    provider.status = 400
    error = {"message": "Does not contain a valid address.", "field": "personalizations.1.to.0.email", "help": None}
    provider.body = json.dumps({"errors": [error]}).encode()
    outcome = await sender.send(replace(email, batch_id="batch-1"))
    assert (outcome.success, outcome.accepted, outcome.rejected, outcome.batch_id) == (False, 0, 1, "batch-1")
    assert [result.status for result in outcome.results] == ["held_back", "rejected", "held_back"]
    assert outcome.results[0] == EmailResult("lead0@example.com", "held_back")
    assert "valid address" in outcome.results[1].reason


@pytest.mark.parametrize(
    ("field", "words"), [("send_at", "72 hours"), ("batch_id", "batch"), ("template_id", "template")]
)
async def test_what_is_wrong_with_the_whole_is_said_in_our_words(provider, sender, email, field, words):
    provider.status = 400
    provider.body = json.dumps({"errors": [{"message": "Wrong.", "field": field, "help": None}]}).encode()
    outcome = await sender.send(email)
    assert words in outcome.reason
    assert "Wrong." not in outcome.reason
    assert outcome.rejected == 3
