"""The token in a campaign's link."""

from uuid import uuid4

import pytest

from domain.leads.tracking import read_token, tracking_token

SECRET = b"a secret of the tests"


def test_a_token_names_its_delivery():
    delivery_id = uuid4()
    assert read_token(SECRET, tracking_token(SECRET, delivery_id)) == delivery_id


def test_a_token_of_another_secret_names_nothing():
    assert read_token(b"another", tracking_token(SECRET, uuid4())) is None


@pytest.mark.parametrize("token", ["", "x", "!!!!", "a" * 38, "é", "a" * 5000])
def test_what_we_did_not_make_names_nothing(token):
    assert read_token(SECRET, token) is None


def test_a_changed_token_names_nothing():
    token = tracking_token(SECRET, uuid4())
    assert read_token(SECRET, ("B" if token[0] == "A" else "A") + token[1:]) is None
