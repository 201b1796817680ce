"""Every page of the route table in a real browser: usable by everybody, in light and dark, on a laptop and on a phone."""

import gzip
import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.mailbox import mail_to
from tests.browser.pages import PlacedPage, all_pages
from tests.browser.sandbox_pages import Examples, sandbox_pages
from tests.fixtures.browser import OWNER, OWNER_PASSWORD, Visits, open_live
from tests.fixtures.launcher import Launch

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING = json.dumps({"runOnly": TAGS, "resultTypes": ["violations"]})
COLOURS = json.dumps({"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]})
PHONE = {"width": 360, "height": 740}
STUDENT = "student@demo.gurudesk.test"
EMPTY = [
    "/admin",
    *(
        f"/admin/{name}"
        for name in (
            "leads",
            "imports",
            "campaigns",
            "applications",
            "students",
            "courses",
            "payments",
            "sessions",
            "assignments",
            "problems",
        )
    ),
]
EMPTY += [
    f"/admin/{name}"
    for name in (
        "campaigns/new?scope=all",
        "deliveries",
        "messages",
        "broadcasts",
        "saved-filters",
        "errors",
        "notifications",
        "settings",
    )
]
LARGEST_PAGE = 30 * 1024  # gzipped
WIDER = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  const outside = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > edge + 1);
  return [`${document.documentElement.scrollWidth} px`, ...outside.slice(0, 6).map(e => e.outerHTML.slice(0, 160))];
}"""


@pytest.mark.parametrize("placed", all_pages(), ids=str)
def test_everybody_can_use(placed: PlacedPage, demo: Launch, visits: Visits):
    page = visits.look(demo, placed.looker and f"{placed.looker}@demo.gurudesk.test")
    address = placed.address(demo)
    answer = page.goto(address)
    assert answer
    assert answer.status == 200
    assert page.url.endswith(address)
    assert not problems(page)
    assert len(gzip.compress(answer.body())) <= LARGEST_PAGE


@pytest.mark.parametrize(
    ("login", "address"),
    [
        ("", "/apply/data-analytics"),
        ("student", "/student"),
        *(("owner", address) for address in ("/styleguide", "/admin", "/admin/leads", "/admin/sessions?view=week")),
    ],
)
def test_colours_stand_out_where_layouts_differ_too(login: str, address: str, demo: Launch, visits: Visits):
    """Every page is looked at in light on a laptop and in dark on a phone: here, every part and frame the other way."""
    page = visits.look(demo, login and f"{login}@demo.gurudesk.test")
    page.goto(address)
    page.emulate_media(color_scheme="dark")
    found = {"dark, on a laptop": violations(page, COLOURS)}
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    found["light, on a phone"] = violations(page, COLOURS)
    assert not any(found.values()), found


@pytest.mark.parametrize("address", ["/nothing", "/admin/team", "/admin/leads"])
def test_everybody_can_use_a_page_that_refuses_them(address: str, demo: Launch, visits: Visits):
    visits.allow("status of 40")
    page = visits.look(demo, STUDENT)
    answer = page.goto(address)
    assert answer
    assert answer.status in (403, 404)
    assert not problems(page)


def test_everybody_can_use_a_form_that_came_back(demo: Launch, visits: Visits):
    page = visits.window(demo)
    page.goto("/apply/data-analytics")
    page.get_by_role("button", name="Send application").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    assert not problems(page)


@pytest.mark.parametrize(
    "which", ["channel = 'whatsapp'", "id in (select delivery_id from call_logs where transcript <> '')"]
)
def test_everybody_can_use_a_message_and_a_call(which: str, demo: Launch, visits: Visits):
    page = visits.look(demo, "owner@demo.gurudesk.test")
    found = demo.ask(f"select id from deliveries where {which} limit 1")
    page.goto(f"/admin/deliveries/{found}")
    expect(page.get_by_role("heading", name="What the provider reports")).to_be_visible()
    assert not problems(page)


IMPORT = """
insert into lead_imports (file_name, stored_name, file_size, file_hash, header, mapping, state, rows_total, rows_done,
  created_count, error, created_at)
values ('meta-leads.csv', 'imports/none', 48128, gen_random_uuid()::text, '["Name"]', '{{"0": "name"}}', '{state}', 1200,
  400, 380, 'The file is no longer there.', now()) returning id
"""


def test_everybody_can_use_an_import_that_is_under_way_or_has_failed(demo: Launch, visits: Visits):
    page = visits.look(demo, "owner@demo.gurudesk.test")
    found = {}
    for state, said in {"checking": "400", "running": "400", "failed": "The file is no longer there."}.items():
        page.goto(f"/admin/imports/{demo.ask(IMPORT.format(state=state))}")
        expect(page.get_by_role("main").get_by_text(said).first).to_be_visible()
        found[state] = problems(page)
    assert not any(found.values()), found


@pytest.mark.parametrize("keys", ["j", "j r", "Control+k", "?"])
def test_everybody_can_use_what_opens_over_a_page(keys: str, demo: Launch, visits: Visits):
    page = visits.look(demo, "owner@demo.gurudesk.test")
    open_live(page, "/admin/applications?state=new")
    for key in keys.split():
        page.keyboard.press(key)
        expect(page.get_by_role("dialog").filter(has=page.locator("article, input, dl")).first).to_be_visible()
    assert not problems(page)


@pytest.mark.parametrize("address", EMPTY)
def test_everybody_can_use_a_page_that_has_nothing_to_show_yet(address: str, empty: Launch, visits: Visits):
    page = visits.look(empty, OWNER, OWNER_PASSWORD)
    page.goto(address)
    assert not problems(page)


@pytest.mark.parametrize("query", ["?view=month", "?view=week", "?state=cancelled"])
def test_everybody_can_use_the_calendar_and_the_list_of_classes(query: str, demo: Launch, visits: Visits):
    page = visits.look(demo, "owner@demo.gurudesk.test")
    page.goto(f"/admin/sessions{query}")
    expect(page.locator("#sessions-rows a").first).to_be_visible()
    assert not problems(page)


@pytest.mark.parametrize("template", sandbox_pages())
def test_everybody_can_use_the_sandbox(template: str, demo: Launch, visits: Visits, examples: Examples):
    visits.allow("status of 404 (Not Found) (http")
    page = visits.look(demo)
    address = examples.address(template)
    answer = page.goto(address)
    assert answer
    assert answer.status == (404 if template == "/nothing" else 200)
    assert page.url == address
    assert not problems(page)


@pytest.fixture(scope="module")
def examples(demo: Launch, message: int) -> Iterator[Examples]:
    """What the sandbox's pages show."""
    examples = Examples(demo, message)
    yield examples
    examples.client.close()


@pytest.fixture(scope="module")
def message(chromium: Browser, demo: Launch) -> int:
    """The number of an e-mail in the sandbox's mailbox."""
    visits = Visits(chromium)
    page = visits.window(demo)
    page.goto("/forgot-password")
    page.get_by_label("E-mail or phone").fill(STUDENT)
    page.get_by_role("button", name="Send the link").click()
    number: int = mail_to(demo, STUDENT, "")["id"]
    visits.close()
    return number


def test_scripts_and_styles_are_light(demo: Launch, visits: Visits):
    page = visits.window(demo)
    weights = {"js": 0, "css": 0}
    page.on("response", lambda answer: weigh(weights, answer))
    page.goto("/sign-in")
    page.wait_for_load_state("networkidle")
    assert 0 < weights["js"] <= 60 * 1024
    assert 0 < weights["css"] <= 30 * 1024


def weigh(weights: dict[str, int], answer: Response) -> None:
    kind = answer.url.partition("?")[0].rpartition(".")[2]
    if kind in weights:
        weights[kind] += len(gzip.compress(answer.body()))


def problems(page: Page) -> dict[str, list[str]]:
    """Return what is wrong with the page that is open, by the way of looking at it."""
    found = {"light, on a laptop": violations(page)}
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    found["dark, on a phone"] = violations(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": 640})
    found["wider than 320 px"] = page.evaluate(WIDER)
    return {view: lines for view, lines in found.items() if lines}


def violations(page: Page, rules: str = EVERYTHING) -> list[str]:
    """Return what axe-core finds wrong, one line an element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    broken = page.evaluate(f"() => axe.run({rules})")["violations"]
    return [f"{rule['id']} {node['target']} {node['html'][:200]}" for rule in broken for node in rule["nodes"]]
