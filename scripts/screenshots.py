"""Takes the documentation's pictures from a running Gurudesk with demo data: `python scripts/screenshots.py http://127.0.0.1:8000`."""

import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
PASSWORD = "gurudesk-demo"
LAPTOP, PHONE = (1280, 900), (390, 700)
HELD = "#session-rows tr:nth-child(2) a"  # a class that was held, in the list of recordings


@dataclass(frozen=True, slots=True)
class Picture:
    """Who looks at what: a path, and the links to follow from there, as CSS selectors."""

    who: str
    path: str
    size: tuple[int, int] = LAPTOP
    follow: tuple[str, ...] = ()
    scheme: str = "light"


PICTURES = {
    "dashboard.png": Picture("owner", "/admin", (1280, 1000)),
    "leads.png": Picture("owner", "/admin/leads"),
    "calendar.png": Picture("owner", "/admin/sessions?view=month", (1280, 1040)),
    "calendar-dark.png": Picture("owner", "/admin/sessions?view=month", (1280, 1040), scheme="dark"),
    "class.png": Picture("owner", "/admin/sessions", follow=("#sessions-rows a[href^='/admin/sessions/']",)),
    "attendance.png": Picture("owner", "/admin/session-recordings", follow=(HELD, ".tabs-bar a[href$='/attendance']")),
    "watched.png": Picture("owner", "/admin/session-recordings", follow=(HELD, "#session-recordings td a")),
    "grading.png": Picture(
        "owner",
        "/admin/assignments",
        follow=("main a[href$='state=waiting'] >> nth=1", "main a[href*='/submissions/']"),
    ),
    "student.png": Picture("student", "/student", PHONE),
    "schedule.png": Picture("student", "/student/schedule", PHONE),
    "player.png": Picture("student", "/student/recordings", PHONE, ("#recordings li:nth-child(3) a",)),
    "assignment.png": Picture("student", "/student/assignments", PHONE, ("main li a",)),
}


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        pages: dict[str, Page] = {}
        for name, picture in PICTURES.items():
            page = pages.get(picture.who) or signed_in(browser, address, picture.who)
            pages[picture.who] = page
            small(take(page, address, picture)).save(FOLDER / name, optimize=True)
        browser.close()


def signed_in(browser: Browser, address: str, who: str) -> Page:
    page = browser.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail or phone").fill(f"{who}@demo.gurudesk.test")
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def take(page: Page, address: str, picture: Picture) -> bytes:
    page.set_viewport_size({"width": picture.size[0], "height": picture.size[1]})
    page.emulate_media(color_scheme="dark" if picture.scheme == "dark" else "light")
    page.goto(address + picture.path)
    for selector in picture.follow:
        path = page.locator(selector).first.get_attribute("href")
        assert path, f"{picture.path} has no {selector}"
        # A path, or the query of the page it stands on.
        page.goto(address + path if path.startswith("/") else page.url.partition("?")[0] + path)
    page.wait_for_timeout(800)  # the stream stays open, so the network never falls idle
    if page.locator("video").count():
        page.wait_for_function("document.querySelector('video').readyState >= 2")
        page.wait_for_timeout(800)
    return page.screenshot()


def small(picture: bytes) -> Image.Image:
    """Reduce to 256 colours: a third of the size, and no eye sees it."""
    return Image.open(BytesIO(picture)).convert("RGB").quantize(256)


if __name__ == "__main__":
    main(sys.argv[1])
