"""Takes the documentation's pictures from a running Gurudesk with demo data: `python scripts/screenshots.py http://127.0.0.1:8000`."""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
PASSWORD = "gurudesk-demo"
# file -> who looks, at what, how large
PICTURES = {
    "dashboard.png": ("owner", "/admin", (1280, 1000)),
    "leads.png": ("owner", "/admin/leads", (1280, 900)),
    "student.png": ("student", "/student", (390, 700)),
}


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (who, path, size) in PICTURES.items():
            small(take(browser, address, who, path, size)).save(FOLDER / name, optimize=True)
        browser.close()


def take(browser: Browser, address: str, who: str, path: str, size: tuple[int, int]) -> bytes:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail or phone").fill(f"{who}@demo.gurudesk.test")
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(address + path)
    page.wait_for_timeout(800)  # the stream stays open, so the network never falls idle
    picture = page.screenshot()
    page.close()
    return picture


def small(picture: bytes) -> Image.Image:
    """Reduce to 256 colours: a third of the size, and no eye sees it."""
    return Image.open(BytesIO(picture)).convert("RGB").quantize(256)


if __name__ == "__main__":
    main(sys.argv[1])
