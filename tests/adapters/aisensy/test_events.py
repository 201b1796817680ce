"""What AiSensy's webhook says, in its own envelope and in Meta's."""

import json
from datetime import UTC, datetime

import pytest

from adapters.aisensy.events import MalformedEvents, parse_events
from domain.ports.whatsapp import WhatsAppIncoming, WhatsAppStatus

NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
SENT_AT = datetime(2026, 1, 5, 9, 13, 25, tzinfo=UTC)
MILLISECONDS = 1767604405000


def envelope(topic="message.status.updated", **changes):
    message = {
        "type": "message", "id": "695b7f3a0a1b2c3d4e5f6000", "phone_number": "919812300001", "countryCode": "91",
        "userName": "Asha R", "campaign": {"name": "event_reminder", "sent_at": MILLISECONDS}, "sender": "API",
        "message_type": "TEXT", "message_content": {"text": "Hi"}, "status": "SENT", "sent_at": MILLISECONDS,
        "delivered_at": None, "read_at": None, "failed_at": None, "failureResponse": {}, "messageId": "wamid.A",
        "submitted_message_id": "6f0e7a52", "context": None,
    }  # fmt: skip
    message |= changes.pop("message", {})
    whole = {"id": "695b7f3c", "created_at": "2026-01-05T09:13:27.308Z", "topic": topic, "data": {"message": message}}
    return whole | changes


def customers(topic="message.sender.user", **message):
    return envelope(topic, message={"sender": "USER", "status": "DELIVERED", "campaign": None, **message})


def read(raw):
    return parse_events(json.dumps(raw).encode(), NOW)


def test_a_status_says_which_message_and_when():
    assert read(envelope()) == [
        WhatsAppStatus("695b7f3c", "sent", "+919812300001", datetime(2026, 1, 5, 9, 13, 25, tzinfo=UTC),
                       submitted_id="6f0e7a52", message_id="wamid.A", campaign="event_reminder")
    ]  # fmt: skip


@pytest.mark.parametrize("value", [MILLISECONDS, MILLISECONDS / 1000, str(MILLISECONDS), "2026-01-05T09:13:25Z",
                                   "2026-01-05T14:43:25+05:30", "2026-01-05T09:13:25"])  # fmt: skip
def test_moments_come_in_several_forms(value):
    assert read(envelope(message={"sent_at": value}))[0].occurred_at == SENT_AT
    assert read(envelope(message={"sent_at": None}, created_at=value))[0].occurred_at == SENT_AT


@pytest.mark.parametrize("value", [None, "", "soon", True, 1e300, {}, -1e300])
def test_an_event_without_a_readable_moment_happened_when_it_came(value):
    assert read(envelope(message={"sent_at": value}, created_at=value))[0].occurred_at == NOW


def test_a_code_beyond_all_bounds_is_none():
    status = read(envelope(message={"status": "FAILED", "failureResponse": {"code": 10**12, "reason": "No"}}))[0]
    assert (status.status, status.code) == ("failed", None)


@pytest.mark.parametrize("code", [131026, "131026"])
def test_a_failure_has_its_code_its_fault_and_our_words(code):
    response = {"code": code, "reason": "Message undeliverable"}
    status = read(envelope(message={"status": "FAILED", "failed_at": MILLISECONDS, "failureResponse": response}))[0]
    assert (status.status, status.code, status.fault) == ("failed", 131026, "recipient")
    assert "not on WhatsApp" in status.reason
    assert status.occurred_at == SENT_AT


@pytest.mark.parametrize(
    ("response", "words"),
    [({}, "without saying why"), (None, "without saying why"), ({"reason": "New rule"}, "New rule"),
     ({"code": 139999, "reason": "New rule"}, "New rule (139999)"), ({"code": "139999"}, "code 139999")],
)  # fmt: skip
def test_a_failure_without_a_known_code_is_told_as_well_as_it_can_be(response, words):
    status = read(envelope(message={"status": "FAILED", "failureResponse": response}))[0]
    assert words in status.reason
    assert status.fault == "setup"


@pytest.mark.parametrize(
    ("code", "fault"),
    [(0, "account"), (200, "account"), (131042, "account"), (131048, "later"), (131056, "later"), (131049, "withheld"),
     (130472, "withheld"), (131050, "opt_out"), (131047, "window"), (470, "window"), (132015, "setup"), (131026, "recipient")],
)  # fmt: skip
def test_each_code_says_who_is_at_fault(code, fault):
    status = read(envelope(message={"status": "FAILED", "failureResponse": {"code": code}}))[0]
    assert status.fault == fault
    assert status.reason


def test_our_id_may_be_empty_on_a_status():
    status = read(envelope(message={"submitted_message_id": "", "status": "READ", "read_at": MILLISECONDS}))[0]
    assert (status.submitted_id, status.message_id, status.status) == ("", "wamid.A", "read")


def test_inbound_messages_come_under_two_topics_and_are_one():
    first, second = (
        read(customers(topic, messageId="wamid.IN"))[0] for topic in ("message.sender.user", "message.created")
    )
    assert isinstance(first, WhatsAppIncoming)
    assert first.message_id == second.message_id == "wamid.IN"
    assert (first.sender, first.name, first.kind, first.text) == ("+919812300001", "Asha R", "text", "Hi")
    assert first.received_at == SENT_AT


def test_what_agents_and_bots_write_is_ours():
    for sender in ("AGENT", "SYSTEM", "ASSISTANT", "API"):
        events = read(envelope("message.created", message={"sender": sender}))
        assert isinstance(events[0], WhatsAppStatus)


FILE = {"url": "https://x.test/f", "urlExpiry": "", "mimeType": "image/jpeg"}


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("TEXT", {"text": "Yes"}, ("text", "Yes", "")),
        ("QUICK_REPLY", {"text": "Yes", "callbackPayload": "Yes"}, ("button", "Yes", "")),
        ("BUTTON_REPLY", {"title": "Yes"}, ("button", "Yes", "")),
        ("LIST_REPLY", {"text": "Pune"}, ("button", "Pune", "")),
        ("IMAGE", FILE | {"caption": "Me"}, ("image", "Me", "https://x.test/f")),
        ("FILE", FILE, ("document", "", "https://x.test/f")),
        ("STICKER", FILE, ("sticker", "", "https://x.test/f")),
        ("LOCATION", {"longitude": 73.85, "latitude": 18.52, "address": "FC Road", "name": "Cafe", "url": ""},
         ("location", "Cafe, FC Road, 18.52, 73.85", "")),
        ("CONTACT", {"contacts": [{"name": {"first_name": "Ravi"}, "phones": [{"phone": "+9198"}, None]}, 3]},
         ("contact", "Ravi +9198", "")),
        ("ORDER", {"text": "2 seats"}, ("other", "2 seats", "")),
        ("", {}, ("other", "", "")),
    ],
)  # fmt: skip
def test_every_type_of_inbound_message_is_read(kind, content, expected):
    event = read(customers(message_type=kind, message_content=content, context={"from": "9198", "id": "wamid.OURS"}))[0]
    assert (event.kind, event.text, event.media_url) == expected
    assert event.reply_to == "wamid.OURS"


@pytest.mark.parametrize(
    "raw",
    [
        {"event": "test.webhook", "data": {"message": "This is a test"}},
        {"topic": "contact.created", "id": "1", "data": {"contact": {}}},
        {"contact": {"name": "Asha"}},
        envelope("message.status.updated", message={"status": "QUEUED"}),
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": {"statuses": [{"status": "sent"}, 7]}}]}]},
        {"object": "page", "entry": None}, [], 3, "x", None,
    ],
)  # fmt: skip
def test_what_we_have_no_use_for_gives_nothing(raw):
    assert read(raw) == []


def test_an_envelope_may_lack_its_wrapper_and_its_id():
    raw = customers()
    del raw["id"]
    raw |= raw.pop("data")
    first, second = read(raw)[0], read(raw)[0]
    assert first.event_id.startswith("sha256-")
    assert first.event_id == second.event_id


def test_null_bytes_and_bare_numbers_do_no_harm():
    event = read(customers(phone_number="98123 00001", message_content={"text": "a\x00b"}))[0]
    assert (event.sender, event.text) == ("+919812300001", "ab")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_malformed(body):
    with pytest.raises(MalformedEvents):
        parse_events(body, NOW)


def cloud(**value):
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }


def test_metas_statuses_are_read_too():
    failed = {"id": "wamid.B", "status": "failed", "timestamp": "1767604405", "recipient_id": "919812300002",
              "errors": [{"code": 131049, "title": "This message was not delivered"}]}  # fmt: skip
    played = {"id": "wamid.A", "status": "played", "timestamp": "1767604405", "recipient_id": "919812300001"}
    first, second = read(cloud(statuses=[failed, played]))
    assert (first.status, first.code, first.fault, first.destination) == ("failed", 131049, "withheld", "+919812300002")
    assert (second.status, second.message_id, second.occurred_at) == ("read", "wamid.A", SENT_AT)
    assert first.event_id != second.event_id


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "text", "text": {"body": "Yes"}}, ("text", "Yes", "")),
        ({"type": "button", "button": {"text": "Yes", "payload": "y"}}, ("button", "Yes", "")),
        ({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Pune"}}},
         ("button", "Pune", "")),
        ({"type": "document", "document": {"id": "9", "filename": "a.pdf", "mime_type": "application/pdf"}},
         ("document", "a.pdf", "")),
        ({"type": "location", "location": {"latitude": 1.5, "longitude": 2}}, ("location", "1.5, 2", "")),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Ravi"}, "phones": []}]}, ("contact", "Ravi", "")),
        ({"type": "reaction", "reaction": {"message_id": "wamid.OURS", "emoji": "👍"}}, ("reaction", "👍", "wamid.OURS")),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, ("other", "", "")),
    ],
)  # fmt: skip
def test_metas_messages_are_read_too(message, expected):
    raw = {"from": "919812300001", "id": "wamid.X", "timestamp": "1767604405", **message}
    event = read(cloud(contacts=[{"profile": {"name": "Asha"}, "wa_id": "919812300001"}], messages=[raw]))[0]
    assert (event.kind, event.text, event.reply_to) == expected
    assert (event.sender, event.name, event.message_id, event.received_at) == (
        "+919812300001",
        "Asha",
        "wamid.X",
        SENT_AT,
    )
