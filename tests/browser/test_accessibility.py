"""Every page of the route table in a real browser: usable by everybody, in light and dark, on a laptop and on a phone."""

import gzip
import json

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.pages import PlacedPage, all_pages
from tests.fixtures.browser import Visits
from tests.fixtures.launcher import Launch

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = json.dumps({"runOnly": TAGS, "resultTypes": ["violations"]})
LARGEST_PAGE = 30 * 1024  # gzipped
WIDER = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  const outside = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > edge + 1);
  return [`${document.documentElement.scrollWidth} px`, ...outside.slice(0, 6).map(e => e.outerHTML.slice(0, 160))];
}"""


@pytest.mark.parametrize("placed", all_pages(), ids=str)
def test_everybody_can_use(placed: PlacedPage, demo: Launch, visits: Visits):
    page = visits.signed_in(demo, f"{placed.looker}@demo.gurudesk.test") if placed.looker else visits.window(demo)
    address = placed.address(demo)
    answer = page.goto(address)
    assert answer
    assert answer.status == 200
    assert page.url.endswith(address)
    assert not problems(page)
    assert len(gzip.compress(answer.body())) <= LARGEST_PAGE


def problems(page: Page) -> dict[str, list[str]]:
    """Return what is wrong with the page that is open, by the way of looking at it."""
    found = {"light": violations(page)}
    page.emulate_media(color_scheme="dark")
    found["dark"] = violations(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 360, "height": 740})
    found["phone"] = violations(page)
    page.set_viewport_size({"width": 320, "height": 640})
    found["wider than 320 px"] = page.evaluate(WIDER)
    return {view: lines for view, lines in found.items() if lines}


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong, one line an element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    rules = page.evaluate(f"() => axe.run({OPTIONS})")["violations"]
    return [f"{rule['id']} {node['target']} {node['html'][:200]}" for rule in rules for node in rule["nodes"]]
