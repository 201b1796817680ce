"""The webhook's signature: the reference's known answer, and SendGrid's own helper as second opinion."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from adapters.sendgrid.signature import SANDBOX_SENDGRID_PUBLIC_KEY as KEY
from adapters.sendgrid.signature import is_signed, public_key
from adapters.settings import Settings

TIMESTAMP = "1767225600"
BODY = (
    b'[{"email":"asha@example.com","event":"delivered","sg_event_id":"ZXZ0LTE",'
    b'"sg_message_id":"A1b2C3d4E5f6G7h8I9j0Kw.recvd-1-1-0","timestamp":1767225599}]\r\n'
)
SIGNATURE = "MEQCIBhrWRNRqFATPQzV4sO57IzSvdYR/4CjZWIo8ZVwfWp+AiAoGpboWXwUATCjXjRJW5eXAjYdVr0m8FkaHywP0JEt4w=="
NOW = datetime.fromtimestamp(1767225600, UTC)


def test_the_known_answer_is_signed_and_the_official_helper_agrees():
    assert is_signed(KEY, SIGNATURE, TIMESTAMP, BODY, NOW)
    assert EventWebhook(KEY).verify_signature(BODY.decode(), SIGNATURE, TIMESTAMP)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({}, KEY),
        ({"environment": "production", "secret_key": "k" * 32}, ""),
        ({"sendgrid_mode": "live", "sendgrid_api_key": "SG.real"}, ""),
        ({"environment": "production", "secret_key": "k" * 32, "sendgrid_webhook_public_key": "own"}, "own"),
        ({"environment": "production", "secret_key": "k" * 32, "sendgrid_webhook_public_key": KEY}, ""),
        ({"sendgrid_mode": "live", "sendgrid_api_key": "SG.real", "sendgrid_webhook_public_key": f" {KEY}"}, ""),
    ],
)
def test_the_sandboxes_key_opens_nothing_live_and_nothing_in_production(values, key):
    assert public_key(Settings(_env_file=None, **values)) == key


def test_the_body_counts_to_its_last_byte():
    assert not is_signed(KEY, SIGNATURE, TIMESTAMP, BODY.rstrip(), NOW)
    assert not is_signed(KEY, SIGNATURE, "1767225601", BODY, NOW)


def test_another_key_signed_nothing_of_ours():
    other = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li"
        "/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=="
    )
    assert not is_signed(other, SIGNATURE, TIMESTAMP, BODY, NOW)


def test_an_old_or_future_signature_no_longer_counts():
    assert is_signed(KEY, SIGNATURE, TIMESTAMP, BODY, NOW + timedelta(hours=23))
    assert not is_signed(KEY, SIGNATURE, TIMESTAMP, BODY, NOW + timedelta(hours=25))
    assert not is_signed(KEY, SIGNATURE, TIMESTAMP, BODY, NOW - timedelta(minutes=6))
    assert not is_signed(KEY, SIGNATURE, TIMESTAMP, BODY, NOW + timedelta(minutes=6), window=timedelta(minutes=5))


@pytest.mark.parametrize("key", ["", "no key", "AAAA", "====", SIGNATURE])
def test_a_broken_key_accepts_nothing(key):
    assert not is_signed(key, SIGNATURE, TIMESTAMP, BODY, NOW)


@given(signature=st.text(max_size=120), timestamp=st.text(max_size=20))
def test_garbage_is_not_signed_and_raises_nothing(signature, timestamp):
    assert not is_signed(KEY, signature, timestamp, BODY, NOW)
    assert not is_signed(KEY, signature, TIMESTAMP, BODY, NOW)
