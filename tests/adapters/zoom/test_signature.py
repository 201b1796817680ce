"""Zoom's webhook signature: the vectors of its documentation's rule, and everything that must not pass."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.settings import Settings
from adapters.zoom.signature import is_signed, secret_token, signature_of, validation_answer

SECRET = "zmSecretToken_Example42"
CHECK = (
    b'{"event":"endpoint.url_validation","payload":{"plainToken":"kQ7vW2nXRdaB4mLsT9pYhg"},"event_ts":1799136000123}'
)
STARTED = (
    '{"event":"meeting.started","payload":{"account_id":"aQ1bW2cE3dR4fT5gY6hU7i","object":{"duration":60,'
    '"start_time":"2027-01-12T10:28:51Z","timezone":"Asia/Kolkata","topic":"Álgebra – class 4","id":"87412345678",'
    '"type":2,"uuid":"p3Kx9vQ2Tq6mZ1sYb7Rd+A==","host_id":"hV8nM3kLQpe2XwZr5tYu1A",'
    '"host_email":"host@academy.example"}},"event_ts":1799749732042}'
).encode()
VECTORS = [
    (CHECK, "1799136000", "v0=42bc2c80c8fca66d7a21bb2f19b4270d10f0a6102396486cb623d4446641f3ca"),
    (STARTED, "1799749732", "v0=1cac817c6e09488525d24831e6fd246cb92e36f2c1c2657a1b5ef64faeccfef5"),
    (STARTED, "1799750036", "v0=262e32e4509c30320ca5fde9a20ddc836cafb83c69a26413d7c889cc8255ee84"),
]


def at(timestamp, seconds=0):
    return datetime.fromtimestamp(int(timestamp), UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize(("body", "timestamp", "signature"), VECTORS)
def test_zooms_own_signatures_pass(body, timestamp, signature):
    assert is_signed(SECRET, signature, timestamp, body, at(timestamp))


def test_a_changed_body_secret_time_or_signature_does_not_pass():
    body, timestamp, signature = VECTORS[1]
    now = at(timestamp)
    rewritten = json.dumps(json.loads(body)).encode()
    for args in (
        (SECRET, signature, timestamp, body + b" "),
        (SECRET, signature, timestamp, rewritten),
        ("another", signature, timestamp, body),
        (
            "",
            "v0=" + hmac.new(b"", b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest(),
            timestamp,
            body,
        ),
        (SECRET, signature, str(int(timestamp) + 1), body),
        (SECRET, signature.upper(), timestamp, body),
        (SECRET, "", timestamp, body),
        (SECRET, "v0=ß", timestamp, body),
        (SECRET, signature, "", body),
        (SECRET, signature, "9" * 400, body),
        (SECRET, signature, "١٧٩", body),
    ):
        assert not is_signed(*args, now)


def test_a_signature_is_good_for_five_minutes_either_way():
    body, timestamp, signature = VECTORS[0]
    assert is_signed(SECRET, signature, timestamp, body, at(timestamp, 299))
    assert is_signed(SECRET, signature, timestamp, body, at(timestamp, -299))
    assert not is_signed(SECRET, signature, timestamp, body, at(timestamp, 301))
    assert not is_signed(SECRET, signature, timestamp, body, at(timestamp, -301))


def test_the_check_of_our_address_is_answered_with_the_encrypted_token():
    assert json.loads(validation_answer(SECRET, CHECK)) == {
        "plainToken": "kQ7vW2nXRdaB4mLsT9pYhg",
        "encryptedToken": "f9bbd455f176b22b9c5d5fa64fb77b98b771ed0d943cc2be3f9ce94c04f85459",
    }


@pytest.mark.parametrize("body", [STARTED, b"", b"[]", b"{}", b'{"event":"endpoint.url_validation"}', b"\xff"])
def test_anything_else_is_no_check_of_our_address(body):
    assert validation_answer(SECRET, body) is None


def test_the_sandboxs_secret_is_never_that_of_the_live_zoom():
    live = {"GURUDESK_ZOOM_MODE": "live", "ZOOM_ACCOUNT_ID": "a", "ZOOM_CLIENT_ID": "b", "ZOOM_CLIENT_SECRET": "c"}
    settings = Settings(_env_file=None, **live, ZOOM_WEBHOOK_SECRET_TOKEN="own")
    assert secret_token(settings) == "own"
    for lacking in ({}, {"ZOOM_WEBHOOK_SECRET_TOKEN": "sandbox-zoom-webhook-secret"}):
        secret = secret_token(Settings(_env_file=None, **live, **lacking))
        signature = signature_of(secret, "1799749732", STARTED)
        assert not is_signed(secret, signature, "1799749732", STARTED, at("1799749732"))
    assert secret_token(Settings(_env_file=None)) == "sandbox-zoom-webhook-secret"
