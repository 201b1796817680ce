"""The controls in templates/ui/: what an address keeps, what a screen reader hears, what a figure shows."""

from typing import Any

import pytest
from markupsafe import escape

from web.rendering import environment


def control(file: str, call: str, **values: Any) -> str:
    """Render one call of a macro of ``templates/ui/{file}.html``."""
    name = call.partition("(")[0]
    source = f'{{% from "ui/{file}.html" import {name} %}}{{{{ {call} }}}}'
    return environment().from_string(source).render(**values)


def test_a_sort_link_keeps_the_filters_and_goes_back_to_the_first_page():
    query = {"q": "Asha & Ben", "page": "4", "status": "new"}
    link = control("page", 'href(query, {"sort": "-name"})', query=query)
    assert link == escape("?q=Asha+%26+Ben&status=new&sort=-name")


def test_a_filter_with_several_values_keeps_all_of_them():
    link = control("page", "href(query, {'page': 2})", query={"tag": ["a", "b"]})
    assert link == "?tag=a&amp;tag=b&amp;page=2"


def test_taking_a_filter_back_leaves_it_out_of_the_address():
    assert control("page", "href(query, {'tag': none})", query={"tag": "a", "q": "x"}) == "?q=x"


def test_what_was_typed_cannot_break_out_of_its_field():
    html = control("field", "input('name', 'Name', value=typed)", typed='"><script>alert(1)</script>')
    assert "<script>" not in html


def test_a_wrong_field_says_so_and_names_its_message_and_its_hint():
    html = control("field", "input('email', 'E-mail', hint='For sign-in.', error='Not an address.')")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="field-email-error field-email-hint"' in html
    assert 'id="field-email-error"' in html
    assert 'id="field-email-hint"' in html


def test_a_password_is_never_sent_back():
    assert "secret" not in control("field", "input('password', 'Password', type='password', value='secret')")


def test_a_select_keeps_what_was_chosen_whatever_its_type():
    html = control("field", "select('batch', 'Batch', [(7, 'Seven'), (8, 'Eight')], value='8')")
    assert html.count(" selected") == 1
    assert '<option value="8" selected>' in html


@pytest.mark.parametrize(
    ("done", "of", "shown"), [(1, 3, "33 %"), (2999, 3000, "99 %"), (3000, 3000, "100 %"), (0, 0, "0 %")]
)
def test_progress_is_true_and_complete_only_at_the_end(done: int, of: int, shown: str):
    assert f">{shown}<" in control("progress", "progress('Import', done, of)", done=done, of=of)


@pytest.mark.parametrize(
    ("trend", "good", "tone"), [(5, "up", "good"), (-5, "up", "bad"), (5, "down", "bad"), (0.2, "up", "flat")]
)
def test_a_trend_is_good_or_bad_by_what_it_measures(trend: float, good: str, tone: str):
    assert f'data-tone="{tone}"' in control("stat", "trend_badge(trend, good)", trend=trend, good=good)


def test_a_figure_with_nothing_before_it_shows_no_trend():
    assert "Nothing to compare with yet" in control("stat", "trend_badge(none)")


def test_a_flat_or_lonely_series_still_draws_a_line():
    assert "points=" in control("stat", "sparkline([4, 4, 4])")
    assert "points=" in control("stat", "sparkline([0])")


@pytest.mark.parametrize(("highest", "ceiling"), [(0, "4"), (3, "4"), (17, "20"), (100, "120"), (64000000, "80000000")])
def test_a_chart_ends_at_a_figure_that_divides_evenly(highest: int, ceiling: str):
    assert control("chart", "nice_ceiling(highest)", highest=highest).strip() == ceiling


def test_a_chart_carries_its_figures_as_a_table():
    html = control("chart", "chart('Revenue', [('Nov', 61500000)], show='rupees')")
    assert "<table" in html
    assert ">₹6,15,000</td>" in html


def test_a_chart_of_nothing_is_still_a_chart():
    assert "<svg" in control("chart", "chart('Applications', [])")


def test_paging_names_first_last_and_neighbours_only():
    html = control("pagination", "pagination(30, 65, {}, total=1284)")
    numbers = [n for n in range(1, 66) if f'aria-label="Page {n}"' in html]
    assert numbers == [1, 29, 30, 31, 65]
    assert "581–600 of 1,284" in html


def test_one_page_needs_no_paging():
    assert control("pagination", "pagination(1, 1, {})").strip() == ""
