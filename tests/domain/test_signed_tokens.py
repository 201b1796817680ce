"""Tokens in links: a token names its row, and nothing else opens it. Links that were sent once work for good."""

from uuid import UUID, uuid4

import pytest

from domain.leads.tracking import read_token, tracking_token
from domain.messaging.unsubscribe_links import read_unsubscribe_token, unsubscribe_token
from domain.payments.links import pay_token, read_pay_token

SECRET = b"a secret of more than thirty-two bytes"
ROW = UUID("00000000-0000-4000-8000-0000000000aa")


@pytest.mark.parametrize(
    ("make", "read"),
    [(pay_token, read_pay_token), (tracking_token, read_token)],
)
def test_a_token_names_its_row_and_opens_nothing_when_it_is_changed(make, read):
    subject = uuid4()
    token = make(SECRET, subject)
    assert read(SECRET, token) == subject
    assert read(b"another secret", token) is None
    other = ("B" if token[0] == "A" else "A") + token[1:]
    for broken in ("", token[:-1], token + "A", other, "é" * len(token), "A" * 400):
        assert read(SECRET, broken) is None


def test_a_token_of_one_purpose_is_none_of_another():
    assert read_unsubscribe_token(SECRET, pay_token(SECRET, ROW)) is None
    assert read_pay_token(SECRET, unsubscribe_token(SECRET, ROW, "a@b.in")) is None


def test_links_that_were_sent_stay_what_they_are():
    assert pay_token(SECRET, ROW) == "AAAAAAAAQACAAAAAAAAAqjUwYHpqVEFJiMgsLq6L3T8"
    addressee = read_unsubscribe_token(SECRET, "AAAAAAAAQACAAAAAAAAAqpMGEbPvSmkpQUV-Wg")
    assert addressee is not None
    assert (addressee.delivery_id, addressee.email) == (ROW, "")
    assert tracking_token(SECRET, ROW) == "AAAAAAAAQACAAAAAAAAAqmd-Iq3A_TKR9LlzFA"
