"""Phone numbers as they arrive."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.leads.phones import fast_phone, parse_phone, read_phones

ASHA = "+919876543210"
GOOD = [
    "9876543210",
    "98765 43210",
    "98765-43210",
    "+91 98765 43210",
    "+919876543210",
    "919876543210",
    "91 9876543210",
    "09876543210",
    "00919876543210",
    "0091 98765 43210",
    "p:+919876543210",
    "P: 9876543210",
    "tel:+91-98765-43210",
    "(+91) 98765 43210",
    "+91-(0)98765-43210",
    "9876543210.0",
    "9.876543210E+9",
    "9.19876543210E+11",
    "'9876543210",
    "'+919876543210",
    '="9876543210"',
    "\u200b98765\u00a043210\u202c",
    "\u202a+91 98765 43210\u202c",
    "98765\u201143210",
    "９８７６５４３２１０",
    "९८७६५ ४३२१०",
    "9876543210 (WhatsApp)",
    "Mob: 9876543210",
    " 9876543210\t",
    "98765 43210 ext 12",
    "9876-543-210",
]


@pytest.mark.parametrize("written", GOOD)
def test_an_indian_mobile_number_is_understood_however_it_is_written(written: str) -> None:
    assert read_phones(written) == ([ASHA], [])


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+1 (415) 555-2671", "+14155552671"),
        ("14155552671", "+14155552671"),
        ("+44 20 7946 0958", "+442079460958"),
        ("00442079460958", "+442079460958"),
        ("022 2654 3210", "+912226543210"),
    ],
)
def test_other_numbers_keep_their_country(written: str, number: str) -> None:
    assert read_phones(written) == ([number], [])


@pytest.mark.parametrize(
    "written",
    [
        "98765 43210 / 91234 56789",
        "9876543210, +919123456789",
        "9876543210;09123456789",
        "9876543210 or 9123456789",
        "9876543210\n9123456789",
        "98765 43210 91234 56789",
        "98765 43210 / 9876543210 / 91234 56789",
    ],
)
def test_a_cell_with_two_numbers_gives_both_in_order(written: str) -> None:
    assert read_phones(written) == ([ASHA, "+919123456789"], [])


@pytest.mark.parametrize("written", ["9.19877E+11", "9,19877E+11", "9.88E+09", "p:9.19E+11", "9.19877e11"])
def test_a_number_that_excel_destroyed_says_so(written: str) -> None:
    good, problems = read_phones(written)
    assert good == []
    assert problems == [f"The phone {written.removeprefix('p:')} was destroyed by Excel: the digits are lost."]


@pytest.mark.parametrize("written", ["12345", "98765", "abc", "98765432101", "+91 98765", "999", "asha@example.com"])
def test_what_is_no_number_says_so(written: str) -> None:
    good, problems = read_phones(written)
    assert good == []
    assert problems == [f"The phone {written} is not a valid number."]


@pytest.mark.parametrize("written", ["", " ", "-", "N/A", "na", "null", "None", "#N/A", "not provided", "\u200b"])
def test_a_cell_that_says_there_is_none_is_no_problem(written: str) -> None:
    assert read_phones(written) == ([], [])


def test_a_good_number_beside_a_bad_one_is_kept_and_the_bad_one_named() -> None:
    assert read_phones("12345 / 9876543210") == ([ASHA], ["The phone 12345 is not a valid number."])


@given(
    st.sampled_from(["", "+91", "91", "0", "+91 ", "91-", "+91-"]),
    st.from_regex(r"[6-9][0-9]{4}", fullmatch=True),
    st.sampled_from(["", " ", "-"]),
    st.from_regex(r"[0-9]{5}", fullmatch=True),
)
@settings(max_examples=500)
def test_the_fast_reading_of_a_number_is_the_librarys(prefix: str, first: str, gap: str, rest: str) -> None:
    written = prefix + first + gap + rest
    assert fast_phone(written) == parse_phone(written) == f"+91{first}{rest}"


@given(st.from_regex(r"(p:)?\+?[0-9]{0,4}[ -]?[0-9]{4,6}[ -]?[0-9]{4,6}", fullmatch=True))
@settings(max_examples=1_000)
def test_whatever_the_fast_reading_takes_the_library_takes_alike(written: str) -> None:
    fast = fast_phone(written)
    assert fast is None or fast == parse_phone(written.removeprefix("p:"))


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_and_what_is_good_stays_good(written: str) -> None:
    good, _ = read_phones(written)
    for number in good:
        assert read_phones(number) == ([number], [])
