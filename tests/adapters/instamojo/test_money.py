"""Money between paise and Instamojo's texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.instamojo.money import paise_of, text_of


@given(st.integers(min_value=0, max_value=10**12))
def test_paise_survive_the_way_there_and_back(paise):
    assert paise_of(text_of(paise)) == paise


@pytest.mark.parametrize(
    ("text", "paise"), [("5000.00", 500_000), ("5000", 500_000), (5000, 500_000), (0.38, 38), ("3.2", 320), ("0", 0)]
)
def test_amounts_come_in_several_forms(text, paise):
    assert paise_of(text) == paise


@pytest.mark.parametrize("odd", ["", None, "NaN", "Infinity", "1e999", "₹5", "5,000.00", [], True])
def test_anything_else_is_no_amount(odd):
    with pytest.raises(ValueError, match="is no amount"):
        paise_of(odd)
