"""The webhook's signature: the reference's vectors, Instamojo's two orders of names, and what is no signature."""

from urllib.parse import urlencode

import pytest

from adapters.instamojo.signature import is_signed, mac_of

SALT = "sandbox-salt-0123456789abcdef"
FIELDS = {
    "amount": "5000.00",
    "buyer": "asha.rao@example.com",
    "buyer_name": "Asha Rao",
    "buyer_phone": "+919845012345",
    "currency": "INR",
    "fees": "103.00",
    "longurl": "http://127.0.0.1:9100/@demo/0f3c2a9d4b6e4c1f8a7d5e2b9c0a1f34",
    "payment_id": "MOJO6b21A05N90817263",
    "payment_request_id": "0f3c2a9d4b6e4c1f8a7d5e2b9c0a1f34",
    "purpose": "Course deposit",
    "shorturl": "",
    "status": "Credit",
}
MAC = "f7fa28831957aee6c614f034564b8ed29fb16340"
FAILED = {"status": "Failed", "fees": "0.00", "payment_id": "MOJO6b21A05N90817299"}


def body(mac=MAC, **changes):
    return urlencode(FIELDS | changes | {"mac": mac}).encode()


@pytest.mark.parametrize(
    ("changes", "mac"),
    [
        ({}, MAC),
        (FAILED, "c1bb52c7dde218581a93cfabaa8d6558674a948b"),
        ({"buyer_name": "आशा राव"}, "2c5583466d35faf725d12ac83e0e0374650118c4"),
    ],
)
def test_the_published_vectors_are_signed(changes, mac):
    assert mac_of(FIELDS | changes, SALT) == mac
    assert is_signed(body(mac, **changes), SALT)


def test_names_are_sorted_whatever_their_case_and_empty_values_count():
    assert mac_of({"b": "2", "A": "1", "c": ""}, "abc") == "5b72ad2ade1268cd96e4be126b5d34d56d0823ff"


def test_both_known_orders_of_names_are_taken():
    by_any_case = mac_of({"a": "1", "B": "2"}, SALT)
    by_case = mac_of({"x": "2", "y": "1"}, SALT)  # B before a
    for mac in (by_any_case, by_case):
        assert is_signed(f"a=1&B=2&mac={mac}".encode(), SALT)


@pytest.mark.parametrize(
    "forged",
    [
        body(amount="6000.00"),
        body(mac=""),
        body(mac="é"),
        body(mac=MAC.upper()),
        body().partition(b"&mac=")[0],
        body() + b"&extra=",
        body() + b"&status=Credit",
        body().replace(b"shorturl=&", b""),
        body(purpose="Course deposit "),
        b"",
        b"{}",
        b"\xff=1",
        b"a=%ff&mac=" + MAC.encode(),
        b"a&b&" + body(),
        b"&".join(b"a%d=1" % number for number in range(200)),
    ],
)
def test_whatever_was_changed_is_not_signed(forged):
    assert is_signed(body(), SALT)
    assert not is_signed(forged, SALT)


def test_without_a_salt_nothing_is_signed():
    assert not is_signed(body(mac_of(FIELDS, "")), "")
