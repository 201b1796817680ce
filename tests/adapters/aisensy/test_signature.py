"""The signature of AiSensy's webhook, against the vector of its documentation and code of our own."""

import hashlib
import hmac
import json

import pytest

from adapters.aisensy.signature import MOST_REWRITTEN, is_signed

SECRET = "whsec_example_1"
BODY = b'{"id":"0a1b2c3d4e5f60718293a4b5","topic":"message.status.updated"}'
VECTOR = "b2911499bdefdc4541e9d4837b88399b6450ed184df3b7efe0b6dcee3046ed97"


def signed(body, secret=SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_the_vector_verifies_in_every_way_it_is_written():
    assert signed(BODY) == VECTOR
    for written in (VECTOR, f"sha256={VECTOR}", f" {VECTOR} ", VECTOR.upper()):
        assert is_signed(SECRET, written, BODY)


def test_the_same_json_written_otherwise_is_believed_when_its_compact_form_is_signed():
    event = {"text": "नमस्ते – “hi”\n", "price": 0.13, "latitude": 18.52, "zoom": 2, "empty": None, "list": [True]}
    compact = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    spaced = json.dumps(event, indent=2).encode()
    assert is_signed(SECRET, signed(compact), spaced)
    assert not is_signed(SECRET, signed(compact), spaced.replace(b"18.52", b"18.53"))


def test_whole_numbers_are_written_as_scripts_write_them():
    assert is_signed(SECRET, signed(b'{"price":1}'), b'{"price": 1.0}')


@pytest.mark.parametrize(
    "signature", ["", "sha256=", VECTOR[:-1], VECTOR[:-1] + "0", "z" * 64, "é" * 64, signed(BODY, "other")]
)
def test_anything_else_is_not_signed(signature):
    assert not is_signed(SECRET, signature, BODY)


@pytest.mark.parametrize("body", [BODY + b" x", BODY.replace(b"a4b5", b"a4b6"), b"", b"\xff", b"[" * 100_000])
def test_another_body_is_not_signed(body):
    assert not is_signed(SECRET, VECTOR, body)


def test_without_a_secret_nothing_is_signed():
    assert not is_signed("", signed(BODY, ""), BODY)


def test_a_large_body_is_not_rewritten_for_a_stranger():
    compact = json.dumps({"text": "a" * MOST_REWRITTEN}, separators=(",", ":")).encode()
    assert is_signed(SECRET, signed(compact), compact)
    assert not is_signed(SECRET, signed(compact), compact.replace(b":", b": "))
