"""What SendGrid's event webhook tells us, however oddly it is put."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from adapters.sendgrid.events import MalformedEvents, parse_events

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
DELIVERY = "11111111-1111-4111-8111-111111111111"


def parsed(**raw):
    return parse_events(msgspec.json.encode([raw]), NOW)[0]


def test_a_bounce_is_told_in_full():
    event = parsed(
        email="gone@example.net", event="bounce", type="blocked", reason="550 no such user", timestamp=1767600802,
        sg_event_id="e1", sg_message_id="A1b2C3.recvd-5f6c8d.0", delivery_id=DELIVERY, category="cta",
    )  # fmt: skip
    assert (event.event_id, event.kind, event.email) == ("e1", "bounce", "gone@example.net")
    assert event.occurred_at == datetime(2026, 1, 5, 8, 13, 22, tzinfo=UTC)
    assert (event.delivery_id, event.message_id) == (UUID(DELIVERY), "A1b2C3")
    assert (event.bounce_type, event.reason) == ("blocked", "550 no such user")


def test_a_click_says_where_and_a_machine_open_says_so():
    assert parsed(event="click", url="https://x.test/a", category=["cta"]).url == "https://x.test/a"
    assert parsed(event="open", sg_machine_open=True).machine_open
    assert not parsed(event="open").machine_open


def test_a_delivery_tells_the_other_servers_words():
    assert parsed(event="delivered", response="250 OK").reason == "250 OK"


def test_an_event_with_next_to_nothing_in_it_is_kept():
    event = parsed(event="account_status_change", type="compliance_suspend")
    assert (event.email, event.delivery_id, event.message_id, event.occurred_at) == ("", None, None, NOW)
    assert event.bounce_type == ""


def test_events_without_an_id_are_told_apart_by_their_content():
    one, same, other = parsed(event="open", email="a@x.test"), parsed(email="a@x.test", event="open"), parsed(event="x")
    assert one.event_id == same.event_id != other.event_id


@pytest.mark.parametrize("timestamp", [None, "soon", 1e30, float("1e18"), [], -1e18])
def test_an_impossible_time_is_the_time_of_arrival(timestamp):
    assert parsed(event="open", timestamp=timestamp).occurred_at == NOW


def test_odd_values_do_no_harm():
    event = parsed(event="click", email=5, delivery_id="nonsense", url="https://x.test/\x00", sg_message_id=None)
    assert (event.email, event.delivery_id, event.url) == ("", None, "https://x.test/")
    assert parse_events(b'[null, 3, {"event":"open"}]\r\n', NOW)[0].kind == "open"


@pytest.mark.parametrize("body", [b"", b"not json", b"\xff", b"[{]"])
def test_what_is_no_json_is_refused(body):
    with pytest.raises(MalformedEvents):
        parse_events(body, NOW)
