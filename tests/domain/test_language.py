"""Texts that count something."""

import pytest

from domain.language import ngettext


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 leads"), (1, "1 lead"), (999, "999 leads"), (1500, "1,500 leads"), (123456, "1,23,456 leads")],
)
def test_counts_in_sentences_are_written_as_elsewhere(count: int, text: str) -> None:
    assert ngettext("{count} lead", "{count} leads", count) == text
