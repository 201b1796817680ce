"""E-mail addresses as they arrive."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.leads.emails import fast_email, parse_email, read_emails

GOOD = [
    "asha@example.com",
    "Asha@Example.COM",
    " asha@example.com ",
    "asha@example.com.",
    "asha@example.com,",
    "asha@example.com;",
    "mailto:asha@example.com",
    "MAILTO:asha@example.com",
    "<asha@example.com>",
    "Asha Patil <asha@example.com>",
    '"Patil, Asha" <asha@example.com>',
    "asha @ example.com",
    "asha@example. com",
    "\u200basha@example.com\u00a0",
    "\ufeffasha@example.com",
    "asha\uff20example.com",
    "'asha@example.com",
    '="asha@example.com"',
    "asha@example.com (personal)",
    "asha@example.com ASHA@example.com",
]


@pytest.mark.parametrize("written", GOOD)
def test_an_address_is_understood_however_it_is_written(written: str) -> None:
    assert read_emails(written) == (["asha@example.com"], [])


@pytest.mark.parametrize(
    "written",
    [
        "a@example.com, b@example.com",
        "a@example.com;b@example.com",
        "a@example.com / b@example.com",
        "a@example.com b@example.com",
        "A <a@example.com>, B <b@example.com>",
        "a@example.com or b@example.com",
        "a@example.com\nb@example.com",
    ],
)
def test_a_cell_with_two_addresses_gives_both_in_order(written: str) -> None:
    assert read_emails(written) == (["a@example.com", "b@example.com"], [])


@pytest.mark.parametrize("written", ["asha", "asha@", "@example.com", "asha@gmail", "a..b@example.com", "a@x.invalid"])
def test_what_is_no_address_says_so(written: str) -> None:
    assert read_emails(written) == ([], [f"The e-mail {written} is not a valid address."])


@pytest.mark.parametrize("written", ["", "-", "N/A", "null", "#N/A", "Not provided"])
def test_a_cell_that_says_there_is_none_is_no_problem(written: str) -> None:
    assert read_emails(written) == ([], [])


def test_a_good_address_beside_a_bad_one_is_kept_and_the_bad_one_named() -> None:
    assert read_emails("a@example.com, b@@x") == (["a@example.com"], ["The e-mail b@@x is not a valid address."])


def test_an_address_for_rehearsals_is_accepted() -> None:
    assert read_emails("lead@demo.gurudesk.test") == (["lead@demo.gurudesk.test"], [])


label = st.from_regex(r"[a-zA-Z0-9]{1,8}(-[a-zA-Z0-9]{1,8})?", fullmatch=True)
top = st.one_of(st.sampled_from(["com", "in", "invalid", "local", "localhost", "onion", "arpa", "test", "IN"]), label)


@given(st.from_regex(r"[a-zA-Z0-9._+-]{1,70}", fullmatch=True), st.lists(label, min_size=0, max_size=5), top)
@settings(max_examples=1_500)
def test_whatever_the_fast_reading_takes_the_library_takes_alike(local: str, labels: list[str], end: str) -> None:
    written = f"{local}@{'.'.join([*labels, end])}"
    fast = fast_email(written)
    assert fast is None or fast == parse_email(written)


@given(st.from_regex(r"[a-z0-9_]{1,20}([.+-][a-z0-9_]{1,20})?@([a-z0-9]{1,20}\.){1,3}[a-z]{2,10}", fullmatch=True))
@settings(max_examples=500)
def test_common_addresses_take_the_fast_way(written: str) -> None:
    assert fast_email(written.upper()) in (parse_email(written), None)
    if written.rpartition(".")[2] not in {"arpa", "invalid", "local", "localhost", "onion"}:
        assert fast_email(written) == written


@given(st.emails())
@settings(max_examples=300)
def test_an_address_the_library_accepts_is_never_lost(written: str) -> None:
    try:
        expected = validate_email(written, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return
    if not set("/;,|'=-+") & {written[0]} and not set("/|;") & set(written):
        assert read_emails(written) == ([expected], [])


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_and_what_is_good_stays_good(written: str) -> None:
    good, _ = read_emails(written)
    for address in good:
        assert parse_email(address) == address
